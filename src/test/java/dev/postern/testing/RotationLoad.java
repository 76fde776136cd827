package dev.postern.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/** What goes on at a listener while its certificate is replaced: TLS sessions that stay open, and new handshakes all the time. */
public final class RotationLoad implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int THREADS = 10;

    private final int port;
    private final long interval;
    private final List<SteadySession> sessions = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentMap<String, Long> firstSeen = new ConcurrentHashMap<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger handshakes = new AtomicInteger();
    private final long started;
    private volatile boolean ending;

    /**
     * Starts it; all sessions are open when it returns.
     *
     * @param perSecond handshakes a second; fewer where the machine does not manage them
     */
    public RotationLoad(int port, int sessions, int perSecond) throws IOException {
        this.port = port;
        interval = Duration.ofSeconds(THREADS).toNanos() / perSecond;
        for (int i = 0; i < sessions; i++) {
            this.sessions.add(new SteadySession(port, PAUSE));
        }
        started = System.nanoTime();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().daemon().name("handshakes-" + i).start(this::shakeHands));
        }
    }

    /**
     * Waits until a handshake was shown this certificate.
     *
     * @param pem without white space
     * @return milliseconds from {@code since} ({@link System#nanoTime}) to the end of the first such handshake
     */
    public double served(String pem, long since) {
        Awaitility.await("the new certificate").atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(2)).until(() -> firstSeen.containsKey(pem));
        return (firstSeen.get(pem) - since) / 1e6;
    }

    /** What came of it. */
    public record Result(int sessions, int dropped, int handshakes, double perSecond, List<String> failures) {
        @Override
        public String toString() {
            return String.format("sessions open over all changes: %d, dropped: %d; handshakes meanwhile: %d (%.0f a second), failed: %d", sessions, dropped,
                    handshakes, perSecond, failures.size());
        }
    }

    /** Ends it: every session says NOOP and QUIT once more. */
    public Result end() throws InterruptedException, IOException {
        double seconds = (System.nanoTime() - started) / 1e9;
        close();
        int dropped = 0;
        for (SteadySession session : sessions) {
            dropped += session.end() ? 0 : 1;
        }
        return new Result(sessions.size(), dropped, handshakes.get(), handshakes.get() / seconds, List.copyOf(failures));
    }

    /** Ends the handshakes, and leaves the sessions to the end of the process. */
    @Override
    public void close() throws InterruptedException {
        ending = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void shakeHands() {
        long next = System.nanoTime() + (long) (Math.random() * interval);
        while (!ending) {
            LockSupport.parkNanos(next - System.nanoTime());
            next = Math.max(next + interval, System.nanoTime());
            try {
                String shown = SteadySession.servedCertificate(port);
                firstSeen.putIfAbsent(shown, System.nanoTime());
                handshakes.incrementAndGet();
            } catch (IOException e) {
                failures.add(e.toString());
            }
        }
    }
}
