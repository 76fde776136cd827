package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.delivery.OutboundTable.Fate;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.plan.DestinationPlan;
import dev.postern.testing.Exim;
import dev.postern.testing.MarkedText;
import dev.postern.testing.OpenSmtpd;
import dev.postern.testing.Postfix;
import dev.postern.testing.PosttlsFinger;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table, held against servers that others wrote; and beside it what Postfix itself, as a client, thinks of the same servers. */
class PeerReceiversTest {
    private static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Test Root"), null);
    private static final TestPki.Identity INTERMEDIATE = TestPki.issue(Request.ca("Test Intermediate"), ROOT);
    private static final TestPki.Identity GOOD = TestPki.issueRsa(Request.server("x", "partner.test"), INTERMEDIATE);
    /** Rows of the page by peer and state, in their order. */
    private static final Map<String, String> ROWS = new TreeMap<>();

    /** How a server is set up, and the row of the table that this is. */
    enum Setup {
        OFF("no STARTTLS", OutboundServer.NOT_OFFERED, GOOD),
        GOOD_CHAIN("good certificate", OutboundServer.GOOD, GOOD),
        EXPIRED("expired certificate", OutboundServer.EXPIRED, TestPki.issueRsa(Request.server("x", "partner.test").valid(TestPki.ago(20), TestPki.ago(10)), ROOT)),
        SELF_SIGNED("self-signed certificate", OutboundServer.SELF_SIGNED, TestPki.issueRsa(Request.server("x", "partner.test"), null)),
        WRONG_NAME("certificate of another name", OutboundServer.WRONG_NAME, TestPki.issueRsa(Request.server("x", "other.test"), ROOT)),
        NO_INTERMEDIATE("intermediate left out", OutboundServer.NO_INTERMEDIATE, new TestPki.Identity(GOOD.keys(), GOOD.certificate(), List.of(GOOD.certificate()))),
        OLD_TLS("TLS 1.1 at most", OutboundServer.TLS_1_1, GOOD),
        BROKEN("STARTTLS offered, key missing", OutboundServer.REFUSED_454, GOOD);

        private final String words;
        private final OutboundServer row;
        private final TestPki.Identity identity;

        Setup(String words, OutboundServer row, TestPki.Identity identity) {
            this.words = words;
            this.row = row;
            this.identity = identity;
        }
    }

    /** A running server. */
    private interface Server extends AutoCloseable {
        int port();

        /** Mails that it took; whether each came over TLS. */
        List<Boolean> mails();

        @Override
        void close() throws IOException, InterruptedException;
    }

    @TempDir
    private static Path folder;

