package dev.postern.gateway.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows down whoever guesses: each failed login of an address makes the answer to its next failure later, in whatever connection. An address is forgotten
 * some minutes after its last failure, and when too many others came since. Of IPv6, networks of 64 bits count as one address. Safe for use by
 * many threads.
 */
final class Guesses {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(16);
    private static final long FORGET = Duration.ofMinutes(10).toMillis();
    private static final int DOUBLINGS = 4;
    private static final int MOST_ADDRESSES = 10_000;
    private static final int NETWORK = 8;

    private final Map<InetAddress, Failures> failures = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Failures> eldest) {
            return size() > MOST_ADDRESSES;
        }
    };

    private record Failures(int count, long last) {
    }

    /**
     * Counts a failure.
     *
     * @param now milliseconds since the epoch
     * @return by how much its answer is late
     */
    synchronized Duration failed(InetAddress client, long now) {
        InetAddress source = source(client);
        Failures before = failures.get(source);
        int earlier = before == null || now - before.last > FORGET ? 0 : before.count;
        failures.put(source, new Failures(earlier + 1, now));
        Duration delay = FIRST.multipliedBy(1L << Math.min(earlier, DOUBLINGS));
        return delay.compareTo(LONGEST) > 0 ? LONGEST : delay;
    }

    private static InetAddress source(InetAddress client) {
        if (!(client instanceof Inet6Address)) {
            return client;
        }
        byte[] network = client.getAddress();
        Arrays.fill(network, NETWORK, network.length, (byte) 0);
        try {
            return InetAddress.getByAddress(network);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 octets", e);
        }
    }
}
