package dev.postern.testing.load;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/** Of one run: when each message was begun, accepted and delivered. Written by the sender's thread and the sink's, read by any. */
final class Ledger {
    /** What the first arrivals of others leave in {@link #through}. */
    private static final int NOT_YET = 0;
    private static final int ACCEPTED = 1;
    private static final int ARRIVED = 2;

    final String run;
    private final long started = System.nanoTime();
    private final long cpuAtStart = cpu();
    private final AtomicLongArray begun;
    private final AtomicIntegerArray accept;
    private final AtomicIntegerArray through;
    private final AtomicIntegerArray marks;
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger both = new AtomicInteger();
    private final AtomicInteger duplicates = new AtomicInteger();
    private final AtomicInteger clear = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicReference<String> failure = new AtomicReference<>();
    private volatile long lastAccepted = started;
    private volatile long lastArrival = started;

    Ledger(String run, int messages) {
        this.run = run;
        begun = new AtomicLongArray(messages);
        accept = new AtomicIntegerArray(messages);
        through = new AtomicIntegerArray(messages);
        marks = new AtomicIntegerArray(messages);
    }

    void begin(int message) {
        begun.set(message, System.nanoTime());
    }

    void accepted(int message) {
        lastAccepted = System.nanoTime();
        accept.set(message, micros(message, lastAccepted));
        accepted.incrementAndGet();
        mark(message, ACCEPTED);
    }

    void refused(String why) {
        refused.incrementAndGet();
        failed(why);
    }

    /** Keeps the first. */
    void failed(String why) {
        failure.compareAndSet(null, why);
    }

    void arrived(int message, boolean encrypted) {
        long now = System.nanoTime();
        if (message < 0 || message >= through.length() || begun.get(message) == 0) {
            failed("a message arrived that was never sent: " + message);
            return;
        }
        clear.addAndGet(encrypted ? 0 : 1);
        if (through.compareAndSet(message, NOT_YET, micros(message, now))) {
            lastArrival = now;
            arrived.incrementAndGet();
            mark(message, ARRIVED);
        } else {
            duplicates.incrementAndGet();
        }
    }

    void opened() {
        connections.incrementAndGet();
    }

    /** Whether all arrived that were accepted. */
    boolean allArrived() {
        return both.get() >= accepted.get();
    }

    /** Seconds since anything was accepted or arrived. */
    double idle() {
        return (System.nanoTime() - Math.max(lastAccepted, lastArrival)) / 1e9;
    }

    /** Counts alone: cheap. */
    Outcome soFar() {
        return new Outcome(accepted.get(), refused.get(), both.get(), arrived.get(), duplicates.get(), clear.get(), connections.get(), (lastAccepted - started) / 1e9,
                (System.nanoTime() - started) / 1e9, 0, 0, 0, 0, (cpu() - cpuAtStart) / 1e9, text());
    }

    /** All of it. */
    Outcome outcome() {
        double used = (cpu() - cpuAtStart) / 1e9;
        int[] acceptance = sorted(accept);
        int[] delivery = sorted(through);
        return new Outcome(accepted.get(), refused.get(), both.get(), arrived.get(), duplicates.get(), clear.get(), connections.get(), (lastAccepted - started) / 1e9,
                (Math.max(lastAccepted, lastArrival) - started) / 1e9, at(acceptance, 50), at(acceptance, 99), at(delivery, 50), at(delivery, 99), used, text());
    }

    private String text() {
        String first = failure.get();
        return first == null ? "" : first;
    }

    private void mark(int message, int what) {
        int before = marks.getAndUpdate(message, mark -> mark | what);
        if ((before | what) == (ACCEPTED | ARRIVED) && before != (ACCEPTED | ARRIVED)) {
            both.incrementAndGet();
        }
    }

    private int micros(int message, long now) {
        return (int) Math.max(1, (now - begun.get(message)) / 1000);
    }

    private static int[] sorted(AtomicIntegerArray values) {
        int[] all = new int[values.length()];
        int count = 0;
        for (int i = 0; i < values.length(); i++) {
            if (values.get(i) != 0) {
                all[count++] = values.get(i);
            }
        }
        int[] some = Arrays.copyOf(all, count);
        Arrays.sort(some);
        return some;
    }

    private static double at(int[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, (int) ((long) sorted.length * percent / 100))] / 1000.0;
    }

    /** Nanoseconds of processor time of this process. */
    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