    @ParameterizedTest
    @MethodSource("dev.postern.gateway.delivery.PeerReceiversTest#setups")
    void postfixGetsWhatTheTableSays(Setup setup) throws Exception {
        String[] settings = switch (setup) {
            case OFF -> new String[] {"smtpd_tls_security_level = none"};
            case OLD_TLS -> new String[] {"smtpd_tls_protocols = TLSv1, TLSv1.1", "smtpd_tls_ciphers = low", "tls_low_cipherlist = ALL:@SECLEVEL=0"};
            default -> new String[0];
        };
        String pem = setup == Setup.BROKEN ? GOOD.chainPem() : setup.identity.keyPem() + setup.identity.chainPem();
        Postfix postfix = Postfix.start("mx.partner.test", pem, settings);
        check("Postfix", setup, setup.row, new Server() {
            @Override
            public int port() {
                return postfix.port();
            }

            @Override
            public List<Boolean> mails() {
                return postfix.messages().stream().filter(m -> m.contains("Subject: test\n")).map(m -> m.contains("using TLSv1.")).toList();
            }

            @Override
            public void close() throws IOException, InterruptedException {
                postfix.close();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("dev.postern.gateway.delivery.PeerReceiversTest#setups")
    void eximGetsWhatTheTableSays(Setup setup) throws Exception {
        String setting = switch (setup) {
            case OFF -> "tls_advertise_hosts =";
            case OLD_TLS -> "tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT";
            default -> "";
        };
        String key = setup == Setup.BROKEN ? "" : setup.identity.keyPem();
        Exim exim = Exim.receiver("mx.partner.test", setup.identity.chainPem(), key, setting);
        check("Exim", setup, setup.row, new Server() {
            @Override
            public int port() {
                return exim.port();
            }

            @Override
            public List<Boolean> mails() {
                return exim.received().stream().map(l -> l.contains(" P=esmtps ")).toList();
            }

            @Override
            public void close() throws IOException, InterruptedException {
                exim.close();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("dev.postern.gateway.delivery.PeerReceiversTest#certificates")
    void opensmtpdGetsWhatTheTableSays(Setup setup) throws Exception {
        OpenSmtpd smtpd = OpenSmtpd.receiver("mx.partner.test", setup.identity.chainPem(), setup.identity.keyPem(), setup == Setup.OFF ? "" : "tls pki mx.partner.test");
        boolean breaks = setup != Setup.OFF && !smtpd.servesTls();
        check("OpenSMTPD", setup, breaks ? OutboundServer.ALERT_AFTER_220 : setup.row, new Server() {
            @Override
            public int port() {
                return smtpd.port();
            }

            @Override
            public List<Boolean> mails() {
                return smtpd.received().stream().map(l -> l.contains("proto=ESMTPS")).toList();
            }

            @Override
            public void close() throws IOException, InterruptedException {
                smtpd.close();
            }
        });
    }

    static List<Setup> setups() {
        return List.of(Setup.values());
    }

    /** It has no setting of TLS versions, and does not start without a key. */
    static List<Setup> certificates() {
        return List.of(Setup.OFF, Setup.GOOD_CHAIN, Setup.SELF_SIGNED);
    }

    private static void check(String peer, Setup setup, OutboundServer row, Server server) throws Exception {
        Map<TlsMode, String> ours = new TreeMap<>();
        try (server) {
            for (TlsMode mode : TlsMode.values()) {
                Fate fate = OutboundTable.fate(mode, row);
                int before = server.mails().size();
                try (Rig rig = new Rig(new DeliveryOptions(10, 100, Duration.ZERO, Timeouts.all(Duration.ofSeconds(10))))) {
                    deliver(rig, mode, server.port(), fate, row);
                }
                OutboundLevelsTest.await(() -> server.mails().size() == before + (fate.sent() ? 1 : 0));
                if (fate.sent()) {
                    assertThat(server.mails().stream().filter(tls -> tls).count()).as("mails over TLS, up to %s", mode)
                            .isEqualTo(Set.of(TlsMode.values()).stream().filter(m -> m.compareTo(mode) <= 0 && OutboundTable.fate(m, row).sent() && OutboundTable.fate(m, row) != Fate.CLEAR).count());
                }
                ours.put(mode, fate.words);
            }
            PosttlsFinger finger = new PosttlsFinger(folder, ROOT.pem());
            StringBuilder text = new StringBuilder("| ").append(peer).append(" | ").append(setup.words);
            for (TlsMode mode : List.of(TlsMode.Preferred, TlsMode.Required, TlsMode.RequiredVerify)) {
                text.append(" | ").append(ours.get(mode));
            }
            List.of("may", "encrypt", "verify", "secure").parallelStream().map(level -> finger.judge(level, server.port(), "partner.test", "mx.partner.test").words())
                    .forEachOrdered(words -> text.append(" | ").append(words));
            ROWS.put(List.of("Postfix", "Exim", "OpenSMTPD").indexOf(peer) + " " + setup.ordinal(), text.append(" |\n").toString());
        }
    }

    private static void deliver(Rig rig, TlsMode mode, int port, Fate fate, OutboundServer row) {
        rig.hosts.put("mx.partner.test", List.of(Rig.address("127.0.0.1")));
        rig.bundles = Map.of("ca/ca.crt", ROOT.pem());
        rig.plan(DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false, DestinationPlan.Tls.of(mode, Identity.Hosted, "ca/ca.crt"), null, DestinationPlan.Limits.of(20, 100),
                List.of(Rig.host("mx.partner.test", port)), null));
        rig.delivery.start();
        long mid = rig.send("a@sender.test", "b@partner.test");
        OutboundLevelsTest.await(() -> rig.spool.get(mid).recipients().getFirst().lastStatus() != null);

        assertThat(rig.spool.get(mid).recipients().getFirst().state()).as("%s: %s", mode, rig.log).isEqualTo(fate.sent() ? State.DELIVERED : State.PENDING);
        assertThat(rig.alerts).as("alerts under %s", mode).hasSize(fate == Fate.ALERT ? 1 : 0);
        if (fate == Fate.ALERT) {
            assertThat(rig.alerts.getFirst().reason()).isEqualTo(row.reason.reason());
            assertThat(rig.alerts.getFirst().stage()).isEqualTo(row.reason.stage());
        }
        assertThat(rig.results).singleElement().satisfies(result -> assertThat(result.outcome()).isEqualTo(fate.result));
        assertThat(rig.logged(MailEvent.DeliveryInClear.class)).hasSize(fate == Fate.CLEAR && mode != TlsMode.None ? 1 : 0);
    }

    /** Where all peers were there. */
    @AfterAll
    static void thePageHasWhatWasFound() throws IOException {
        if (ROWS.size() == 2 * Setup.values().length + certificates().size()) {
            MarkedText.assertCurrent(Path.of("docs", "tls.md"), "receivers", "| the server | its state | Preferred | Required | RequiredVerify | may | encrypt | verify | secure |\n"
                    + "|---|---|---|---|---|---|---|---|---|\n" + String.join("", ROWS.values()));
        }
    }
}
