package dev.postern.plan;

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
        return listener.hostAccess().stream().anyMatch(group ->
                policies.find(group.policy()).filter(p -> p.behavior() == Behavior.Relay).isPresent() && everyone(group.senders()).isPresent());
    }

    private static boolean isEveryone(String sender) {
        try {
            return sender != null && SenderPattern.parse(sender).matchesEveryone();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
