package dev.postern.gateway.access;

import dev.postern.plan.SenderPattern;
import java.net.InetAddress;
import java.util.List;

/** Addresses and CIDR blocks. Immutable. */
public final class Networks {
    private final List<SenderPattern> patterns;

    /** @throws IllegalArgumentException for what is neither */
    public Networks(List<String> networks) {
        patterns = networks.stream().map(SenderPattern::network).toList();
    }

    public boolean contain(InetAddress address) {
        for (SenderPattern pattern : patterns) {
            if (pattern.matches(address, null)) {
                return true;
            }
        }
        return false;
    }
}
