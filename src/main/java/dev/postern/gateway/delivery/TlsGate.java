package dev.postern.gateway.delivery;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.report.TlsResult.Policy;
import dev.postern.gateway.report.TlsResult;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.gateway.tls.OutboundTls.Action;
import dev.postern.gateway.tls.OutboundTls.Decision;
import dev.postern.gateway.tls.OutboundTls.Outcome;
import dev.postern.gateway.tls.OutboundTls;
import dev.postern.gateway.tls.PeerChecks;
import dev.postern.gateway.tls.Published;
import dev.postern.gateway.tls.Requirement;
import dev.postern.gateway.tls.Verdict;
import dev.postern.plan.DestinationPlan;
import java.net.InetAddress;
import java.util.List;

/** Lets the table of levels decide about one connection, and tells log, metrics and listeners what it decided. */
final class TlsGate {
    private final Dialer.Tools tools;
    private final String domain;
    private final Target target;
    private final DestinationPlan plan;
    private final Requirement requirement;
    private final MessageTls message;

    TlsGate(Dialer.Tools tools, String domain, Target target, DestinationPlan plan, Requirement requirement, MessageTls message) {
        this.tools = tools;
        this.domain = domain;
        this.target = target;
        this.plan = plan;
        this.requirement = requirement;
        this.message = message;
    }

    /** Before a connection is made: what is published may rule the host out. */
    void enter(long dcid) throws Undeliverable {
        if (requirement.refusal() != null) {
            fail(dcid, null, OutboundTls.refused(requirement.refusal()), "");
        }
    }

    /** What the connection came to short of an encrypted session; returns where mail may go in clear. */
    void settle(long dcid, InetAddress local, Outcome outcome, String detail) throws Undeliverable {
        Decision decision = OutboundTls.decide(requirement.mode(), outcome, null);
        if (decision.action() == Action.NEXT_HOST) {
            fail(dcid, local, decision, detail);
        }
        tools.metrics().tls(plan.tls().mode(), "clear");
        if (outcome != Outcome.NOT_TRIED) {
            tools.log().log(new MailEvent.DeliveryInClear(dcid, domain, detailed(decision.text(), detail)));
        }
        tell(local, TlsResult.Outcome.CLEAR, decision.reason(), detailed(decision.text(), detail));
    }

    /** The session is encrypted; returns where mail may go on it. */
    void encrypted(long dcid, InetAddress local, PeerChecks checks) throws Undeliverable {
        Decision decision = OutboundTls.decide(requirement.mode(), Outcome.ENCRYPTED, checks.demanded());
        if (decision.action() == Action.NEXT_HOST) {
            fail(dcid, local, decision, "");
        }
    }

    /** The server does not offer REQUIRETLS, which the message needs. */
    void requireTlsNotOffered(long dcid, InetAddress local) throws Undeliverable {
        fail(dcid, local, OutboundTls.requireTlsNotOffered(), "");
    }

    /**
     * Mail goes on the encrypted session: all that could go wrong with TLS did not.
     *
     * @param trial what an MTA-STS policy for testing would have refused, or null
     */
    void passed(InetAddress local, PeerChecks checks, Requirement.Refusal trial) {
        Verdict verdict = checks.demanded() != null ? checks.demanded() : checks.checked();
        tools.metrics().tls(plan.tls().mode(), verdict == null ? "encrypted" : verdict.verified() ? "verified" : "unverified");
        boolean verified = verdict != null && verdict.verified();
        TlsResult.Outcome outcome = verified ? TlsResult.Outcome.VERIFIED : TlsResult.Outcome.ENCRYPTED;
        if (trial != null) {   // the policy's own view is what its domain wants to hear
            tell(local, outcome, trial.reason(), trial.text());
        } else {
            tell(local, outcome, verdict == null || verified ? null : verdict.reason().name(), verdict == null || verified ? null : verdict.detail());
        }
    }

