package dev.postern.gateway.spool;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Holds accepted messages. No method blocks but {@link #forEachPending} and {@link #close}; stages complete on a thread of
 * the spool, so callers hop back to their event loop.
 */
public interface Spool extends AutoCloseable {

    /** Whether a new message may come in: cheap, asked at MAIL FROM. */
    Admission admission();

    /** Answer of {@link #admission}. */
    enum Admission {
        OK,
        /** As many messages as configured are held: 452. */
        QUEUE_FULL,
        /** Free space is below the reserve, or the last write failed: 452. */
        DISK_FULL
    }

    /**
     * Starts a message and gives it its MID. Nothing is on disk yet.
     *
     * @param expected octets of its body, as far as is known; 0: unknown
     */
    Incoming begin(long expected);

    /** Starts a message of unknown size. */
    default Incoming begin() {
        return begin(0);
    }

    /** A message on its way in; used by one thread at a time. */
    interface Incoming {
        long mid();

        /**
         * Adds to the body. The buffer is taken over and released. At most one append is under way at a time.
         *
         * @return completes when the next may follow; fails with {@link SpoolException}
         */
        CompletionStage<Void> append(ByteBuf bytes);

        /**
         * Makes the message durable: body and envelope are synced when the stage completes. The spool's
         * {@code onCommitted} consumer is then called once, before the stage completes.
         *
         * @return fails with {@link SpoolException}; then nothing of the message is left
         */
        CompletionStage<Void> commit(Envelope envelope);

        /** Forgets the message; its space is freed. */
        void abort();
    }

    /**
     * Writes what became of some recipients. When none is PENDING after it, message and body are removed. States that
     * reach the disk late can only cause a second delivery, never a loss; the write is synced with the next group.
     *
     * @param updates new form of each recipient, by RID
     * @return whether the message is gone from the spool
     */
    CompletionStage<Boolean> update(long mid, Map<Integer, Envelope.Recipient> updates);

    /**
     * As {@link #update}, with a DSN that becomes durable in the very same write: a bounce is never lost and never doubled.
     *
     * @param dsn its envelope (the MID is given by the spool) and its body
     * @return the DSN's MID, once synced
     */
    CompletionStage<Long> updateWithDsn(long mid, Map<Integer, Envelope.Recipient> updates, Envelope dsn, byte[] dsnBody);

    /** Reads a stretch of a body; the buffer is the caller's. Fails with {@link SpoolException} where it is unreadable. */
    CompletionStage<ByteBuf> read(long mid, long offset, int length);

    /** The envelope as it stands, or a stage of null where the message is gone. */
    CompletionStage<Envelope> envelope(long mid);

    /**
     * Changes a message otherwise, durably: puts it on hold, gives it another way, or settles recipients. Where none is PENDING afterwards, it is
     * removed.
     *
     * @param change makes its new form; runs on the spool's writer, so it must be quick; MID and size stay
     * @return its new form, or a stage of null where there is no such message
     */
    CompletionStage<Envelope> amend(long mid, UnaryOperator<Envelope> change);

    /** As {@link #read}, of a message in quarantine, too: what of it is whole can be read, a stretch that is not fails. */
    default CompletionStage<ByteBuf> readQuarantined(long mid, long offset, int length) {
        return read(mid, offset, length);
    }

    /**
     * Removes a message in quarantine, durably; nobody is told.
     *
     * @return whether it was there; false, too, where the message is in no quarantine
     */
    default CompletionStage<Boolean> forget(long mid) {
        return CompletableFuture.completedStage(false);
    }

    /** Messages in MID order from {@code from} on, at most {@code most}; none at the end. What is damaged is left out. */
    CompletionStage<List<Envelope>> page(long from, int most);

    /** Why a message is in quarantine, as its data does not match its checksum, or null. Cheap. */
    default String damage(long mid) {
        return null;
    }

    /** What is in quarantine: its MIDs. Messages whose envelope is whole can be amended and bounced, all can be forgotten. */
    default Set<Long> quarantined() {
        return Set.of();
    }

    /**
     * Calls {@code consumer}, on the calling thread and in MID order, with every message that was there when the spool was opened and has a pending recipient.
     * Blocks until it is through; everything else may go on meanwhile, from other threads.
     * <ul>
     * <li>A message whose MID was given out since the opening (DSNs, too) is never visited: {@code onCommitted} tells of it.
     * <li>None is visited twice.
     * <li>A change counts from the moment in which its stage completes. The form that the consumer gets has every change whose stage had completed when
     * the consumer was called; it may have later ones, whose stages complete while it runs or soon after. A message that is gone by such a change, or has no
     * pending recipient after it, is not visited.
     * <li>So whoever changes a message and, when the stage completes, tells the consumer's side of it may find that the consumer had the old form, or the
     * new, or will get the new; it never gets the old one afterwards.
     * </ul>
     * While the consumer runs, a change of the message that it was called with waits for it, and so do all writes behind that change: the consumer must not wait
     * for the spool.
     */
    void forEachPending(Consumer<Envelope> consumer);

    /** Messages on hold; more than none where that is not known. Cheap. */
    default long held() {
        return 1;
    }

    /** Messages held now. */
    long messages();

    /** New limits from a new plan. */
    void limits(int maxMessages, long reserveBytes);

    @Override
    void close();

    /** Storage said no: the disk is full, failed, or the data does not match its checksum. */
    class SpoolException extends RuntimeException {
        private final boolean full;

        public SpoolException(String message, boolean full, Throwable cause) {
            super(message, cause);
            this.full = full;
        }

        /** Whether the reason is lack of space. */
        public boolean full() {
            return full;
        }
    }
}
