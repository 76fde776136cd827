package dev.postern.gateway.smtp;

import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.config.ActiveListener;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.gateway.tls.Verdict;
import dev.postern.plan.PolicyPlan;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;

/**
 * Who is connected, and what the plan in force at its greeting says of it. A handshake with a certificate makes another of it.
 *
 * @param hostName    forward-confirmed, or null
 * @param match       null where no sender group matches
 * @param certificate null where none was asked for, or not yet
 */
record Client(long icid, InetAddress address, String hostName, ActivePlan plan, ActiveListener listener, HostAccess.Match match, Certificate certificate) {

    /**
     * What a client showed when it was asked.
     *
     * @param subject for a person; null where it showed none
     * @param names   that it proves, where it is verified; else empty
     */
    record Certificate(String subject, Verdict verdict, List<String> names) {
        /** One that proves no name. */
        Certificate(String subject, Verdict verdict) {
            this(subject, verdict, List.of());
        }
    }

    /** As it is known after its handshake. */
    Client identified(Certificate shown, HostAccess.Match by) {
        return new Client(icid, address, hostName, plan, listener, by, shown);
    }

    /** The server's name for this client. */
    String serverName() {
        return serverName(plan, listener);
    }

    static String serverName(ActivePlan plan, ActiveListener listener) {
        String own = listener.plan().hostname();
        return own == null ? plan.plan().settings().hostname() : own;
    }

    PolicyPlan policy() {
        return match.policy();
    }

    Behavior behavior() {
        return match == null ? Behavior.Reject : policy().behavior();
    }

    /** Authorities that its policy trusts to name clients. */
    TrustAnchors trust() {
        return plan.trust(policy().tls().clientTrustBundle());
    }

    /** Whether its handshake asks for a certificate. */
    boolean askedForCertificate() {
        return policy().tls().clientCertificates() != ClientCertificates.None;
    }

    /** Whether mail is taken only behind a verified certificate, and there is none. */
    boolean lacksCertificate() {
        return policy().tls().clientCertificates() == ClientCertificates.Require && (certificate == null || !certificate.verdict.verified());
    }

    /**
     * Whether any recipient is taken. On a Private listener a sender group of Accept relays too: it has no recipient access table,
     * and the compiler refuses it a sender group of everyone.
     */
    boolean relays() {
        return policy().behavior() == Behavior.Relay || listener.plan().type() == Type.Private;
    }

    /** {@code name (address)}, or the address alone. */
    String host() {
        return hostName == null ? address.getHostAddress() : hostName + " (" + address.getHostAddress() + ")";
    }

    /** What the host access table says, for the log. */
    MailEvent matchLine() {
        return new MailEvent.SenderGroupMatch(icid, behavior().name().toUpperCase(Locale.ROOT), match == null ? "None" : match.senderGroup(),
                match == null ? "None" : match.pattern());
    }

    /** The answer of Reject. */
    Reply rejection() {
        String text = match == null ? null : policy().rejection().text();
        return Reply.of(554, "5.7.1", text == null ? serverName() + " does not take mail from your address" : text);
    }

    Reply tooMany() {
        return Reply.of(421, "4.7.0", serverName() + " too many connections from your address");
    }
}