    private void fail(long dcid, InetAddress local, Decision decision, String detail) throws Undeliverable {
        tools.metrics().tls(plan.tls().mode(), "failed");
        String ip = target.address().getHostAddress();
        String what = detailed(decision.text(), detail) + (requirement.requireTls() ? ", and the message asks for REQUIRETLS" : "");
        boolean inWords = decision.stage() == OutboundTls.Stage.HANDSHAKE;
        tools.log().log(new MailEvent.DeliveryTlsFailed(dcid, ip, inWords || requirement.requireTls() ? what : decision.text()));
        tell(local, TlsResult.Outcome.FAILED, decision.reason(), what);
        if (decision.alert()) {
            tools.log().log(new MailEvent.DeliveryTlsRequired(dcid, ip));
            tools.failures().report(new TlsFailures.Failure(plan.resource(), TlsFailures.Direction.Outbound, domain, target.describe(), stage(decision.stage()),
                    decision.reason(), what));
        }
        if (requirement.requireTls()) {
            throw requireTlsFailed(decision, detailed(decision.text(), detail));
        }
        boolean unsupported = decision.stage() == OutboundTls.Stage.EHLO || decision.stage() == OutboundTls.Stage.STARTTLS;
        String text = "TLS " + (decision.alert() ? "was required but failed" : "failed") + " with " + target.describe() + ": " + what;
        throw Undeliverable.later(unsupported ? "4.7.4" : "4.7.5", text, target, true);
    }

    /**
     * A host that lacks REQUIRETLS, or that nobody vouches for, will not be other tomorrow; everything else that is wrong with TLS may be mended. The
     * statuses are those of RFC 8689 section 4.2.1: X.7.30 REQUIRETLS support required, X.7.10 encryption needed.
     */
    private Undeliverable requireTlsFailed(Decision decision, String what) {
        boolean notOffered = decision.reason().equals(OutboundTls.REQUIRETLS_NOT_OFFERED);
        if (notOffered || decision.reason().equals(Requirement.MX_NOT_PROVEN)) {
            String text = "REQUIRETLS support required: " + target.describe() + ": " + what;
            boolean policyAway = !notOffered && target.published().sts() instanceof Published.Sts.Unavailable;
            return policyAway ? Undeliverable.later("4.7.30", text, target, true) : Undeliverable.never("5.7.30", text, target);
        }
        return Undeliverable.later("4.7.10", "TLS was required but failed with " + target.describe() + ": " + what, target, true);
    }

    private void tell(InetAddress local, TlsResult.Outcome outcome, String reason, String detail) {
        tools.results().result(new TlsResult(tools.clock().instant(), plan.resource(), domain, outcome, target.host(), target.address(), local, target.routed(),
                reason, detail, policy()));
    }

    private Policy policy() {
        if (message == MessageTls.OPTIONAL) {
            return Policy.UNHEEDED;
        }
        Published published = target.published();
        return switch (published.dane()) {
            case Published.Dane.Usable(var records, var names) -> new Policy(TlsResult.Type.TLSA, records.stream().map(Object::toString).toList(), List.of(), null);
            case Published.Dane.Unusable(var records) -> new Policy(TlsResult.Type.TLSA, records.stream().map(Object::toString).toList(), List.of(), "tlsa-invalid");
            case Published.Dane.Failed(var detail) -> new Policy(TlsResult.Type.TLSA, List.of(), List.of(), "dnssec-invalid");
            case Published.Dane.Absent() -> switch (published.sts()) {
                case Published.Sts.Found found -> new Policy(TlsResult.Type.STS, found.lines(), found.mx(), null);
                case Published.Sts.Unavailable unavailable -> new Policy(TlsResult.Type.STS, List.of(), List.of(), unavailable.resultType());
                case Published.Sts.Absent() -> Policy.NONE;
            };
        };
    }

    private static String detailed(String text, String detail) {
        return detail == null || detail.isEmpty() ? text : text + ": " + detail;
    }

    private static TlsFailures.Stage stage(OutboundTls.Stage stage) {
        return switch (stage) {
            case POLICY -> TlsFailures.Stage.Policy;
            case EHLO -> TlsFailures.Stage.Ehlo;
            case STARTTLS -> TlsFailures.Stage.Starttls;
            case HANDSHAKE -> TlsFailures.Stage.Handshake;
            case VERIFICATION -> TlsFailures.Stage.Verification;
        };
    }
}
