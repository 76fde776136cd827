package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Spool.SpoolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A message on its way in. One that fits into a chunk stays in memory until it is committed, so it costs one write. One that is larger goes to the
 * store chunk by chunk or, where it is large or nobody said how large, to a file of its own.
 */
final class IncomingMessage implements Spool.Incoming {
    private static final int LEAST_BUFFER = 4 << 10;
    private static final int NOWHERE = -1;
    /** Octets from which on a body is in a file: below, the sync of a file of its own costs more than a second write by the store. */
    private static final long LARGE = 192 << 10;

    private final long mid;
    private final SpoolWriter writer;
    private final DiskSpace space;
    private final ByteBufAllocator allocator;
    private final FileWriters files;
    private final boolean small;
    /** Of a large message; the file writers'. */
    private BodyFiles.Body file;
    private boolean inFile;
    /** The chunk being filled, or null. */
    private ByteBuf open;
    private int chunks;
    private long size;
    private volatile boolean broken;
    private boolean ended;
    /** The writer's: in which generation of the store the first chunks are. */
    private int generation = NOWHERE;

    /** @param expected octets, as the client says; 0: unknown */
    IncomingMessage(long mid, long expected, SpoolWriter writer, DiskSpace space, ByteBufAllocator allocator, FileWriters files) {
        this.mid = mid;
        this.writer = writer;
        this.space = space;
        this.allocator = allocator;
        this.files = files;
        small = expected > 0 && expected < LARGE;
    }

    @Override
    public long mid() {
        return mid;
    }

    @Override
    public CompletionStage<Void> append(ByteBuf bytes) {
        List<Chunk> full;
        try {
            if (ended || broken) {
                return CompletableFuture.failedStage(notOpen());
            }
            full = fill(bytes);
        } finally {
            bytes.release();
        }
        if (full.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        if (space.closedForAll()) {
            broken = true;
            Chunk.release(full);
            return CompletableFuture.failedStage(noSpace());
        }
        inFile |= !small;
        if (inFile) {
            var waiting = full.stream().mapToLong(chunk -> chunk.framed().readableBytes()).sum();
            space.coming(waiting);
            return inFile(() -> write(full)).whenComplete((done, error) -> space.coming(-waiting));
        }
        var append = new Op.Append(this, full);
        if (!writer.submit(append)) {
            broken = true;
        }
        return append.done();
    }

    private CompletableFuture<Void> inFile(FileWriters.Work work) {
        return files.run(mid, work).whenComplete((done, error) -> broken |= error != null);
    }

    private void write(List<Chunk> full) throws IOException {
        try {
            if (file == null) {
                file = files.files().create(mid);
            }
            for (var chunk : full) {
                file.write(chunk);
                space.accepted(chunk.framed().readableBytes());
            }
        } finally {
            Chunk.release(full);
        }
    }

    /** A full chunk is handed on only when more follows, so that a body of exactly one chunk is a single write too. */
    private List<Chunk> fill(ByteBuf bytes) {
        List<Chunk> full = List.of();
        size += bytes.readableBytes();
        while (bytes.isReadable()) {
            if (open != null && open.writerIndex() == Chunk.FRAMED) {
                full = full.isEmpty() ? new ArrayList<>() : full;
                full.add(seal());
            }
            if (open == null) {
                open = Chunk.allocate(allocator, chunks > 0 || bytes.readableBytes() > Chunk.DATA / 4 ? Chunk.DATA : Math.max(LEAST_BUFFER, bytes.readableBytes()));
            }
            open.writeBytes(bytes, Math.min(bytes.readableBytes(), Chunk.FRAMED - open.writerIndex()));
        }
        return full;
    }

    private Chunk seal() {
        var sealed = Chunk.seal(mid, chunks++, open);
        open = null;
        return sealed;
    }

    @Override
    public CompletionStage<Void> commit(Envelope envelope) {
        if (ended) {
            return CompletableFuture.failedStage(notOpen());
        }
        if (broken || space.closedForAll()) {
            var why = broken ? notOpen() : noSpace();
            abort();
            return CompletableFuture.failedStage(why);
        }
        if (!envelope.pending()) {
            abort();
            return CompletableFuture.failedStage(new IllegalArgumentException("MID " + mid + " has no recipient that is pending"));
        }
        ended = true;
        var stored = chunks;
        List<Chunk> rest = open == null ? List.of() : List.of(seal());
        var whole = envelope.as(mid, size);
        if (inFile) {
            return inFile(() -> {
                write(rest);
                file.sync();
            }).whenComplete((done, error) -> {
                if (error != null) {
                    discard();
                }
            }).thenCompose(done -> {
                var commit = new Op.Commit(this, List.of(), whole);
                if (!writer.submit(commit)) {
                    discard();
                }
                return commit.done();
            });
        }
        var commit = new Op.Commit(this, rest, whole);
        if (!writer.submit(commit)) {
            writer.submit(new Op.Abort(this, stored));
        }
        return commit.done();
    }

    @Override
    public void abort() {
        if (ended) {
            return;
        }
        ended = true;
        if (open != null) {
            open.release();
            open = null;
        }
        if (inFile) {
            files.files().forget(mid);
            inFile(this::discard);
        } else if (chunks > 0) {
            writer.submit(new Op.Abort(this, chunks));
        }
    }

    private void discard() {
        if (file != null) {
            file.discard();
        }
    }

    private SpoolException notOpen() {
        return new SpoolException("MID " + mid + (ended ? " is committed or aborted" : " failed before"), false, null);
    }

    private SpoolException noSpace() {
        return new SpoolException("MID " + mid + ": the spool's volume is full (" + space.free() + " bytes free, reserve "
                + space.reserve() + ")", true, null);
    }

    /** Writer: chunks of this message are in the store. */
    boolean partlyStored() {
        return generation != NOWHERE;
    }

    boolean isStoredIn(int current) {
        return generation == current;
    }

    /** Writer: chunks go to this generation of the store. @return whether they are the first */
    boolean storedIn(int current) {
        if (generation != NOWHERE && generation != current) {
            throw new SpoolException("MID " + mid + ": what came in before a storage failure was dropped", false, null);
        }
        var first = generation == NOWHERE;
        generation = current;
        return first;
    }
}
