package dev.postern.gateway.delivery;

import static dev.postern.gateway.delivery.Stages.await;

import dev.postern.api.DestinationControlSpec.Dane;
import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.dns.Dns.DnsException;
import dev.postern.dns.Dns;
import dev.postern.dns.TlsaAnswer;
import dev.postern.gateway.mtasts.StsAnswer;
import dev.postern.gateway.mtasts.StsPolicies;
import dev.postern.gateway.mtasts.StsPolicy;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.gateway.tls.Published;
import dev.postern.gateway.tls.TlsaRecords;
import dev.postern.plan.DestinationPlan;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Looks up where a domain's mail goes, and what the domain publishes of TLS there. Asks for no more than the DestinationControl and the
 * message need. Waits: for virtual threads.
 */
final class Discovery {
    private final Dns dns;
    private final StsPolicies policies;

    Discovery(Dns dns, StsPolicies policies) {
        this.dns = dns;
        this.policies = policies;
    }

    /**
     * What is known of a domain.
     *
     * @param secure whether DNSSEC proves the hosts
     */
    record Domain(String name, List<Dns.Mx> hosts, boolean secure, StsAnswer sts) {
    }

    /** The MX hosts of a domain; fails with what DNS said. */
    Domain domain(String domain, DestinationPlan.Tls tls, MessageTls message) throws DnsException, InterruptedException {
        boolean secured = tls.dane() != Dane.None && message != MessageTls.OPTIONAL || message == MessageTls.REQUIRED;
        boolean sts = tls.mtaSts() != MtaSts.None && message != MessageTls.OPTIONAL || message == MessageTls.REQUIRED;
        CompletionStage<StsAnswer> policy = sts ? policies.find(domain) : null;
        Dns.SecureMx mx = secured ? lookup(dns.secureMx(domain)) : new Dns.SecureMx(lookup(dns.mx(domain)), false);
        StsAnswer found = policy == null ? StsAnswer.ABSENT
                : Stages.await(policy, RuntimeException.class, e -> new IllegalStateException("MTA-STS of " + domain + ": " + e, e));
        return new Domain(domain, mx.hosts(), mx.secure(), found);
    }

    /** What a domain publishes of one of its hosts. */
    Published host(Domain domain, String host, int port, DestinationPlan.Tls tls) throws InterruptedException {
        Published.Dane dane = tls.dane() != Dane.None && domain.secure ? dane(host, port, domain.name) : new Published.Dane.Absent();
        return new Published(dane, sts(domain.sts, host));
    }

    /** What is published of a host that a route names; the domain's own policy is not about it. */
    Published routed(String host, int port, DestinationPlan.Tls tls) throws InterruptedException {
        return tls.dane() == Dane.None ? Published.NOTHING : new Published(dane(host, port, null), new Published.Sts.Absent());
    }

    List<InetAddress> addresses(String host) throws DnsException, InterruptedException {
        return lookup(dns.addresses(host));
    }

    private Published.Dane dane(String host, int port, String domain) throws InterruptedException {
        TlsaAnswer answer = Stages.await(dns.tlsa(host, port), RuntimeException.class, e -> new IllegalStateException("TLSA of " + host + ": " + e, e));
        return switch (answer.status()) {
            case NONE -> new Published.Dane.Absent();
            case FAILED -> new Published.Dane.Failed(answer.detail());
            case SECURE -> TlsaRecords.of(answer.records(), Stream.of(answer.base(), host, domain).filter(n -> n != null).distinct().toList());
        };
    }

    private static Published.Sts sts(StsAnswer answer, String host) {
        StsPolicy policy = answer.policy();
        if (policy == null || policy.mode() == StsPolicy.Mode.NONE) {
            return answer.failure() == null ? new Published.Sts.Absent() : new Published.Sts.Unavailable(answer.failure().resultType(), answer.detail());
        }
        return new Published.Sts.Found(policy.mode() == StsPolicy.Mode.ENFORCE, policy.matches(host), policy.lines(), policy.mx());
    }

    private static <T> T lookup(CompletionStage<T> stage) throws DnsException, InterruptedException {
        return await(stage, DnsException.class, e -> new DnsException(DnsException.Kind.TEMPORARY, "lookup failed: " + e));
    }
}
