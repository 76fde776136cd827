package dev.postern.gateway.access;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.plan.ListenerPlan.SenderGroup;
import dev.postern.plan.PolicyPlan;
import dev.postern.plan.SenderPattern;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The host access table of one listener. Whole addresses and names are found at once however many there are; blocks, ranges and
 * partial addresses are tried in order. Immutable.
 */
public final class HostAccess {
    private final Map<InetAddress, Entry> byAddress = new HashMap<>();
    private final Map<String, Entry> byName = new HashMap<>();
    private final List<Entry> inOrder = new ArrayList<>();

    /**
     * @param policies by name, with every name that {@code groups} use
     * @throws IllegalArgumentException when an entry is not a {@link SenderPattern}, or a policy is missing
     */
    public HostAccess(List<SenderGroup> groups, Map<String, PolicyPlan> policies) {
        int order = 0;
        for (SenderGroup group : groups) {
            PolicyPlan policy = policies.get(group.policy());
            if (policy == null) {
                throw new IllegalArgumentException("sender group " + group.name() + " names policy " + group.policy() + ", which the plan does not have");
            }
            for (String sender : group.senders()) {
                SenderPattern pattern = SenderPattern.parse(sender);
                if (policy.behavior() != Behavior.Continue) {
                    add(new Entry(order++, pattern, new Match(group.name(), pattern.toString(), policy)));
                }
            }
        }
    }

    /** Whether some entry can only be decided with the client's forward-confirmed host name. */
    public boolean needsHostName() {
        return !byName.isEmpty();
    }

    /**
     * The first entry that matches and whose policy is not Continue.
     *
     * @param hostName the client's forward-confirmed name in lower case, or null
     * @return empty where none matches: the client is rejected
     */
    public Optional<Match> find(InetAddress address, String hostName) {
        Entry first = byAddress.get(address);
        if (hostName != null) {
            first = earlier(first, byName.get(hostName));
            for (int dot = hostName.indexOf('.'); dot >= 0; dot = hostName.indexOf('.', dot + 1)) {
                first = earlier(first, byName.get(hostName.substring(dot)));
            }
        }
        for (Entry entry : inOrder) {
            if (first != null && first.order < entry.order) {
                break;
            }
            if (entry.pattern.matches(address, null)) {
                first = entry;
                break;
            }
        }
        return Optional.ofNullable(first).map(Entry::match);
    }

    /** What decided: the sender group, the entry of it that matched, and the policy. */
    public record Match(String senderGroup, String pattern, PolicyPlan policy) {
    }

    private void add(Entry entry) {
        String text = entry.pattern.toString();
        if (entry.pattern.needsHostName()) {
            byName.putIfAbsent(text.toLowerCase(Locale.ROOT), entry);
            return;
        }
        try {
            byAddress.putIfAbsent(InetAddress.ofLiteral(text), entry);
        } catch (IllegalArgumentException e) {
            inOrder.add(entry);   // not one whole address
        }
    }

    private static Entry earlier(Entry one, Entry other) {
        return one == null || other != null && other.order < one.order ? other : one;
    }

    private record Entry(int order, SenderPattern pattern, Match match) {
    }
}
