package dev.postern.gateway.mtasts;

import java.util.List;

/**
 * A policy (RFC 8461 section 3.2).
 *
 * @param id            of the TXT record that announced it
 * @param mx            patterns of its hosts in lower-case A-labels; {@code *.} stands for exactly one label
 * @param maxAgeSeconds how long it may be kept
 * @param lines         the policy as it was written, without line ends, for reports
 */
public record StsPolicy(String id, Mode mode, List<String> mx, long maxAgeSeconds, List<String> lines) {

    /** What senders are to do. */
    public enum Mode { ENFORCE, TESTING, NONE }

    public StsPolicy {
        mx = List.copyOf(mx);
        lines = List.copyOf(lines);
    }

    /** Whether a host is one of the policy's (RFC 8461 section 4.1). */
    public boolean matches(String host) {
        int dot = host.indexOf('.');
        String rest = dot < 0 ? "" : host.substring(dot + 1);
        return mx.stream().anyMatch(p -> p.equals(host) || p.startsWith("*.") && dot > 0 && p.substring(2).equals(rest));
    }
}
