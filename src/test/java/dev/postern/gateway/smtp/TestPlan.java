package dev.postern.gateway.smtp;

import dev.postern.api.ListenerSpec.Access;
import dev.postern.api.ListenerSpec.Mechanism;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.api.MailFlowPolicySpec;
import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.access.RecipientAccess;
import dev.postern.gateway.auth.Users;
import dev.postern.gateway.config.ActiveListener;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.tls.ServerContexts;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.plan.CertificatePlan;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.DestinationTable;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ListenerPlan.RecipientRule;
import dev.postern.plan.ListenerPlan.SenderGroup;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.PlanParts;
import dev.postern.plan.PolicyPlan;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import dev.postern.plan.TicketKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Plans for tests: one listener, "public", unless more are added. */
final class TestPlan {
    private static final ServerContexts CONTEXTS = new ServerContexts();
    private static final TrustAnchors SYSTEM = TrustAnchors.system();

    Type type = Type.Public;
    Behavior behavior = Behavior.Accept;
    TlsMode tls = TlsMode.Preferred;
    long maxSize = 1_000_000;
    int maxRecipients = 10;
    int maxMessages = 100;
    int maxConnections = 50;
    String rejectText;
    /** Whatever else a test wants of the listener's policy. */
    UnaryOperator<PolicyPlan> refine = p -> p;
    /** Of a Public listener, before {@link #recipients}. */
    List<RecipientRule> rules = List.of();
    ClientCertificates clientCertificates = ClientCertificates.None;
    List<String> mandatorySenders = List.of();
    boolean implicit;
    /** Sender groups before the one of everyone. */
    List<Group> first = List.of();
    /** Bundles of authorities in PEM, by ID; the policy trusts the one called {@code clients}, where there is one. */
    Map<String, String> bundles = Map.of();
    List<String> senders = List.of("127.0.0.1");
    List<String> recipients = List.of("example.com");
    List<TestCertificates.Pair> certificates = List.of();
    ServerContexts contexts = CONTEXTS;
    ListenerPlan.Tls listenerTls = ListenerPlan.Tls.STANDARD;
    /** Session ticket keys in Base64. */
    List<String> tickets = List.of();
    MailFlowPolicySpec.Authentication authentication = MailFlowPolicySpec.Authentication.None;
    List<Mechanism> mechanisms = List.of();
    /** Lines {@code NAME:VERIFIER}. */
    String users = "";
    List<String> proxies = List.of();
    Map<String, Integer> ports = Map.of("public", 0);

    static ResourceRef ref(String kind, String name) {
        return new ResourceRef(kind, "mail", name, "uid-" + name, 1);
    }

    /** One sender group and its policy. */
    record Group(String name, List<String> senders, PolicyPlan policy) {
    }

    /** A policy beside the listener's own: with its TLS mode and limits. */
    PolicyPlan policy(String name, Behavior what, PolicyPlan.Tls how, long size, int connections) {
        return PolicyPlan.of(ref("MailFlowPolicy", name), what, how, PolicyPlan.Limits.of(size, maxRecipients, maxMessages, connections));
    }

    ActivePlan build() {
        PolicyPlan policy = refine.apply(new PolicyPlan(ref("MailFlowPolicy", "policy"), behavior,
                new PolicyPlan.Tls(tls, clientCertificates, bundles.containsKey("clients") ? "clients" : null, mandatorySenders), PolicyPlan.Limits.of(maxSize, maxRecipients, maxMessages, maxConnections),
                authentication, new PolicyPlan.Rejection(rejectText, MailFlowPolicySpec.RejectAt.Greeting), null, null));
        List<SenderGroup> groups = new ArrayList<>();
        Map<String, PolicyPlan> policies = new LinkedHashMap<>();
        first.forEach(g -> {
            groups.add(new SenderGroup(g.name, g.senders, g.policy.name()));
            policies.put(g.policy.name(), g.policy);
        });
        groups.add(new SenderGroup("everyone", senders, "policy"));
        policies.put("policy", policy);
        List<CertificatePlan> certificatePlans = new ArrayList<>();
        Map<String, String> keys = new HashMap<>();
        for (int i = 0; i < certificates.size(); i++) {
            certificatePlans.add(new CertificatePlan(ref("Certificate", "cert-" + i), certificates.get(i).chainPem(), "fingerprint"));
            keys.put("cert-" + i, certificates.get(i).keyPem());
        }
        tickets.forEach(key -> keys.put(TicketKeys.name(digest(key)), key));
        List<ListenerPlan> listeners = new ArrayList<>();
        ports.forEach((name, port) -> listeners.add(new ListenerPlan(ref("Listener", name), type, port, "mail.example.com",
                certificatePlans.stream().map(CertificatePlan::name).toList(),
                new ListenerPlan.Tls(listenerTls.minimum(), listenerTls.profile(), listenerTls.cipherSuites(), implicit), proxies,
                mechanisms.isEmpty() ? null : new ListenerPlan.Authentication("app-users", "digest", mechanisms), groups,
                type == Type.Private ? List.of() : Stream.concat(rules.stream(), Stream.of(new RecipientRule(recipients, Access.Accept))).toList())));
        GatewayPlan plan = new GatewayPlan(ref("MailGateway", "default"),
                new Settings("gateway.example.com", new DestinationPlan.Retry(60, 600, 86_400), null, null, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 1000, 0, null,
                        tickets.stream().map(TestPlan::digest).toList()),
                listeners, List.copyOf(policies.values()), certificatePlans, bundles, List.of());
        var tls = contexts.build(plan, keys);
        Map<String, ActiveListener> active = new HashMap<>();
        for (ListenerPlan listener : listeners) {
            active.put(listener.name(), new ActiveListener(listener, new HostAccess(listener.hostAccess(), policies),
                    new RecipientAccess(listener.recipientAccess()), tls.get(listener.name()), mechanisms.isEmpty() ? null : Users.of(users)));
        }
        Map<String, TrustAnchors> trust = new HashMap<>(Map.of("", SYSTEM));
        bundles.forEach((id, pem) -> trust.put(id, TrustAnchors.of(pem)));
        return new ActivePlan(new PlanParts.Index("revision", 1, Map.of()), plan, active, new DestinationTable(List.of()), trust, Map.of());
    }

    private static String digest(String ticketKey) {
        return PlanParts.sha256(ticketKey).substring(0, 16);
    }
}
