package dev.postern.plan;

import dev.postern.api.ListenerSpec.Authentication;
import dev.postern.api.ListenerSpec.HostAccess;
import dev.postern.api.ListenerSpec.RecipientAccess;
import dev.postern.api.ListenerSpec;
import dev.postern.api.LocalRef;
import java.util.Map;
import java.util.stream.Collectors;

/** Whether a listener in its last good form goes with its policies as they are now: by the checks that a new form passes, for the policies may have changed since. */
final class LastGoodAccess {
    private LastGoodAccess() {
    }

    static boolean fits(ListenerPlan last, Catalog<PolicyPlan> policies) {
        // A policy that is gone is in force for as long as a last good form needs it.
        var all = new Catalog<>(policies.kind(), last.hostAccess().stream().map(ListenerPlan.SenderGroup::policy).collect(Collectors.toSet()), Map.of(), policies.good(), policies.lastGood());
        var scope = new Problems().of(last.resource());
        new AccessCompiler(spec(last), all, scope).hostAccess();
        return !scope.bad();
    }

    /** As far as host access has to do with it. */
    private static ListenerSpec spec(ListenerPlan last) {
        var spec = new ListenerSpec();
        spec.type = last.type();
        spec.certificateRefs = last.certificates().stream().map(LastGoodAccess::ref).toList();
        spec.implicitTLS = last.tls().implicit();
        spec.hostAccess = last.hostAccess().stream().map(group -> {
            var entry = new HostAccess();
            entry.senderGroup = group.name();
            entry.senders = group.senders();
            entry.policyRef = ref(group.policy());
            return entry;
        }).toList();
        spec.recipientAccess = last.recipientAccess().stream().map(rule -> {
            var entry = new RecipientAccess();
            entry.recipients = rule.recipients();
            entry.access = rule.access();
            return entry;
        }).toList();
        if (last.authentication() != null) {
            spec.authentication = new Authentication();
            spec.authentication.mechanisms = last.authentication().mechanisms();
        }
        return spec;
    }

    private static LocalRef ref(String name) {
        var ref = new LocalRef();
        ref.name = name;
        return ref;
    }
}
