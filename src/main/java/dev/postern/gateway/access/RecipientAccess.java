package dev.postern.gateway.access;

import dev.postern.api.ListenerSpec.Access;
import dev.postern.plan.ListenerPlan.RecipientRule;
import dev.postern.plan.RecipientPattern;
import java.util.ArrayList;
import java.util.List;

/** The recipient access table of one listener: what no entry accepts is rejected. Immutable. */
public final class RecipientAccess {
    private final List<Entry> entries = new ArrayList<>();

    public RecipientAccess(List<RecipientRule> rules) {
        for (RecipientRule rule : rules) {
            entries.add(new Entry(rule.recipients().stream().map(RecipientPattern::parse).toList(), rule.access()));
        }
    }

    /** @param address a forward path without brackets */
    public boolean accepts(String address) {
        for (Entry entry : entries) {
            for (RecipientPattern pattern : entry.patterns) {
                if (pattern.matches(address)) {
                    return entry.access == Access.Accept;
                }
            }
        }
        return false;
    }

    private record Entry(List<RecipientPattern> patterns, Access access) {
    }
}
