package dev.postern.testing;

import dev.postern.cli.catcher.CatcherServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import javax.net.ssl.SSLContext;

/** A mail server that takes everything and remembers the Subject of each message: what a test counts deliveries by. */
public final class Sink implements AutoCloseable {
    private final CatcherServer server;
    private final Map<String, AtomicInteger> subjects = new ConcurrentHashMap<>();
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    private final AtomicInteger held = new AtomicInteger();

    /** @param tls offers STARTTLS with it; null offers none */
    public Sink(SSLContext tls) throws IOException {
        server = new CatcherServer(0, "sink.test", tls, this::count);
    }

    public int port() {
        return server.port();
    }

    /** Subjects received. */
    public Set<String> subjects() {
        return Set.copyOf(subjects.keySet());
    }

    /** Deliveries beyond the first of each message. */
    public int duplicates() {
        return subjects.values().stream().mapToInt(n -> n.get() - 1).sum();
    }

    /** From now on, no message is counted or answered until {@link #release}. Both are called by one thread. */
    public void hold() {
        gate.writeLock().lock();
    }

    public void release() {
        gate.writeLock().unlock();
    }

    /** Messages that came in whole and are not answered, as this one holds them. */
    public int held() {
        return held.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void count(CatcherServer.Caught caught) {
        held.incrementAndGet();
        gate.readLock().lock();   // shared: only hold() stops it
        gate.readLock().unlock();
        held.decrementAndGet();
        String subject = new String(caught.body(), StandardCharsets.ISO_8859_1).lines().filter(l -> l.startsWith("Subject: ")).findFirst().orElse("");
        subjects.computeIfAbsent(subject.replaceFirst("Subject: ", ""), s -> new AtomicInteger()).incrementAndGet();
    }
}
