package dev.postern.plan;

import dev.postern.api.ListenerSpec.HostAccess;
import dev.postern.api.ListenerSpec.Mechanism;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.ListenerSpec;
import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import java.util.Optional;

/** Whether the policies of a listener that ask clients to log in go with what the listener can do about it. */
final class AuthenticationAccess {
    private final ListenerSpec spec;
    private final Catalog<PolicyPlan> policies;
    private final Problems.Scope scope;
    private boolean external;

    AuthenticationAccess(ListenerSpec spec, Catalog<PolicyPlan> policies, Problems.Scope scope) {
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
            if (policy.filter(AuthenticationAccess::asks).isPresent()) {
                asked = true;
                check(policy.get(), entry.senderGroup, "spec.hostAccess[" + i + "].policyRef.name");
            }
        }
        if (spec.authentication == null || !known || spec.type != Type.Private) {
            return;
        }
        if (!asked) {
            scope.warning("spec.authentication", Problem.Reason.CONFLICTED,
                    "counts for nothing, as no policy of hostAccess asks clients to log in; set authentication of one to Offer or Require, or remove it");
        } else if (spec.authentication.mechanisms.contains(Mechanism.EXTERNAL) && !external) {
            scope.invalid("spec.authentication.mechanisms",
                    "EXTERNAL is the name in a client certificate, and no policy that asks clients to log in asks them for one; set its tls.clientCertificates to Request or Require, or remove EXTERNAL");
        }
    }

    private static boolean asks(PolicyPlan policy) {
        return AccessCompiler.takesMail(policy) && policy.authentication() != Authentication.None;
    }

    private void check(PolicyPlan policy, String group, String field) {
        String named = "MailFlowPolicy '" + policy.name() + "' (sender group '" + group + "') has authentication " + policy.authentication();
        if (spec.type == Type.Public) {
            scope.invalid(field, named + ", which is for Private listeners; use another policy, or make the listener Private");
            return;
        }
        if (spec.authentication == null) {
            scope.invalid("spec.authentication", "is missing: " + named + "; name the Secret of the users in usersSecretRef");
            return;
        }
        if (spec.certificateRefs.isEmpty()) {
            scope.invalid("spec.certificateRefs", named + ", which is over TLS only, but the listener has no certificate; name at least one");
        } else if (policy.tls().mode() == TlsMode.Off && !spec.implicitTLS) {
            scope.invalid(field, named + " and the TLS mode Off, and clients log in over TLS only; set its mode to Required");
        }
        if (spec.authentication.mechanisms.contains(Mechanism.EXTERNAL)) {
            external(policy, named, field);
        }
    }

    private void external(PolicyPlan policy, String named, String field) {
        boolean certificates = policy.tls().clientCertificates() != ClientCertificates.None;
        external |= certificates;
        if (certificates && policy.tls().clientTrustBundle() == null) {
            scope.invalid(field, named + " and trusts the system's authorities: EXTERNAL would let everyone log in who has a certificate of any of them; name your own authority in its clientTrustBundleRef");
        } else if (!certificates && spec.authentication.mechanisms.size() == 1) {
            scope.invalid(field, named + ", the listener's only mechanism is EXTERNAL, and the policy does not ask for client certificates; set its tls.clientCertificates to Request or Require");
        }
    }
}
