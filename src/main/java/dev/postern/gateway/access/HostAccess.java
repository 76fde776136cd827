package dev.postern.gateway.access;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.plan.ListenerPlan.SenderGroup;
import dev.postern.plan.PolicyPlan;
import dev.postern.plan.SenderAddresses;
import dev.postern.plan.SenderPattern;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The host access table of one listener. Whole addresses, names, DNS lists, certificates and keys are found at once however many there are;
 * blocks, ranges and partial addresses are tried in order. Immutable.
 */
public final class HostAccess {
    private final Map<InetAddress, Entry> byAddress = new HashMap<>();
    private final Map<String, Entry> byName = new HashMap<>();
    private final Map<String, Entry> byProof = new HashMap<>();
    private final Map<String, Entry> byList = new LinkedHashMap<>();
    private final List<Entry> inOrder = new ArrayList<>();

    /**
     * @param policies by name, with every name that {@code groups} use
     * @throws IllegalArgumentException when an entry is not a {@link SenderPattern}, or a policy is missing
     */
    public HostAccess(List<SenderGroup> groups, Map<String, PolicyPlan> policies) {
        Map<String, SenderAddresses> onlyOverTls = new HashMap<>();
        int order = 0;
        for (SenderGroup group : groups) {
            PolicyPlan policy = policies.get(group.policy());
            if (policy == null) {
                throw new IllegalArgumentException("sender group " + group.name() + " names policy " + group.policy() + ", which the plan does not have");
            }
            for (String sender : group.senders()) {
                SenderPattern pattern = SenderPattern.parse(sender);
                if (policy.behavior() != Behavior.Continue) {
                    add(new Entry(order++, pattern, new Match(group.name(), pattern.toString(), policy, onlyOverTls.computeIfAbsent(policy.name(),
                            name -> new SenderAddresses(policy.tls().mandatorySenders())))));
                }
            }
        }
    }

    /** Whether some entry can only be decided with the client's forward-confirmed host name. */
    public boolean needsHostName() {
        return !byName.isEmpty();
    }

    /** Whether some entry can only be decided by a DNS list. */
    public boolean needsLists() {
        return !byList.isEmpty();
    }

    /** The DNS lists that could still decide, in order: those before the first entry that matches a client's address and name. */
    public List<String> lists(InetAddress address, String hostName) {
        Entry first = first(address, hostName, ClientProof.NONE, Set.of());
        return byList.entrySet().stream().filter(list -> first == null || list.getValue().order < first.order).map(Map.Entry::getKey).toList();
    }

    /** Of a client that has shown no certificate. */
    public Optional<Match> find(InetAddress address, String hostName) {
        return find(address, hostName, ClientProof.NONE, Set.of());
    }

    /**
     * The first entry that matches and whose policy is not Continue.
     *
     * @param hostName the client's forward-confirmed name in lower case, or null
     * @param listing  the zones of the DNS lists that have the client
     * @return empty where none matches: the client is rejected
     */
    public Optional<Match> find(InetAddress address, String hostName, ClientProof proof, Set<String> listing) {
        return Optional.ofNullable(first(address, hostName, proof, listing)).map(Entry::match);
    }

    private Entry first(InetAddress address, String hostName, ClientProof proof, Set<String> listing) {
        Entry first = byAddress.get(address);
        if (hostName != null) {
            first = earlier(first, byName(byName, "", hostName));
        }
        if (proof.pin() != null) {
            first = earlier(first, byProof.get("spki:" + proof.pin()));
        }
        for (String name : byProof.isEmpty() ? Set.<String>of() : proof.names()) {
            first = earlier(first, byName(byProof, "cert:", name));
        }
        for (String zone : listing) {
            first = earlier(first, byList.get(zone));
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
        return first;
    }

    /**
     * What decided: the sender group, the entry of it that matched, and the policy.
     *
     * @param onlyOverTls the policy's mandatory senders
     */
    public record Match(String senderGroup, String pattern, PolicyPlan policy, SenderAddresses onlyOverTls) {
        /** Whether a name in a verified client certificate decided. */
        public boolean byCertificateName() {
            return pattern.startsWith("cert:");
        }
    }

    private void add(Entry entry) {
        String text = entry.pattern.toString();
        if (entry.pattern.dnsList() != null) {
            byList.putIfAbsent(entry.pattern.dnsList(), entry);
            return;
        }
        if (entry.pattern.needsCertificate()) {
            byProof.putIfAbsent(text, entry);
            return;
        }
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

    /** The first entry for a name itself or for a domain above it. */
    private static Entry byName(Map<String, Entry> entries, String prefix, String name) {
        Entry first = entries.get(prefix + name);
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            first = earlier(first, entries.get(prefix + name.substring(dot)));
        }
        return first;
    }

    private static Entry earlier(Entry one, Entry other) {
        return one == null || other != null && other.order < one.order ? other : one;
    }

    private record Entry(int order, SenderPattern pattern, Match match) {
    }
}
