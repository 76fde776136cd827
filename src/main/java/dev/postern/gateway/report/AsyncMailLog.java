package dev.postern.gateway.report;

import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent.Notice;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Writes the mail log from one thread, in batches: while mail flows, that thread looks at the queue every few milliseconds and nobody wakes it, as a wake-up for each line would cost
 * more than the line. Who logs never waits: when the stream is slower than the mail and the queue
 * is full, lines are dropped and counted, and a line says how many once there is room again.
 */
public final class AsyncMailLog implements MailLog, AutoCloseable {
    /** Events that wait at most; the default. */
    public static final int CAPACITY = 65_536;
    private static final int BATCH = 1024;
    private static final long CLOSE_SECONDS = 5;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** After so many looks at an empty queue, the next line wakes the writer. */
    private static final int LOOKS = 200;

    private final OutputStream out;
    private final Supplier<MailFormat> format;
    private final InstantSource clock;
    private final BlockingQueue<Entry> queue;
    private final LongAdder dropped = new LongAdder();
    private final Counter droppedTotal;
    private final Thread writer;
    private volatile boolean closing;

    /**
     * @param out    closed by nobody here
     * @param format asked for each batch, as a plan may change it
     */
    public AsyncMailLog(OutputStream out, Supplier<MailFormat> format, int capacity, InstantSource clock, MeterRegistry meters) {
        this.out = out;
        this.format = format;
        this.clock = clock;
        queue = new ArrayBlockingQueue<>(capacity);
        droppedTotal = Counter.builder("postern.log.dropped").description("Mail log lines that were dropped").register(meters);
        writer = Thread.ofPlatform().name("mail-log").daemon().start(this::write);
    }

    @Override
    public void log(MailEvent event) {
        if (closing || !queue.offer(new Entry(clock.instant(), event))) {
            drop(1);
        }
    }

    /** Writes what is queued, for at most {@value #CLOSE_SECONDS} seconds; what is logged later is dropped. */
    @Override
    public void close() {
        closing = true;
        try {
            // Wakes the writer; on a full queue it is awake, and finds out by itself.
            queue.offer(new Entry(clock.instant(), null));
            writer.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        List<Entry> batch = new ArrayList<>(BATCH);
        StringBuilder text = new StringBuilder();
        try {
            while (!closing || !queue.isEmpty()) {
                batch.clear();
                batch.add(next());
                queue.drainTo(batch, BATCH - 1);
                text.setLength(0);
                long lost = dropped.sumThenReset();
                if (lost > 0) {
                    append(text, new Entry(clock.instant(), new Notice(Level.Warning, lost + " lines of this log were dropped, as they came faster than they could be written")));
                }
                batch.forEach(entry -> append(text, entry));
                flush(text, batch.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Entry next() throws InterruptedException {
        for (int look = 0; look < LOOKS && !closing; look++) {
            Entry entry = queue.poll();
            if (entry != null) {
                return entry;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return queue.take();
    }

    private void append(StringBuilder text, Entry entry) {
        if (entry.event != null) {
            format.get().append(text, entry.at, entry.event);
            text.append('\n');
        }
    }

    private void flush(StringBuilder text, int lines) {
        try {
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
            if (queue.isEmpty()) {
                out.flush();
            }
        } catch (IOException e) {
            // Nobody is left to tell but the counter; the stream may come back.
            drop(lines);
        }
    }

    private void drop(int lines) {
        dropped.add(lines);
        droppedTotal.increment(lines);
    }

    private record Entry(Instant at, MailEvent event) {
    }
}
