package dev.postern.plan;

import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import java.util.List;
import java.util.Optional;

/** Finds sender groups that would let anyone relay. */
final class OpenRelay {
    private OpenRelay() {
    }

    /** The sender that stands for everyone, if there is one; what is no sender pattern, or missing, is passed over. */
    static Optional<String> everyone(List<String> senders) {
        return senders.stream().filter(OpenRelay::isEveryone).findFirst();
    }

    /** Whether some group of a listener has everyone and may relay. */
    static boolean in(ListenerPlan listener, Catalog<PolicyPlan> policies) {
        return listener.hostAccess().stream().anyMatch(group -> policies.find(group.policy()).filter(OpenRelay::by).isPresent() && everyone(group.senders()).isPresent());
    }

    /** Whether a policy lets those relay who prove nothing but their address. */
    static boolean by(PolicyPlan policy) {
        return policy.behavior() == Behavior.Relay && policy.authentication() != Authentication.Require;
    }

    private static boolean isEveryone(String sender) {
        try {
            return sender != null && SenderPattern.parse(sender).matchesEveryone();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
