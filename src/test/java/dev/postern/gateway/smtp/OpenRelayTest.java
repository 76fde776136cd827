package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Listener;
import dev.postern.api.ListenerSpec.Access;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.ListenerSpec;
import dev.postern.api.LocalRef;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.RejectAt;
import dev.postern.api.MailFlowPolicySpec;
import dev.postern.api.MailGateway;
import dev.postern.api.MailGatewaySpec;
import dev.postern.gateway.access.ClientProof;
import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.access.RecipientAccess;
import dev.postern.gateway.config.ActiveListener;
import dev.postern.gateway.config.PlanHolder;
import dev.postern.plan.CompiledPlan;
import dev.postern.plan.KeyPairReader;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.PlanCompiler;
import dev.postern.plan.PolicyPlan;
import dev.postern.plan.Problem;
import dev.postern.plan.RecipientPattern;
import dev.postern.plan.ResourceSet;
import dev.postern.plan.SenderPattern;
import dev.postern.testing.NoDns;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever is declared, and however an address is written: nobody writes to anyone without proof of who they are. */
class OpenRelayTest {
    private static final int PLANS = 3_000;
    private static final List<String> SENDERS = List.of("ALL", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0", "2000::/3", "0-255", "10.1.0.0/16", "10.1.2.3", "10.1.", "2001:db8::/32", ".partner.test",
            "mx.partner.test", "dnslist[a.test]", "dnslist[b.test]", "cert:relay.partner.test", "2600::/8", ".test");
    private static final List<String> RECIPIENTS = List.of("ALL", "example.com", ".example.com", "user@example.com", "user@", "spam@example.com", "other.example", "xn--bcher-kva.example", ".test");
    private static final List<String> LOCALS = List.of("user", "USER", "spam", "a+b", "\"user\"", "\"a b\"", "victim%evil.test", "evil.test!victim", "\"victim@evil.test\"", "\"victim%evil.test\"", "user%evil.test",
        "victim", "@evil.test:victim", "@example.com:victim");
    private static final List<String> DOMAINS = List.of("example.com", "EXAMPLE.com", "a.example.com", "example.com.", "other.example", "evil.test", "[10.0.0.1]", "[IPv6:2001:db8::1]", "bücher.example",
            "xn--bcher-kva.example", "evil.test@example.com", "example.com@evil.test", "a.evil.test", "example.com.evil.test", "badexample.com", "");
    /** Those of whom nothing is known but that every DNS list has them. */
    private static final List<InetAddress> STRANGERS = List.of(InetAddress.ofLiteral("203.0.113.77"), InetAddress.ofLiteral("1.2.3.4"), InetAddress.ofLiteral("2600::1"));

    private final Random random = new Random(20260601);
    private final SmtpServices services = new SmtpServices(new PlanHolder(), new RecordingSpool(), new NoDns(), event -> { }, failure -> { }, new SimpleMeterRegistry(), Instant::now);
    private final ListenerMetrics metrics = new ListenerMetrics(new SimpleMeterRegistry(), "any");
    private int refusedListeners;
    private int taken;
    private int takenFromStrangers;

    @Test
    void noPlanAndNoFormOfAnAddressMakesAnOpenRelay() {
        for (int i = 0; i < PLANS; i++) {
            CompiledPlan compiled = compile();
            Map<String, PolicyPlan> policies = compiled.plan().policies().stream().collect(Collectors.toMap(PolicyPlan::name, Function.identity()));
            refusedListeners += (int) compiled.problems().stream().filter(p -> p.severity() == Problem.Severity.INVALID && p.message().contains("this would be an open relay")).count();
            for (ListenerPlan listener : compiled.plan().listeners()) {
                check(new ActiveListener(listener, new HostAccess(listener.hostAccess(), policies), new RecipientAccess(listener.recipientAccess()), null));
            }
        }
        assertThat(refusedListeners).as("listeners that would have been open relays").isGreaterThan(500);
        assertThat(taken).as("recipients that were taken").isGreaterThan(1_000);
        assertThat(takenFromStrangers).as("of those, from strangers").isGreaterThan(100);
    }

    private void check(ActiveListener listener) {
        for (int i = 0; i < 50; i++) {
            boolean stranger = random.nextBoolean();
            InetAddress address = stranger ? any(STRANGERS) : InetAddress.ofLiteral(any(List.of("10.1.2.3", "10.1.7.7", "2001:db8::5", "192.0.2.1")));
            String name = random.nextBoolean() ? null : stranger ? "mx.stranger.test" : "mx.partner.test";
            var match = listener.hostAccess().find(address, name, ClientProof.NONE, stranger ? Set.of("a.test", "b.test") : Set.of());
            if (match.isEmpty() || match.get().policy().behavior() == Behavior.TCPRefuse
                    || match.get().policy().behavior() == Behavior.Reject && match.get().policy().rejection().at() == RejectAt.Greeting) {
                continue;   // turned away before MAIL
            }
            Client client = new Client(1, address, name, Set.of(), null, listener, match.get(), null);
            String path = "<" + any(LOCALS) + "@" + any(DOMAINS) + ">";
            if (parse("RCPT TO:" + path) instanceof SmtpCommand.Rcpt rcpt && isTaken(client, rcpt.recipient().address())) {
                taken++;
                takenFromStrangers += stranger ? 1 : 0;
                assertProven(client, rcpt.recipient().address(), stranger);
            }
        }
    }

