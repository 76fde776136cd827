package dev.postern.gateway.smtp;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;

/** Counts the connections of each client of one listener; holds only clients that are connected. Safe for use by many threads. */
final class ConnectionCounter {
    private final ConcurrentHashMap<InetAddress, Integer> connections = new ConcurrentHashMap<>();

    /** @return whether there was room for one more */
    boolean enter(InetAddress client, int max) {
        boolean[] entered = new boolean[1];
        connections.compute(client, (c, n) -> {
            int now = n == null ? 0 : n;
            entered[0] = now < max;
            return entered[0] ? Integer.valueOf(now + 1) : n;
        });
        return entered[0];
    }

    void leave(InetAddress client) {
        connections.computeIfPresent(client, (c, n) -> n == 1 ? null : n - 1);
    }

    /** Connections of one client. */
    int of(InetAddress client) {
        return connections.getOrDefault(client, 0);
    }

    int clients() {
        return connections.size();
    }
}
