package dev.postern.gateway.auth;

import dev.postern.api.ListenerSpec.Mechanism;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** The logins of a gateway: what all its sessions share. Safe for use by many threads. */
public final class Logins {
    private final LoginWork work;
    private final boolean slow;
    private final Guesses guesses = new Guesses();

    /** @param slow whether answers to failures come late, as they should but in tests */
    public Logins(LoginWork work, boolean slow) {
        this.work = work;
        this.slow = slow;
    }

    /** As production has it. */
    public static Logins standard() {
        return new Logins(LoginWork.bounded(), true);
    }

    /**
     * Begins a login.
     *
     * @param names of the client's verified certificate
     */
    public Exchange begin(Mechanism mechanism, Users users, List<String> names) {
        return switch (mechanism) {
            case PLAIN -> new PlainExchange(users, work);
            case SCRAM_SHA_256 -> new ScramExchange(users);
            case EXTERNAL -> new ExternalExchange(names);
        };
    }

    /** Counts a failure of a client; returns by how much its answer is late. */
    public Duration failed(InetAddress client, long now) {
        Duration delay = guesses.failed(client, now);
        return slow ? delay : Duration.ZERO;
    }
}
