package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.delivery.OutboundServer.When;
import dev.postern.gateway.report.TlsResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is to become of mail, by level and by what the server does. The tests hold the gateway to it, and docs/tls.md shows it. */
final class OutboundTable {

    /** What becomes of a message at one host. */
    enum Fate {
        CLEAR("in clear", TlsResult.Outcome.CLEAR, "clear"),
        ENCRYPTED("encrypted", TlsResult.Outcome.ENCRYPTED, "encrypted"),
        UNVERIFIED("encrypted, logged as unverified", TlsResult.Outcome.ENCRYPTED, "unverified"),
        VERIFIED("verified", TlsResult.Outcome.VERIFIED, "verified"),
        NOT_SENT("not sent", TlsResult.Outcome.FAILED, "failed"),
        ALERT("**not sent, alert**", TlsResult.Outcome.FAILED, "failed");

        final String words;
        final TlsResult.Outcome result;
        final String metric;

        Fate(String words, TlsResult.Outcome result, String metric) {
            this.words = words;
            this.result = result;
            this.metric = metric;
        }

        boolean sent() {
            return this != NOT_SENT && this != ALERT;
        }
    }

    /** Columns: fails before 220, after 220, behind the handshake, over TLS but not for TLS, unverifiable, verifiable. */
    private static final Map<TlsMode, String> FATES = Map.of(
            TlsMode.None, "CLEAR CLEAR CLEAR CLEAR CLEAR CLEAR",
            TlsMode.Preferred, "CLEAR NOT_SENT NOT_SENT NOT_SENT ENCRYPTED ENCRYPTED",
            TlsMode.Required, "ALERT ALERT ALERT NOT_SENT ENCRYPTED ENCRYPTED",
            TlsMode.PreferredVerify, "CLEAR NOT_SENT NOT_SENT NOT_SENT UNVERIFIED VERIFIED",
            TlsMode.RequiredVerify, "ALERT ALERT ALERT NOT_SENT ALERT VERIFIED");

    private OutboundTable() {
    }

    static Fate fate(TlsMode mode, OutboundServer server) {
        return fate(mode, server.when);
    }

    private static Fate fate(TlsMode mode, When when) {
        return Fate.valueOf(FATES.get(mode).split(" ")[when.ordinal()]);
    }

    /** One level and one server. */
    record Cell(TlsMode mode, OutboundServer server, Fate fate) {
        @Override
        public String toString() {
            return mode + " and " + server + ": " + fate;
        }
    }

    static List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (OutboundServer server : OutboundServer.rows()) {
            for (TlsMode mode : TlsMode.values()) {
                cells.add(new Cell(mode, server, fate(mode, server)));
            }
        }
        return cells;
    }

    /** A host of several; null is one that cannot be reached. */
    record Pair(TlsMode mode, OutboundServer first, OutboundServer second) {
        /** What it is to the reader. */
        static String describe(OutboundServer server) {
            return server == null ? "cannot be reached" : server.description();
        }

        Fate at(OutboundServer server) {
            return server == null ? Fate.NOT_SENT : fate(mode, server);
        }

        /** Each host is judged for itself, and the first that may take the mail gets it: 1, 2, or 0 for none. */
        int host() {
            return at(first).sent() ? 1 : at(second).sent() ? 2 : 0;
        }

        /** Alerts, from the hosts that were tried. */
        long alerts() {
            return (at(first) == Fate.ALERT ? 1 : 0) + (host() != 1 && at(second) == Fate.ALERT ? 1 : 0);
        }

        String words() {
            String end = host() == 0 ? "not sent" : "host " + host() + ", " + at(host() == 1 ? first : second).words;
            return alerts() == 0 ? end : "**" + end + (alerts() == 1 ? ", alert**" : ", 2 alerts**");
        }

        @Override
        public String toString() {
            return mode + ": the first " + describe(first) + ", the second " + describe(second) + ": " + words();
        }
    }

    /** Hosts of each kind that the table tells apart. */
    static List<OutboundServer> kinds() {
        List<OutboundServer> kinds = new ArrayList<>(List.of(OutboundServer.NOT_OFFERED, OutboundServer.CUT_INSTEAD_OF_220, OutboundServer.ALERT_AFTER_220,
                OutboundServer.SELF_SIGNED, OutboundServer.GOOD));
        kinds.addFirst(null);
        return kinds;
    }

    static List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (OutboundServer first : kinds()) {
            for (OutboundServer second : kinds()) {
                for (TlsMode mode : TlsMode.values()) {
                    pairs.add(new Pair(mode, first, second));
                }
            }
        }
        return pairs;
    }
}
