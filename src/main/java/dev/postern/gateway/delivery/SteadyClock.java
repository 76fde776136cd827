package dev.postern.gateway.delivery;

import java.time.Instant;
import java.time.InstantSource;

/** Goes on evenly from the time at which it was made, however the system's clock is set. */
final class SteadyClock implements InstantSource {
    private final long begin;
    private final long nanos = System.nanoTime();

    SteadyClock(InstantSource clock) {
        begin = clock.millis();
    }

    @Override
    public long millis() {
        return begin + (System.nanoTime() - nanos) / 1_000_000;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }
}
