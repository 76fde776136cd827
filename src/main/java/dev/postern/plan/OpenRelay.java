package dev.postern.plan;

import dev.postern.api.ListenerSpec.Access;
import dev.postern.api.ListenerSpec.RecipientAccess;
import dev.postern.api.ListenerSpec;
import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.plan.ListenerPlan.RecipientRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds sender groups that would let anyone write to anyone. Proof of who a client is can be its address, its confirmed name, its certificate, or
 * a login that the policy requires; that a DNS list has it is none.
 */
final class OpenRelay {
    private OpenRelay() {
    }

    /**
     * What among these stands for everyone, or proves nothing, in words, if there is something: one sender, or the addresses of all together.
     * What is no sender pattern, or missing, is passed over.
     */
    static Optional<String> everyone(List<String> senders) {
        List<SenderPattern> patterns = patterns(senders);
        return patterns.stream().filter(OpenRelay::isEveryone).findFirst().map(p -> "'" + p + "'").or(() -> AddressSpace.tooMuch(patterns));
    }

    /**
     * Whether a policy lets clients write to anyone without a login.
     *
     * @param anyRecipient whether the listener's recipient access table accepts mail for anyone
     */
    static boolean opens(PolicyPlan policy, boolean anyRecipient) {
        return policy.authentication() != Authentication.Require
                && (policy.behavior() == Behavior.Relay || policy.behavior() == Behavior.Accept && anyRecipient);
    }

    /** What makes a recipient access table accept mail for anyone, if it does: ALL, or everything below a top-level domain. Entries need not be valid. */
    static Optional<String> anyRecipient(ListenerSpec spec) {
        List<RecipientAccess> entries = spec.recipientAccess == null ? List.of() : spec.recipientAccess;
        return anyRecipient(entries.stream().filter(entry -> entry != null && entry.recipients != null).map(entry -> new RecipientRule(
                entry.recipients.stream().filter(r -> r != null).toList(), entry.access == Access.Reject ? Access.Reject : Access.Accept)).toList());
    }

    /** The first entry of ALL decides: what is behind it never matters. */
    private static Optional<String> anyRecipient(List<RecipientRule> rules) {
        for (RecipientRule rule : rules) {
            Optional<String> wide = rule.recipients().stream().filter(OpenRelay::isAnyone).findFirst();
            if (wide.isPresent() && rule.access() == Access.Accept) {
                return wide;
            }
            if (rule.recipients().contains("ALL")) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static boolean isAnyone(String recipient) {
        try {
            return recipient.equals("ALL") || RecipientPattern.parse(recipient).isTopLevel();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isEveryone(SenderPattern pattern) {
        return pattern.matchesEveryone() || pattern.dnsList() != null;
    }

    private static List<SenderPattern> patterns(List<String> senders) {
        List<SenderPattern> patterns = new ArrayList<>();
        for (String sender : senders) {
            try {
                if (sender != null) {
                    patterns.add(SenderPattern.parse(sender));
                }
            } catch (IllegalArgumentException e) {
                continue;   // said where the senders are read
            }
        }
        return patterns;
    }
}
