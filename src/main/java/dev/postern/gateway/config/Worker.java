package dev.postern.gateway.config;

import java.time.Duration;

/** A thread in the background that works until it is interrupted; it never keeps the JVM up. Started and stopped by one thread at a time. */
final class Worker {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Thread thread;

    void start(String name, Runnable work) {
        thread = Thread.ofPlatform().name(name).daemon().start(work);
    }

    /** Interrupts it and waits for its end, five seconds at most; nothing where it never started. */
    void stop() {
        if (thread == null) {
            return;
        }
        thread.interrupt();
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
