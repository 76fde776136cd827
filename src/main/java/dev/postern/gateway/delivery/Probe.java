package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.Dns;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.delivery.ProbeReport.Fate;
import dev.postern.gateway.delivery.ProbeReport.Host;
import dev.postern.gateway.delivery.ProbeReport.How;
import dev.postern.gateway.delivery.ProbeReport.Status;
import dev.postern.gateway.delivery.ProbeReport.Step;
import dev.postern.gateway.mtasts.StsPolicies;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.plan.DestinationPlan;
import io.netty.channel.EventLoopGroup;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Goes the way of delivery to a domain's hosts, with the same lookups, the same handshake and the same table, and sends no mail. Waits:
 * not for event loops.
 */
public final class Probe {
    private final Discovery discovery;
    private final ProbeSession sessions;

    /** @param group event loops of the connections; not closed here */
    public Probe(EventLoopGroup group, Timeouts timeouts, Dns dns, StsPolicies policies, InstantSource clock) {
        discovery = new Discovery(dns, policies);
        sessions = new ProbeSession(group, timeouts, address -> dns.confirmedName(address).toCompletableFuture().join(), clock);
    }

    /** @param active the plan that says how; a domain that it does not name travels as its default, or as the built-in one, says */
    public ProbeReport run(String domain, ActivePlan active) throws InterruptedException {
        return run(domain, Destinations.find(active, domain), active);
    }

    private ProbeReport run(String domain, DestinationPlan plan, ActivePlan active) throws InterruptedException {
        List<Step> steps = new ArrayList<>();
        List<Host> hosts = new ArrayList<>();
        Undeliverable failure;
        steps.add(new Step("policy", Status.NOTE, policy(plan)));
        try {
            HostWalk walk = HostWalk.begin(domain, plan, MessageTls.DESTINATION, active.plan().settings().hostname(), discovery);
            steps.addAll(ProbeSteps.way(domain, plan, walk));
            for (Target target = walk.next(); target != null; target = walk.next()) {
                hosts.add(sessions.look(domain, target, plan, active));
            }
            failure = walk.failure();
            walk.troubles().forEach(trouble -> steps.add(new Step("address", Status.FAILED, trouble)));
        } catch (Undeliverable e) {
            failure = e;
            steps.add(new Step(plan.held() != null ? "held" : "mx", Status.FAILED, e.getMessage()));
        }
        Map<TlsMode, Fate> verdicts = new EnumMap<>(TlsMode.class);
        for (TlsMode mode : TlsMode.values()) {
            verdicts.put(mode, verdict(mode, hosts, failure));
        }
        return new ProbeReport(domain, plan.tls().mode(), List.copyOf(steps), List.copyOf(hosts), verdicts);
    }

    /** Delivery stops at the first host that takes the message. */
    private static Fate verdict(TlsMode mode, List<Host> hosts, Undeliverable failure) {
        Fate worst = null;
        for (Host host : hosts) {
            Fate fate = host.verdicts().get(mode);
            if (fate.sent()) {
                return fate;
            }
            worst = worst == null || fate.alert() && !worst.alert() ? fate : worst;   // TLS tells more than a connection that failed
        }
        return worst != null ? worst : new Fate(How.NOT_SENT, false, "NoHost", failure.getMessage());
    }

    private static String policy(DestinationPlan plan) {
        String name = plan.resource().namespace().isEmpty() && plan.resource().uid().isEmpty() && plan.name().equals("built-in") ? "no DestinationControl names it: built-in"
                : "DestinationControl " + plan.name();
        DestinationPlan.Tls tls = plan.tls();
        StringBuilder text = new StringBuilder(name + ": " + tls.mode() + ", identity " + tls.identity());
        text.append(tls.dane() == dev.postern.api.DestinationControlSpec.Dane.None ? "" : ", DANE " + tls.dane()).append(tls.mtaSts() == MtaSts.None ? "" : ", MTA-STS " + tls.mtaSts());
        text.append(tls.trustBundle() == null ? "" : ", trusting " + tls.trustBundle()).append(tls.pins().isEmpty() ? "" : ", " + tls.pins().size() + " pins");
        return text.append(plan.certificate() == null ? "" : ", showing certificate " + plan.certificate()).toString();
    }
}
