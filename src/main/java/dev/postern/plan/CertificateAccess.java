package dev.postern.plan;

import dev.postern.api.ListenerSpec;
import dev.postern.api.ListenerSpec.HostAccess;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What of a listener's host access table asks for something that its handshakes, or their absence, never give. Handshakes follow the
 * policy that a client has at its greeting, by its address or name; the entries by certificate come after.
 */
final class CertificateAccess {
    private final ListenerSpec spec;
    private final Catalog<PolicyPlan> policies;
    private final Problems.Scope scope;

    CertificateAccess(ListenerSpec spec, Catalog<PolicyPlan> policies, Problems.Scope scope) {
        this.spec = spec;
        this.policies = policies;
        this.scope = scope;
    }

    void check() {
        boolean known = true;
        boolean asked = false;
        for (int i = 0; i < spec.hostAccess.size(); i++) {
            HostAccess entry = spec.hostAccess.get(i);
            Optional<PolicyPlan> policy = entry.policyRef == null || entry.policyRef.name == null ? Optional.empty() : policies.find(entry.policyRef.name);
            known &= policy.isPresent();
            boolean atGreeting = entry.senders.stream().anyMatch(s -> !needsCertificate(s));
            if (atGreeting && policy.filter(AccessCompiler::takesMail).isPresent()) {
                withoutTls(policy.get(), "spec.hostAccess[" + i + "].policyRef.name");
                asked |= asks(policy.get());
            }
        }
        if (known && !asked) {
            neverShown();
        }
    }

    /** One warning a sender group is enough. */
    private void neverShown() {
        String why = spec.certificateRefs.isEmpty() ? "the listener has no certificate, and so no TLS; name one in certificateRefs"
                : "no policy that a client has at its greeting, by its address or host name, asks for certificates over TLS; set tls.clientCertificates of such a policy to Request or Require";
        for (int i = 0; i < spec.hostAccess.size(); i++) {
            List<String> senders = spec.hostAccess.get(i).senders;
            int group = i;
            IntStream.range(0, senders.size()).filter(s -> needsCertificate(senders.get(s))).findFirst().ifPresent(s -> scope.warning(
                    "spec.hostAccess[" + group + "].senders[" + s + "]", Problem.Reason.NEVER_MATCHES, "'" + senders.get(s)
                    + "' never matches: " + why));
        }
    }

    private void withoutTls(PolicyPlan policy, String field) {
        if (spec.certificateRefs.isEmpty() && !policy.tls().mandatorySenders().isEmpty()) {
            scope.warning(field, Problem.Reason.CONFLICTED, "MailFlowPolicy '" + policy.name()
                    + "' has mandatorySenders, and the listener has no certificate, and so no TLS: they cannot send here; name one in certificateRefs");
        }
        if (policy.tls().mode() != TlsMode.Off) {
            return;
        }
        String named = "MailFlowPolicy '" + policy.name() + "' has the TLS mode Off, ";
        if (spec.implicitTLS) {
            scope.warning(field, Problem.Reason.CONFLICTED, named + "and implicitTLS begins every connection with TLS: the mode counts for nothing here");
        } else if (policy.tls().clientCertificates() == ClientCertificates.Require) {
            scope.warning(field, Problem.Reason.CONFLICTED, named + "and requires client certificates, which only TLS brings: no mail is taken; set its mode to Required");
        } else if (policy.tls().clientCertificates() == ClientCertificates.Request) {
            scope.warning(field, Problem.Reason.CONFLICTED, named + "so that nobody is asked for a client certificate; set its mode to Preferred or Required");
        } else if (!policy.tls().mandatorySenders().isEmpty()) {
            scope.warning(field, Problem.Reason.CONFLICTED, named + "so that its mandatorySenders cannot send; set its mode to Preferred or Required");
        }
    }

    private boolean asks(PolicyPlan policy) {
        return !spec.certificateRefs.isEmpty() && (spec.implicitTLS || policy.tls().mode() != TlsMode.Off)
                && policy.tls().clientCertificates() != ClientCertificates.None;
    }

    private static boolean needsCertificate(String sender) {
        try {
            return sender != null && SenderPattern.parse(sender).needsCertificate();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
