package dev.postern.gateway.access;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.plan.ListenerPlan.SenderGroup;
import dev.postern.plan.PolicyPlan;
import dev.postern.plan.SenderPattern;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The host access table of one listener. Immutable. */
public final class HostAccess {
    private final List<Entry> entries = new ArrayList<>();
    private final boolean needsHostName;

    /** @param policies by name, with every name that {@code groups} use */
    public HostAccess(List<SenderGroup> groups, Map<String, PolicyPlan> policies) {
        boolean names = false;
        for (SenderGroup group : groups) {
            List<SenderPattern> patterns = group.senders().stream().map(SenderPattern::parse).toList();
            names |= patterns.stream().anyMatch(SenderPattern::needsHostName);
            entries.add(new Entry(group.name(), patterns, policies.get(group.policy())));
        }
        needsHostName = names;
    }

    /** Whether some entry can only be decided with the client's forward-confirmed host name. */
    public boolean needsHostName() {
        return needsHostName;
    }

    /**
     * The first entry that matches and whose policy is not Continue.
     *
     * @param hostName the client's forward-confirmed name in lower case, or null
     * @return empty where none matches: the client is rejected
     */
    public Optional<Match> find(InetAddress address, String hostName) {
        for (Entry entry : entries) {
            if (entry.policy.behavior() == Behavior.Continue) {
                continue;
            }
            for (SenderPattern pattern : entry.patterns) {
                if (pattern.matches(address, hostName)) {
                    return Optional.of(new Match(entry.group, pattern.toString(), entry.policy));
                }
            }
        }
        return Optional.empty();
    }

    /** What decided: the sender group, the entry of it that matched, and the policy. */
    public record Match(String senderGroup, String pattern, PolicyPlan policy) {
    }

    private record Entry(String group, List<SenderPattern> patterns, PolicyPlan policy) {
    }
}
