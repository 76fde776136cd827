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
import dev.postern.gateway.tls.Requirement;
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
        boolean secured = tls.dane() != Dane.None && Requirement.heedsDane(tls, message) || message == MessageTls.REQUIRED;
        boolean sts = tls.mtaSts() != MtaSts.None && message != MessageTls.OPTIONAL || message == MessageTls.REQUIRED;
        CompletionStage<StsAnswer> policy = sts ? policies.find(domain) : null;
        Dns.SecureMx mx = secured ? lookup(dns.secureMx(domain)) : new Dns.SecureMx(lookup(dns.mx(domain)), false);
        return new Domain(domain, mx.hosts(), mx.secure(), policy == null ? StsAnswer.ABSENT : policy(domain, policy));
    }

    private static StsAnswer policy(String domain, CompletionStage<StsAnswer> policy) throws InterruptedException {
        return Stages.await(policy, RuntimeException.class, e -> new IllegalStateException("MTA-STS of " + domain + ": " + e, e));
    }

    /** What a domain publishes of one of its hosts. */
    Published host(Domain domain, String host, int port, DestinationPlan.Tls tls) throws InterruptedException {
        Published.Dane dane = tls.dane() != Dane.None && domain.secure ? dane(host, port, domain.name) : new Published.Dane.Absent();
        return new Published(dane, sts(domain.sts, host));
    }

    /** What is published of a host that a route names: the policy is that of the host's own name, and not the recipient domain's (RFC 8461 section 3.4). */
    Published routed(String host, int port, DestinationPlan.Tls tls) throws InterruptedException {
        CompletionStage<StsAnswer> policy = tls.mtaSts() == MtaSts.None ? null : policies.find(host);
        Published.Dane dane = tls.dane() == Dane.None ? new Published.Dane.Absent() : dane(host, port, null);
        return new Published(dane, policy == null ? new Published.Sts.Absent() : sts(policy(host, policy), host));
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