    private boolean isTaken(Client client, String address) {
        Admission admission = new Admission(services, metrics, () -> client, () -> false);
        SmtpCommand.Mail mail = (SmtpCommand.Mail) parse("MAIL FROM:<a@sender.test>");
        return admission.sender(mail) == null && admission.recipient(address, 0) == null;
    }

    /** Said here without the tables that serve: entry by entry. */
    private static void assertProven(Client client, String address, boolean stranger) {
        if (!isProven(client, address, stranger)) {
            throw new AssertionError(address + " from " + client.host() + " by " + client.match() + " on " + client.listener().plan());
        }
    }

    private static boolean isProven(Client client, String address, boolean stranger) {
        PolicyPlan policy = client.policy();
        ListenerPlan listener = client.listener().plan();
        String pattern = client.match().pattern();
        if (policy.behavior() == Behavior.Relay) {
            return policy.authentication() != Authentication.Require && !stranger && !SenderPattern.parse(pattern).matchesEveryone() && !pattern.startsWith("dnslist[");
        }
        var rule = listener.recipientAccess().stream().filter(r -> r.recipients().stream().anyMatch(p -> RecipientPattern.parse(p).matches(address))).findFirst();
        String local = address.substring(0, address.lastIndexOf('@'));
        String domain = address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
        boolean ours = domain.matches("(.*\\.)?example\\.com|other\\.example|xn--bcher-kva\\.example") || local.equalsIgnoreCase("user") && !domain.endsWith("]");   // user@ is in any domain
        return policy.authentication() != Authentication.Require && policy.behavior() == Behavior.Accept && listener.type() == Type.Public
                && rule.filter(r -> r.access() == Access.Accept).isPresent() && !local.matches(".*[%!@].*") && (ours || !stranger);
    }

    private CompiledPlan compile() {
        MailGateway gateway = new MailGateway();
        gateway.setMetadata(new ObjectMetaBuilder().withName("default").withNamespace("mail").withUid("g").withGeneration(1L).build());
        gateway.setSpec(new MailGatewaySpec());
        gateway.getSpec().hostname = "mail.example.com";
        List<MailFlowPolicy> policies = IntStream.range(0, 5).mapToObj(this::policy).toList();
        List<Listener> listeners = IntStream.range(0, 1 + random.nextInt(2)).mapToObj(this::listener).toList();
        return PlanCompiler.compile(new ResourceSet(gateway, listeners, policies, List.of(), List.of(), Map.of(), Map.of()), null, Map.of(), new KeyPairReader(Set.of()),
                Instant.parse("2026-06-01T00:00:00Z"));
    }

    private MailFlowPolicy policy(int i) {
        MailFlowPolicy policy = new MailFlowPolicy();
        policy.setMetadata(new ObjectMetaBuilder().withName("p" + i).withNamespace("mail").withUid("p" + i).withGeneration(1L).build());
        policy.setSpec(new MailFlowPolicySpec());
        policy.getSpec().behavior = any(List.of(Behavior.values()));
        policy.getSpec().authentication = any(List.of(Authentication.None, Authentication.None, Authentication.Require));
        policy.getSpec().rejectAt = policy.getSpec().behavior == Behavior.Reject ? any(List.of(RejectAt.values())) : RejectAt.Greeting;
        return policy;
    }

    private Listener listener(int i) {
        Listener listener = new Listener();
        listener.setMetadata(new ObjectMetaBuilder().withName("l" + i).withNamespace("mail").withUid("l" + i).withGeneration(1L).build());
        ListenerSpec spec = new ListenerSpec();
        spec.type = any(List.of(Type.Public, Type.Public, Type.Private));
        spec.port = 2525 + i;
        for (int g = 0; g < 1 + random.nextInt(4); g++) {
            ListenerSpec.HostAccess group = new ListenerSpec.HostAccess();
            group.senderGroup = "G" + g;
            group.senders = some(SENDERS, 3);
            group.policyRef = new LocalRef();
            group.policyRef.name = "p" + random.nextInt(5);
            spec.hostAccess.add(group);
        }
        for (int r = 0; spec.type == Type.Public && r < 1 + random.nextInt(3); r++) {
            ListenerSpec.RecipientAccess entry = new ListenerSpec.RecipientAccess();
            entry.recipients = some(RECIPIENTS, 3);
            entry.access = any(List.of(Access.Accept, Access.Accept, Access.Reject));
            spec.recipientAccess.add(entry);
        }
        listener.setSpec(spec);
        return listener;
    }

    private static SmtpCommand parse(String line) {
        return CommandParser.parse(new CommandDecoder().next(Unpooled.copiedBuffer(line + "\r\n", StandardCharsets.UTF_8)));
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private List<String> some(List<String> of, int most) {
        List<String> some = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(most); i++) {
            some.add(any(of));
        }
        return some;
    }
}
