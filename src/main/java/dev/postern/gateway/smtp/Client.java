package dev.postern.gateway.smtp;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.RejectAt;
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
import java.util.Set;

/**
 * Who is connected, and what the plan in force at its greeting says of it. A handshake with a certificate makes another of it.
 *
 * @param hostName    forward-confirmed, or null
 * @param listing     zones of the DNS lists that have it, of those that were asked
 * @param match       null where no sender group matches
 * @param certificate null where none was asked for, or not yet
 */
record Client(long icid, InetAddress address, String hostName, Set<String> listing, ActivePlan plan, ActiveListener listener, HostAccess.Match match,
        Certificate certificate) {

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
        return new Client(icid, address, hostName, listing, plan, listener, by, shown);
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

    /** Whether any recipient is taken. With Accept it is the recipient access table that says so, and a Private listener has none: the compiler refuses the two together. */
    boolean relays() {
        return behavior() == Behavior.Relay;
    }

    /** Whether it is greeted, and its recipients are rejected one by one (delayed rejection). */
    boolean rejectedAtRecipients() {
        return match != null && behavior() == Behavior.Reject && policy().rejection().at() == RejectAt.Recipient;
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
        return Denial.HostAccess.reply(match == null ? null : words(policy().rejection().text()));
    }

    /** What it is greeted with. */
    Reply greeting() {
        String banner = words(policy().banner());
        return Reply.of(220, null, serverName() + " ESMTP " + (banner == null ? "Postern" : banner));
    }

    /** A text of its policy with the variables filled in; null for null. */
    String words(String text) {
        return text == null ? null : HatVariables.fill(text, this);
    }
}
