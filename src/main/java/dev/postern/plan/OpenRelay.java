package dev.postern.plan;

import dev.postern.api.ListenerSpec.Access;
import dev.postern.api.ListenerSpec.RecipientAccess;
import dev.postern.api.ListenerSpec;
import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import java.util.List;
import java.util.Optional;

/**
 * Finds sender groups that would let anyone write to anyone. Proof of who a client is can be its address, its confirmed name, its certificate, or
 * a login that the policy requires; that a DNS list has it is none.
 */
final class OpenRelay {
    private OpenRelay() {
    }

    /** The sender that stands for everyone, or proves nothing, if there is one; what is no sender pattern, or missing, is passed over. */
    static Optional<String> everyone(List<String> senders) {
        return senders.stream().filter(OpenRelay::isEveryone).findFirst();
    }

    /**
     * Whether a policy lets clients write to anyone without a login.
     *
     * @param anyRecipient whether the listener's recipient access table accepts every recipient
     */
    static boolean opens(PolicyPlan policy, boolean anyRecipient) {
        return policy.authentication() != Authentication.Require
                && (policy.behavior() == Behavior.Relay || policy.behavior() == Behavior.Accept && anyRecipient);
    }

    /** Whether a recipient access table accepts every recipient: its first entry of ALL does. Entries need not be valid. */
    static boolean anyRecipient(ListenerSpec spec) {
        return spec.recipientAccess != null && spec.recipientAccess.stream().filter(entry -> entry != null && entry.recipients != null && entry.recipients.contains("ALL"))
                .findFirst().filter(OpenRelay::accepts).isPresent();
    }

    /** Whether some group of a listener has everyone and lets them write to anyone. */
    static boolean in(ListenerPlan listener, Catalog<PolicyPlan> policies) {
        boolean anyRecipient = listener.recipientAccess().stream().filter(rule -> rule.recipients().contains("ALL")).findFirst()
                .filter(rule -> rule.access() == Access.Accept).isPresent();
        return listener.hostAccess().stream().anyMatch(group ->
                policies.find(group.policy()).filter(p -> opens(p, anyRecipient)).isPresent() && everyone(group.senders()).isPresent());
    }

    private static boolean accepts(RecipientAccess entry) {
        return entry.access != Access.Reject;
    }

    private static boolean isEveryone(String sender) {
        try {
            if (sender == null) {
                return false;
            }
            SenderPattern pattern = SenderPattern.parse(sender);
            return pattern.matchesEveryone() || pattern.dnsList() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
