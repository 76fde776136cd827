package dev.postern.plan;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How much of the public address space sender patterns have together: many narrow blocks make everyone as one wide block does. */
final class AddressSpace {
    /** Addresses that clients on the Internet do not have: these are never of everyone. */
    private static final List<SenderPattern> PRIVATE = Stream.of("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7", "fe80::/10")
            .map(SenderPattern::parse).toList();

    private static final int IPV4 = 4;
    private static final int IPV6 = 16;
    /** 16 of the /8 blocks; the largest holder has fewer. */
    private static final BigInteger MOST_IPV4 = BigInteger.ONE.shiftLeft(32 - 4);
    /** Eight of the /19 blocks that the largest carriers have. */
    private static final BigInteger MOST_IPV6 = BigInteger.ONE.shiftLeft(128 - 16);

    private AddressSpace() {
    }

    /** In words, what of the public addresses the patterns have that no one organisation has, if it is so much. */
    static Optional<String> tooMuch(List<SenderPattern> patterns) {
        if (covered(patterns, IPV4).compareTo(MOST_IPV4) > 0) {
            return Optional.of("more than a sixteenth of all IPv4 addresses");
        }
        return covered(patterns, IPV6).compareTo(MOST_IPV6) > 0 ? Optional.of("more IPv6 addresses than a /16 block") : Optional.empty();
    }

    /** Whether all addresses are private. */
    static boolean isPrivate(SenderPattern pattern) {
        return PRIVATE.stream().anyMatch(p -> p.family() == pattern.family() && p.low().compareTo(pattern.low()) <= 0 && p.high().compareTo(pattern.high()) >= 0);
    }

    /** With the private ones added, and their number taken off again: so each address counts once, and these never. */
    private static BigInteger covered(List<SenderPattern> patterns, int family) {
        return union(Stream.concat(patterns.stream(), PRIVATE.stream()), family).subtract(union(PRIVATE.stream(), family));
    }

    private static BigInteger union(Stream<SenderPattern> patterns, int family) {
        BigInteger sum = BigInteger.ZERO;
        BigInteger next = BigInteger.ZERO;   // the first address that is not counted yet
        for (SenderPattern pattern : patterns.filter(p -> p.family() == family).sorted(Comparator.comparing(SenderPattern::low)).toList()) {
            BigInteger end = pattern.high().add(BigInteger.ONE);
            sum = sum.add(end.subtract(pattern.low().max(next)).max(BigInteger.ZERO));
            next = next.max(end);
        }
        return sum;
    }
}
