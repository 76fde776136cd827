package dev.postern.gateway.delivery;

import dev.postern.pki.HostNames;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;

/** Domains as recipients give them. Pure. */
public final class Domains {
    private Domains() {
    }

    /** In lower-case A-labels; as given, in lower case and not ASCII, where it has none that are beyond doubt. */
    public static String ascii(String domain) {
        String lower = domain.toLowerCase(Locale.ROOT);
        String bare = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        if (bare.chars().allMatch(c -> c < 128)) {
            return bare;
        }
        try {
            return HostNames.normal(bare);
        } catch (IllegalArgumentException e) {
            return bare;
        }
    }

    /** Whether it is an address literal (RFC 5321 section 4.1.3). */
    static boolean isLiteral(String domain) {
        return domain.startsWith("[") && domain.endsWith("]");
    }

    /** The address of a literal, or null where it is none that IP knows. */
    static InetAddress literal(String domain) {
        String inner = domain.substring(1, domain.length() - 1);
        boolean v6 = inner.regionMatches(true, 0, "IPv6:", 0, 5);
        return HostNames.address(v6 ? inner.substring(5) : inner).filter(a -> a instanceof Inet6Address == v6).orElse(null);
    }
}
