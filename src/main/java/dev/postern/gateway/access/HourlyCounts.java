package dev.postern.gateway.access;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How much each client did within an hour. The hour slides in steps of {@value #STEP_MINUTES} minutes, and is up to one step longer, so that
 * no hour, wherever it begins, has more than its limit. An IPv6 client is its /64, as it can have any address in it. Bounded: the client that
 * was looked at least recently is forgotten where there are too many. Safe for use by many threads.
 */
public final class HourlyCounts {
    /** Clients that are known at most; each takes some 250 octets. */
    public static final int MOST_CLIENTS = 50_000;
    static final int STEP_MINUTES = 5;
    private static final int STEPS = 60 / STEP_MINUTES + 1;
    private static final long STEP = TimeUnit.MINUTES.toMillis(STEP_MINUTES);

    private final InstantSource clock;
    private final Map<InetAddress, Ring> clients;

    /** Counts of the last steps, the latest at {@code step % STEPS}. */
    private static final class Ring {
        private final int[] counts = new int[STEPS];
        private long step;
        private int sum;

        private void turn(long now) {
            if (now - step >= STEPS) {
                Arrays.fill(counts, 0);
                sum = 0;
                step = now;
            }
            while (step < now) {   // a clock that goes back changes nothing
                int next = (int) (++step % STEPS);
                sum -= counts[next];
                counts[next] = 0;
            }
        }

        private void add() {
            counts[(int) (step % STEPS)]++;
            sum++;
        }
    }

    /** @param most clients, from 1 */
    public HourlyCounts(InstantSource clock, int most) {
        this.clock = clock;
        clients = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<InetAddress, Ring> eldest) {
                return size() > most;
            }
        };
    }

    /** Counts one more, unless that would be beyond the limit: then it says false and counts nothing. */
    public synchronized boolean take(InetAddress client, int limit) {
        Ring ring = clients.computeIfAbsent(network(client), c -> new Ring());
        ring.turn(clock.millis() / STEP);
        if (ring.sum >= limit) {
            return false;
        }
        ring.add();
        return true;
    }

    /** Of the hour that ends now. */
    public synchronized int of(InetAddress client) {
        Ring ring = clients.get(network(client));
        if (ring == null) {
            return 0;
        }
        ring.turn(clock.millis() / STEP);
        return ring.sum;
    }

    /** Clients that are known. */
    synchronized int clients() {
        return clients.size();
    }

    private static InetAddress network(InetAddress client) {
        if (!(client instanceof Inet6Address)) {
            return client;
        }
        byte[] octets = client.getAddress();
        Arrays.fill(octets, 8, 16, (byte) 0);
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 16 octets", e);
        }
    }
}
