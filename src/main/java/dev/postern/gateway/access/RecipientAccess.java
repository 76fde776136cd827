package dev.postern.gateway.access;

import dev.postern.api.ListenerSpec.Access;
import dev.postern.plan.ListenerPlan.RecipientRule;
import dev.postern.plan.RecipientPattern;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The recipient access table of one listener: what no entry accepts is rejected. A lookup costs the same however many entries
 * there are. Immutable.
 */
public final class RecipientAccess {
    private static final Answer NONE = new Answer(Integer.MAX_VALUE, Access.Reject);

    private final Map<String, Answer> answers = new HashMap<>();
    private final Answer all;

    /** @throws IllegalArgumentException when an entry is not a {@link RecipientPattern} */
    public RecipientAccess(List<RecipientRule> rules) {
        Answer everyone = NONE;
        int order = 0;
        for (RecipientRule rule : rules) {
            for (String recipient : rule.recipients()) {
                String pattern = RecipientPattern.parse(recipient).toString();
                Answer answer = new Answer(order++, rule.access());
                if (!pattern.equals("ALL")) {
                    answers.putIfAbsent(pattern.toLowerCase(Locale.ROOT), answer);
                } else if (everyone == NONE) {
                    everyone = answer;
                }
            }
        }
        all = everyone;
    }

    /** @param address a forward path without brackets */
    public boolean accepts(String address) {
        int at = address.lastIndexOf('@');
        String user = address.substring(0, Math.max(at, 0)).toLowerCase(Locale.ROOT);
        String domain = address.substring(at + 1).toLowerCase(Locale.ROOT);
        Answer first = first(all, domain);
        if (at >= 0) {
            first = first(first, user + "@" + domain);
            first = first(first, user + "@");
        }
        for (int dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
            first = first(first, domain.substring(dot));
        }
        return first.access == Access.Accept;
    }

    private Answer first(Answer other, String pattern) {
        Answer answer = answers.getOrDefault(pattern, NONE);
        return answer.order < other.order ? answer : other;
    }

    private record Answer(int order, Access access) {
    }
}
