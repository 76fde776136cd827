package dev.postern.gateway.delivery;

import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A spool in memory that keeps the contract: one thread of its own, stages complete there. */
final class MemorySpool implements Spool {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    private final Map<Long, Envelope> envelopes = new TreeMap<>();
    private final Map<Long, byte[]> bodies = new TreeMap<>();
    private final Map<Long, Envelope> finished = new TreeMap<>();
    private volatile Consumer<Envelope> onCommitted = e -> { };
    /** What was there when it was opened: what was added while nobody listened. */
    private final List<Long> before = new ArrayList<>();
    private volatile boolean bodiesFail;
    private final Map<Long, String> damage = new ConcurrentHashMap<>();
    private long mids;

    /** @param consumer null: what comes in is there as if since the last start */
    void onCommitted(Consumer<Envelope> consumer) {
        onCommitted = consumer;
    }

    /** From now on, the message's data does not match its checksum. */
    void damage(long mid, String why) {
        damage.put(mid, why);
    }

    @Override
    public String damage(long mid) {
        return damage.get(mid);
    }

    @Override
    public Set<Long> quarantined() {
        return damage.keySet();
    }

    void bodiesFail(boolean fail) {
        bodiesFail = fail;
    }

    static Recipient recipient(String address) {
        return new Recipient(address, State.PENDING, 0, 0, null, null, null, null);
    }

    /** Commits a message; gives its MID. */
    long add(String sender, String body, long receivedAt, Recipient... recipients) {
        return add(new Envelope(0, receivedAt, sender, 0, false, false, null, null, "test", List.of(recipients)), body.getBytes(StandardCharsets.UTF_8));
    }

    long add(Envelope template, byte[] body) {
        Envelope envelope;
        synchronized (this) {
            envelope = put(template, body);
            if (onCommitted == null) {
                before.add(envelope.mid());
                return envelope.mid();
            }
        }
        onCommitted.accept(envelope);
        return envelope.mid();
    }

    private Envelope put(Envelope e, byte[] body) {
        Envelope envelope = e.as(++mids, body.length);
        envelopes.put(envelope.mid(), envelope);
        bodies.put(envelope.mid(), body);
        return envelope;
    }

    /** The message as it stands, or as it was when its last recipient was settled. */
    synchronized Envelope get(long mid) {
        return envelopes.getOrDefault(mid, finished.get(mid));
    }

    synchronized String body(long mid) {
        return new String(bodies.get(mid), StandardCharsets.UTF_8);
    }

    synchronized List<Long> mids() {
        return new ArrayList<>(bodies.keySet());
    }

    private synchronized void apply(long mid, Map<Integer, Recipient> updates) {
        Envelope e = envelopes.get(mid);
        if (e == null) {
            return;
        }
        List<Recipient> recipients = new ArrayList<>(e.recipients());
        updates.forEach(recipients::set);
        Envelope next = e.withRecipients(recipients);
        put(next);
    }

    private void put(Envelope next) {
        if (next.pending()) {
            envelopes.put(next.mid(), next);
        } else {
            envelopes.remove(next.mid());
            finished.put(next.mid(), next);
        }
    }

    @Override
    public CompletionStage<Boolean> update(long mid, Map<Integer, Recipient> updates) {
        return CompletableFuture.supplyAsync(() -> {
            synchronized (this) {
                apply(mid, updates);
                return !envelopes.containsKey(mid);
            }
        }, thread);
    }

    @Override
    public CompletionStage<Envelope> amend(long mid, UnaryOperator<Envelope> change) {
        return CompletableFuture.supplyAsync(() -> {
            synchronized (this) {
                Envelope next = envelopes.containsKey(mid) ? change.apply(envelopes.get(mid)) : null;
                if (next != null) {
                    put(next);
                }
                return next;
            }
        }, thread);
    }

    @Override
    public CompletionStage<List<Envelope>> page(long from, int most) {
        return CompletableFuture.supplyAsync(() -> {
            synchronized (this) {
                return envelopes.values().stream().filter(e -> e.mid() >= from).limit(most).toList();
            }
        }, thread);
    }

    @Override
    public CompletionStage<Long> updateWithDsn(long mid, Map<Integer, Recipient> updates, Envelope dsn, byte[] dsnBody) {
        return CompletableFuture.supplyAsync(() -> {
            Envelope committed;
            synchronized (this) {
                apply(mid, updates);
                committed = put(dsn, dsnBody);
            }
            onCommitted.accept(committed);
            return committed.mid();
        }, thread);
    }

    @Override
    public CompletionStage<ByteBuf> read(long mid, long offset, int length) {
        return CompletableFuture.supplyAsync(() -> {
            if (bodiesFail || damage.containsKey(mid)) {
                throw new SpoolException("checksum does not match", false, null);
            }
            synchronized (this) {
                byte[] body = bodies.get(mid);
                return Unpooled.wrappedBuffer(Arrays.copyOfRange(body, (int) offset, (int) Math.min(body.length, offset + length)));
            }
        }, thread);
    }

    @Override
    public CompletionStage<Envelope> envelope(long mid) {
        return CompletableFuture.supplyAsync(() -> {
            synchronized (this) {
                return envelopes.get(mid);
            }
        }, thread);
    }

    @Override
    public void forEachPending(Consumer<Envelope> consumer) {
        List<Envelope> all;
        synchronized (this) {
            all = before.stream().map(envelopes::get).filter(Objects::nonNull).filter(e -> !damage.containsKey(e.mid())).toList();
        }
        all.forEach(consumer);
    }

    @Override
    public synchronized long messages() {
        return envelopes.size();
    }

    @Override
    public Admission admission() {
        return Admission.OK;
    }

    @Override
    public Incoming begin(long expected) {
        throw new UnsupportedOperationException("delivery takes no mail in");
    }

    @Override
    public void limits(int maxMessages, long reserveBytes) {
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
