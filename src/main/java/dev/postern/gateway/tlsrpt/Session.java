package dev.postern.gateway.tlsrpt;

import dev.postern.gateway.report.TlsResult;
import dev.postern.gateway.tlsrpt.DayCounts.Detail;
import dev.postern.gateway.tlsrpt.DayCounts.PolicyKey;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A connection as reports count it.
 *
 * @param failure null where TLS came to what the domain's policy asks
 */
record Session(String domain, PolicyKey policy, Detail failure) {
    /** Lines of a policy that are kept, and characters of each: more than any policy needs that a person wrote. */
    private static final int LINES = 64;
    private static final int LINE = 1024;

    /**
     * Reads a result. Empty where it tells nothing of the domain: mail went by a route, to an address, on a connection where nobody tried TLS,
     * or for a message that asked to leave policies out (that of a report is one: RFC 8460 section 3).
     */
    static Optional<Session> of(TlsResult result) {
        if (result.routed() || result.domain().startsWith("[") || result.policy().type() == TlsResult.Type.UNHEEDED
                || result.outcome() == TlsResult.Outcome.CLEAR && result.reason() == null) {
            return Optional.empty();
        }
        TlsResult.Policy policy = result.policy();
        var key = new PolicyKey(policy.type(), cut(policy.lines()), cut(policy.mx()));
        if (policy.resultType() != null) {
            return Optional.of(new Session(result.domain(), key, detail(result, policy.resultType())));
        }
        if (succeeded(result)) {
            return Optional.of(new Session(result.domain(), key, null));
        }
        return ResultType.of(result.reason()).map(type -> new Session(result.domain(), key, detail(result, type)));
    }

    /** A session that is encrypted is what a domain without policy can ask for. Under MTA-STS the peer must be verified, too; where the policy is enforced, nothing else is sent on. */
    private static boolean succeeded(TlsResult result) {
        return switch (result.outcome()) {
            case VERIFIED, ENCRYPTED -> result.reason() == null || result.policy().type() != TlsResult.Type.STS;
            case CLEAR, FAILED -> false;
        };
    }

    private static Detail detail(TlsResult result, String type) {
        return new Detail(type, text(result.local()), result.host(), text(result.address()), result.reason());
    }

    private static String text(InetAddress address) {
        return address == null ? null : NetUtil.toAddressString(address);   // RFC 5952
    }

    private static List<String> cut(List<String> lines) {
        return lines.stream().limit(LINES).map(l -> l.length() <= LINE ? l : l.substring(0, LINE)).toList();
    }
}
