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
    private static final Entry NONE = new Entry(Integer.MAX_VALUE, false, new Answer(false, false, null));
    private static final Answer ROUTED = new Answer(false, true, null);

    private final Map<String, Entry> entries = new HashMap<>();
    private final Entry all;

    /**
     * What becomes of a recipient.
     *
     * @param routed     whether it is rejected since its local part names another destination, which whoever gets the mail next may follow
     * @param rejectText of the entry that rejects it, or null
     */
    public record Answer(boolean accepted, boolean routed, String rejectText) {
    }

    /** @param user whether it names the local part */
    private record Entry(int order, boolean user, Answer answer) {
    }

    /** @throws IllegalArgumentException when an entry is not a {@link RecipientPattern} */
    public RecipientAccess(List<RecipientRule> rules) {
        Entry everyone = NONE;
        int order = 0;
        for (RecipientRule rule : rules) {
            boolean accepted = rule.access() == Access.Accept;
            Answer answer = new Answer(accepted, false, accepted ? null : rule.rejectText());
            for (String recipient : rule.recipients()) {
                String pattern = RecipientPattern.parse(recipient).normal();
                Entry entry = new Entry(order++, pattern.indexOf('@') >= 0, answer);
                if (!pattern.equals("ALL")) {
                    entries.putIfAbsent(pattern, entry);
                } else if (everyone == NONE) {
                    everyone = entry;
                }
            }
        }
        all = everyone;
    }

    /** @param address a forward path without brackets, its domain in A-labels */
    public boolean accepts(String address) {
        return find(address).accepted;
    }

    /**
     * The answer of the first entry that matches. An address that would be accepted for its domain is rejected where its local part has one of
     * {@code %}, {@code !} and {@code @}, even in quotes: a path within a path, by which others could have mail relayed. An entry that names
     * the very local part accepts it.
     *
     * @param address a forward path without brackets, its domain in A-labels
     */
    public Answer find(String address) {
        int at = address.lastIndexOf('@');
        String user = address.substring(0, Math.max(at, 0)).toLowerCase(Locale.ROOT);
        String domain = address.substring(at + 1).toLowerCase(Locale.ROOT);
        Entry first = first(all, domain);
        if (at >= 0) {
            first = first(first, user + "@" + domain);
            first = domain.endsWith("]") ? first : first(first, user + "@");   // an address literal is of no domain
        }
        for (int dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
            first = first(first, domain.substring(dot));
        }
        return first.answer.accepted && !first.user && isRouted(user) ? ROUTED : first.answer;
    }

    private Entry first(Entry other, String pattern) {
        Entry entry = entries.getOrDefault(pattern, NONE);
        return entry.order < other.order ? entry : other;
    }

    private static boolean isRouted(String user) {
        return user.indexOf('%') >= 0 || user.indexOf('!') >= 0 || user.indexOf('@') >= 0;
    }
}
