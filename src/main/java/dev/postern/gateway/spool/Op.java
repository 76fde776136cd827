package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Spool.SpoolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.rocksdb.RocksDBException;

/**
 * Something for the writer to do. Made by any thread, then used by the writer alone.
 *
 * @param <T> what comes of it
 */
abstract sealed class Op<T> {
    private final long bytes;
    private final CompletableFuture<T> done = new CompletableFuture<>();
    private List<Chunk> chunks;
    private DiskSpace space;
    /** When it was handed to the writer, by {@link System#nanoTime}. */
    final long since = System.nanoTime();

    private Op(List<Chunk> chunks) {
        this.chunks = chunks;
        bytes = chunks.stream().mapToLong(chunk -> chunk.framed().readableBytes()).sum();
    }

    /** From now on until they are released its bytes are taken off what is free: many sessions may wait for one disk. */
    final void waitsFor(DiskSpace space) {
        this.space = space;
        // To the log, and to a data file.
        space.coming(2 * bytes);
    }

    /** Body bytes that it brings. */
    final long bytes() {
        return bytes;
    }

    final List<Chunk> chunks() {
        return chunks;
    }

    /** Checks first, then adds to the group: what throws has added nothing. */
    abstract void apply(Group group) throws RocksDBException;

    final CompletableFuture<T> done() {
        return done;
    }

    T result() {
        return null;
    }

    /** Tells whoever waits that the write took place. */
    void complete() {
        done.complete(result());
    }

    void fail(Throwable cause) {
        done.completeExceptionally(cause);
    }

    /** Whether it waits for storage to come back, as its effect is a fact already, rather than fail. */
    boolean outlastsFailure() {
        return false;
    }

    /** Gives the buffers back; the data is in the batch, or not wanted any more. */
    final void release() {
        Chunk.release(chunks);
        chunks = List.of();
        if (space != null) {
            space.coming(-2 * bytes);
            space = null;
        }
    }

    /** Chunks of a message on its way in. */
    static final class Append extends Op<Void> {
        private final IncomingMessage message;

        Append(IncomingMessage message, List<Chunk> chunks) {
            super(chunks);
            this.message = message;
        }

        @Override
        void apply(Group group) throws RocksDBException {
            if (message.storedIn(group.generation())) {
                group.mark(Keys.UNCOMMITTED, message.mid(), null);
            }
            group.put(message.mid(), chunks());
        }
    }

    /** The end of a message: what is left of its body, and its envelope. */
    static final class Commit extends Op<Void> {
        private final IncomingMessage message;
        private final Envelope envelope;

        Commit(IncomingMessage message, List<Chunk> chunks, Envelope envelope) {
            super(chunks);
            this.message = message;
            this.envelope = envelope;
        }

        Envelope envelope() {
            return envelope;
        }

        @Override
        void apply(Group group) throws RocksDBException {
            if (message.partlyStored()) {
                message.storedIn(group.generation());
                group.unmark(Keys.UNCOMMITTED, message.mid());
            }
            group.put(message.mid(), chunks());
            group.add(envelope);
            group.durable();
        }
    }

    /** The end of a message that is not wanted. */
    static final class Abort extends Op<Void> {
        private final IncomingMessage message;
        private final int stored;

        /** @param stored chunks handed to the writer before */
        Abort(IncomingMessage message, int stored) {
            super(List.of());
            this.message = message;
            this.stored = stored;
        }

        @Override
        void apply(Group group) throws RocksDBException {
            // After a failure, opening the store has removed them.
            if (message.isStoredIn(group.generation())) {
                group.removeChunks(message.mid(), stored);
                group.unmark(Keys.UNCOMMITTED, message.mid());
            }
        }
    }

    /** What became of recipients, with a DSN or without; comes to the MID of the DSN, or null. */
    static final class Update extends Op<Long> {
        private final long mid;
        private final Map<Integer, Recipient> recipients;
        private final Envelope dsn;
        private boolean last;

        /** @param dsn the DSN with its MID, or null; {@code chunks} are its body */
        Update(long mid, Map<Integer, Recipient> recipients, Envelope dsn, List<Chunk> chunks) {
            super(chunks);
            this.mid = mid;
            this.recipients = Map.copyOf(recipients);
            this.dsn = dsn;
        }

