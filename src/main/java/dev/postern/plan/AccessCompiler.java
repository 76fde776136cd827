package dev.postern.plan;

import dev.postern.api.ListenerSpec.Access;
import dev.postern.api.ListenerSpec.HostAccess;
import dev.postern.api.ListenerSpec.RecipientAccess;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.ListenerSpec;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.plan.ListenerPlan.RecipientRule;
import dev.postern.plan.ListenerPlan.SenderGroup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The two tables of a listener: who may send, and to whom. */
final class AccessCompiler {
    private static final Pattern SENDER_GROUP = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,63}");

    private static final int MAX_LISTS = 20;

    private final ListenerSpec spec;
    private final Catalog<PolicyPlan> policies;
    private final Problems.Scope scope;
    private final Fields fields;

    AccessCompiler(ListenerSpec spec, Catalog<PolicyPlan> policies, Problems.Scope scope) {
        this.spec = spec;
        this.policies = policies;
        this.scope = scope;
        fields = new Fields(scope);
    }

    List<SenderGroup> hostAccess() {
        if (spec.hostAccess.isEmpty()) {
            scope.invalid("spec.hostAccess", "is empty; every client would be rejected: give at least one sender group");
        }
        List<SenderGroup> groups = new ArrayList<>();
        for (int i = 0; i < spec.hostAccess.size(); i++) {
            groups.add(senderGroup(spec.hostAccess.get(i), "spec.hostAccess[" + i + "]"));
        }
        new CertificateAccess(spec, policies, scope).check();
        new AuthenticationAccess(spec, policies, scope).check();
        boundLists();
        boundAddresses();
        return groups;
    }

    List<RecipientRule> recipientAccess() {
        if (spec.type == Type.Private && !spec.recipientAccess.isEmpty()) {
            scope.invalid("spec.recipientAccess", "is for Public listeners; a Private listener relays for its sender groups to any recipient: remove it, or make the listener Public");
        }
        List<RecipientRule> rules = new ArrayList<>();
        for (int i = 0; i < spec.recipientAccess.size(); i++) {
            rules.add(recipients(spec.recipientAccess.get(i), "spec.recipientAccess[" + i + "]"));
        }
        return rules;
    }

    private SenderGroup senderGroup(HostAccess entry, String path) {
        if (entry.senderGroup == null || !SENDER_GROUP.matcher(entry.senderGroup).matches()) {
            scope.invalid(path + ".senderGroup", "'" + (entry.senderGroup == null ? "" : entry.senderGroup)
                    + "' is not a name of a sender group; allowed are 1 to 64 letters, digits, _ and -, not beginning with -");
        }
        if (entry.senders.isEmpty()) {
            scope.invalid(path + ".senders", "is empty; give at least one sender, or ALL");
        }
        for (int i = 0; i < entry.senders.size(); i++) {
            fields.read(path + ".senders[" + i + "]", entry.senders.get(i), SenderPattern::parse);
        }
        String policy = entry.policyRef == null ? null : entry.policyRef.name;
        policies.resolve(policy, path + ".policyRef.name", Problem.Reason.POLICY_NOT_FOUND, Problem.Reason.POLICY_NOT_READY, scope)
                .ifPresent(p -> checkPolicy(p, entry, path));
        return new SenderGroup(entry.senderGroup, entry.senders, policy);
    }

    /** Each is a query before the greeting of a client, for as long as none before it decides. */
    private void boundLists() {
        Set<String> lists = new HashSet<>();
        for (int i = 0; i < spec.hostAccess.size(); i++) {
            List<String> senders = spec.hostAccess.get(i).senders;
            for (int s = 0; s < senders.size(); s++) {
                String list = list(senders.get(s));
                if (list != null && lists.add(list) && lists.size() == MAX_LISTS + 1) {
                    scope.invalid("spec.hostAccess[" + i + "].senders[" + s + "]", "'" + senders.get(s) + "' is one DNS list too many; a listener asks at most " + MAX_LISTS);
                }
            }
        }
    }

    /** Groups that are narrow one by one may have everyone together. */
    private void boundAddresses() {
        boolean anyRecipient = OpenRelay.anyRecipient(spec).isPresent();
        List<List<String>> open = spec.hostAccess.stream().filter(group -> group.policyRef != null && group.policyRef.name != null
                && policies.find(group.policyRef.name).filter(p -> OpenRelay.opens(p, anyRecipient)).isPresent()).map(group -> group.senders).toList();
        if (open.stream().anyMatch(senders -> OpenRelay.everyone(senders).isPresent())) {
            return;   // said of that group
        }
        OpenRelay.everyone(open.stream().flatMap(List::stream).toList()).ifPresent(everyone -> scope.invalid("spec.hostAccess",
                "the sender groups that may write to anyone have " + everyone + " together: this would be an open relay; name the senders that may relay"));
    }

    private static String list(String sender) {
        try {
            return sender == null ? null : SenderPattern.parse(sender).dnsList();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void checkPolicy(PolicyPlan policy, HostAccess entry, String path) {
        Optional<String> anyRecipient = OpenRelay.anyRecipient(spec);
        if (OpenRelay.opens(policy, anyRecipient.isPresent())) {
            OpenRelay.everyone(entry.senders).ifPresent(everyone -> scope.invalid(path + ".policyRef.name", "MailFlowPolicy '" + policy.name()
                    + "' has the behavior " + policy.behavior() + (policy.behavior() == Behavior.Relay ? "" : ", recipientAccess accepts " + anyRecipient.orElseThrow()) + ", and the senders have "
                    + everyone + ": this would be an open relay; " + (policy.behavior() == Behavior.Relay ? "name the senders that may relay" + (spec.type == Type.Private ? ", or set the policy's authentication to Require" : "") : "name the recipients' domains")));
        }
        if (policy.behavior() == Behavior.Accept && spec.type == Type.Private) {
            scope.invalid(path + ".policyRef.name", "MailFlowPolicy '" + policy.name()
                    + "' has the behavior Accept, which takes mail for recipientAccess, and a Private listener has none; use a policy with the behavior Relay");
        }
        boolean required = policy.tls().mode() == TlsMode.Required || policy.tls().clientCertificates() == ClientCertificates.Require;
        if (required && takesMail(policy) && spec.certificateRefs.isEmpty()) {
            scope.invalid("spec.certificateRefs", "TLS is required by MailFlowPolicy '" + policy.name() + "' (sender group '" + entry.senderGroup
                    + "') but the listener has no certificate; name at least one");
        }
    }

    /** The others end a connection before TLS could begin. */
    static boolean takesMail(PolicyPlan policy) {
        return policy.behavior() == Behavior.Accept || policy.behavior() == Behavior.Relay;
    }

    private RecipientRule recipients(RecipientAccess entry, String path) {
        if (entry.recipients.isEmpty()) {
            scope.invalid(path + ".recipients", "is empty; give at least one recipient, or ALL");
        }
        for (int i = 0; i < entry.recipients.size(); i++) {
            String field = path + ".recipients[" + i + "]";
            fields.read(field, entry.recipients.get(i), RecipientPattern::parse).filter(p -> p.isAnyDomain() && entry.access != Access.Reject)
                    .ifPresent(p -> scope.warning(field, Problem.Reason.CONFLICTED, "'" + p + "' accepts mail for this user in any domain, also in those of others; to accept it in your own only, name them (user@domain)"));
        }
        fields.answer(entry.rejectText, path + ".rejectText");
        if (entry.rejectText != null && entry.access == Access.Accept) {
            scope.invalid(path + ".rejectText", "is the answer of access: Reject; remove it, or set access: Reject");
        }
        return new RecipientRule(entry.recipients, entry.access, entry.rejectText);
    }
}
