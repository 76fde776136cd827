package dev.postern.gateway.tlsrpt;

import dev.postern.gateway.report.TlsResult.Outcome;
import dev.postern.gateway.report.TlsResult.Policy;
import dev.postern.gateway.report.TlsResult.Type;
import dev.postern.gateway.report.TlsResult;
import dev.postern.plan.ResourceRef;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;

/** What connections came to, as delivery tells it. */
final class Results {
    static final Policy STS = new Policy(Type.STS, List.of("version: STSv1", "mode: testing", "mx: *.mail.company-y.example", "max_age: 86400"),
            List.of("*.mail.company-y.example"), null);
    static final Policy TLSA = new Policy(Type.TLSA, List.of("3 1 1 1f850a337e6db9c609c522d136a475638cc43e1ed424f8eec8513d747d1d085d"), List.of(), null);

    private Results() {
    }

    static TlsResult verified(String domain, Policy policy) {
        return of(domain, Outcome.VERIFIED, null, policy, false);
    }

    static TlsResult encrypted(String domain) {
        return of(domain, Outcome.ENCRYPTED, null, Policy.NONE, false);
    }

    static TlsResult failed(String domain, String reason, Policy policy) {
        return of(domain, Outcome.FAILED, reason, policy, false);
    }

    static TlsResult of(String domain, Outcome outcome, String reason, Policy policy, boolean routed) {
        return new TlsResult(Instant.EPOCH, new ResourceRef("DestinationControl", "mail", "partner", "uid", 1), domain, outcome, "mx1." + domain,
                address("203.0.113.56"), address("2001:db8:abcd:12::1"), routed, reason, reason == null ? null : "what happened", policy);
    }

    /** From another server, or another address of it. */
    static TlsResult from(TlsResult r, String host, String address) {
        return new TlsResult(r.at(), r.resource(), r.domain(), r.outcome(), host, address(address), r.local(), r.routed(), r.reason(), r.detail(), r.policy());
    }

    static InetAddress address(String ip) {
        try {
            return InetAddress.getByName(ip);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