        Envelope dsn() {
            return dsn;
        }

        @Override
        void apply(Group group) throws RocksDBException {
            var envelope = group.envelope(mid);
            last = envelope == null;
            if (envelope == null) {
                if (dsn != null) {
                    throw new SpoolException("MID " + mid + " is not in the spool (any more); no DSN was written for it", false, null);
                }
                return;
            }
            var changed = new ArrayList<>(envelope.recipients());
            recipients.forEach((rid, recipient) -> {
                if (rid < 0 || rid >= changed.size()) {
                    throw new IllegalArgumentException("RID " + rid + " of MID " + mid + ": allowed is 0 to " + (changed.size() - 1));
                }
                changed.set(rid, recipient);
            });
            var now = envelope.withRecipients(changed);
            last = !now.pending();
            group.change(now);
            if (dsn != null) {
                group.put(dsn.mid(), chunks());
                group.add(dsn);
                group.durable();
            }
        }

        /** Whether the message is gone with this. */
        boolean last() {
            return last;
        }

        @Override
        boolean outlastsFailure() {
            return true;
        }

        @Override
        Long result() {
            return dsn == null ? null : dsn.mid();
        }
    }

    /** Another form of a message; comes to that form, or to null where there is no such message. */
    static final class Amend extends Op<Envelope> {
        private final long mid;
        private final UnaryOperator<Envelope> change;
        private Envelope now;

        Amend(long mid, UnaryOperator<Envelope> change) {
            super(List.of());
            this.mid = mid;
            this.change = change;
        }

        @Override
        void apply(Group group) throws RocksDBException {
            var envelope = group.envelope(mid);
            now = envelope == null ? null : change.apply(envelope).as(mid, envelope.size());
            if (now != null) {
                group.hold(envelope.held(), now.held());
                group.change(now);
                group.durable();
            }
        }

        @Override
        Envelope result() {
            return now;
        }
    }

    /** Removes a message whose commit was reported as failed, where the failed write reached the disk after all. */
    static final class Settle extends Op<Void> {
        private final long mid;

        Settle(long mid) {
            super(List.of());
            this.mid = mid;
        }

        @Override
        void apply(Group group) throws RocksDBException {
            var envelope = group.envelope(mid);
            if (envelope != null) {
                group.remove(envelope);
                group.durable();
            } else {
                group.forgetFile(mid);
            }
        }

        @Override
        boolean outlastsFailure() {
            return true;
        }
    }

    /** Removes a message in quarantine, readable or not; comes to whether it was there. */
    static final class Forget extends Op<Boolean> {
        private final long mid;
        private final Quarantine quarantine;
        private boolean there;

        Forget(long mid, Quarantine quarantine) {
            super(List.of());
            this.mid = mid;
            this.quarantine = quarantine;
        }

        @Override
        void apply(Group group) throws RocksDBException {
            there = quarantine.reason(mid) != null && group.removeUnread(mid);
            group.durable();
        }

        @Override
        Boolean result() {
            return there;
        }
    }

    /** Records the next block of message IDs. */
    static final class Reserve extends Op<Void> {
        private final MidSequence mids;
        private final long limit;

        Reserve(MidSequence mids) {
            super(List.of());
            this.mids = mids;
            limit = mids.wanted();
        }

        @Override
        void apply(Group group) throws RocksDBException {
            group.reserveMids(limit);
        }

        @Override
        void complete() {
            mids.extended(limit);
        }

        @Override
        void fail(Throwable cause) {
            mids.extended(0);
        }
    }

    /** Records that a message is in quarantine. */
    static final class Mark extends Op<Void> {
        private final long mid;
        private final String reason;

        Mark(long mid, String reason) {
            super(List.of());
            this.mid = mid;
            this.reason = reason;
        }

        @Override
        void apply(Group group) throws RocksDBException {
            if (group.envelope(mid) != null) {
                group.mark(Keys.QUARANTINED, mid, reason);
            }
        }

        @Override
        boolean outlastsFailure() {
            return true;
        }
    }

    /** Does nothing; the writer looks around. */
    static final class Wake extends Op<Void> {
        Wake() {
            super(List.of());
        }

        @Override
        void apply(Group group) {
            // nothing to write
        }
    }
}
