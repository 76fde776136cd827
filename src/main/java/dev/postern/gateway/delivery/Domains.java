package dev.postern.gateway.delivery;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Domains as recipients give them. Pure. */
final class Domains {
    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private Domains() {
    }

    /** In lower-case A-labels; as given, in lower case, where that cannot be. */
    static String ascii(String domain) {
        String lower = domain.toLowerCase(Locale.ROOT);
        String bare = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        if (bare.chars().allMatch(c -> c < 128)) {
            return bare;
        }
        try {
            return IDN.toASCII(bare).toLowerCase(Locale.ROOT);
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
        String address = v6 ? inner.substring(5) : inner;
        if (v6 ? !address.contains(":") : !V4.matcher(address).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(address);   // a literal: nothing is looked up
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
