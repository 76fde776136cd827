package dev.postern.gateway.smtp;

import dev.postern.plan.PolicyPlan;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Counts the mistakes of one connection and says whether its answers come late. A late connection holds one of the gateway's places until it
 * ends; it holds no thread. Used on the connection's event loop alone.
 */
final class Tarpit {
    private final Semaphore places;
    private final Supplier<Client> client;
    private int mistakes;
    private boolean placed;

    /** @param client the session's, as it is known at the time */
    Tarpit(Semaphore places, Supplier<Client> client) {
        this.places = places;
        this.client = client;
    }

    /** A command or a recipient was refused. */
    void mistake() {
        mistakes++;
    }

    /** Whether the next command has to wait. */
    boolean late() {
        PolicyPlan.Tarpit rule = client.get().policy().tarpit();
        return rule != null && mistakes > rule.afterErrors();
    }

    /** @return false where no place is left */
    boolean enter() {
        placed = placed || places.tryAcquire();
        return placed;
    }

    /** By how much an answer is late. */
    Duration delay() {
        return Duration.ofSeconds(client.get().policy().tarpit().delaySeconds());
    }

    /** The connection is gone. */
    void leave() {
        if (placed) {
            placed = false;
            places.release();
        }
    }
}
