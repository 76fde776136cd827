package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Spool.SpoolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Reads stretches of bodies and checks each chunk that it touches. */
final class BodyReader {
    /** Data that is there but wrong, or missing where it should be. */
    static final class DamagedException extends Exception {
        DamagedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private final Store store;
    private final BodyFiles files;
    private final ByteBufAllocator allocator;

    BodyReader(Store store, BodyFiles files, ByteBufAllocator allocator) {
        this.store = store;
        this.files = files;
        this.allocator = allocator;
    }

    /** @return up to {@code length} bytes from {@code offset} on; fewer only at the end of the body */
    ByteBuf read(long mid, long offset, int length) throws DamagedException, RocksDBException {
        var number = Math.toIntExact(offset / Chunk.DATA);
        var skip = (int) (offset % Chunk.DATA);
        if (skip == 0 && length <= Chunk.DATA) {
            return one(mid, number, length);
        }
        var into = allocator.directBuffer(Math.min(length, Chunk.DATA));
        var framed = allocator.directBuffer(Chunk.FRAMED, Chunk.FRAMED);
        var sealed = sealedRoom(mid);
        try {
            while (into.readableBytes() < length) {
                if (!load(mid, number, framed, sealed)) {
                    requireEnd(mid, number, offset + into.readableBytes());
                    break;
                }
                var available = framed.readableBytes() - Chunk.HEADER - skip;
                if (available > 0) {
                    into.writeBytes(framed, Chunk.HEADER + skip, Math.min(available, length - into.readableBytes()));
                }
                if (framed.readableBytes() < Chunk.FRAMED) {
                    requireEnd(mid, number, (long) number * Chunk.DATA + framed.readableBytes() - Chunk.HEADER);
                    break;
                }
                skip = 0;
                number++;
            }
            return into.retain();
        } finally {
            framed.release();
            into.release();
            if (sealed != null) {
                sealed.release();
            }
        }
    }

    /** What most reads are: a chunk from its beginning, which is given out as it was read. */
    private ByteBuf one(long mid, int number, int length) throws DamagedException, RocksDBException {
        var framed = allocator.directBuffer(Chunk.FRAMED, Chunk.FRAMED);
        var sealed = sealedRoom(mid);
        try {
            var there = load(mid, number, framed, sealed);
            var data = there ? framed.readableBytes() - Chunk.HEADER : 0;
            if (data < Chunk.DATA && data < length) {
                requireEnd(mid, number, (long) number * Chunk.DATA + data);
            }
            return framed.retain().setIndex(Chunk.HEADER, Chunk.HEADER + Math.min(data, length));
        } finally {
            framed.release();
            if (sealed != null) {
                sealed.release();
            }
        }
    }

    /** Room for a chunk in its encrypted form, or null where the body is in clear. */
    private ByteBuf sealedRoom(long mid) {
        return store.sealing().encrypted(mid) ? allocator.directBuffer(Chunk.FRAMED + Sealing.OVERHEAD, Chunk.FRAMED + Sealing.OVERHEAD) : null;
    }

    /** @param sealed where the body is encrypted, room for a chunk in that form; else null */
    private boolean load(long mid, int number, ByteBuf framed, ByteBuf sealed) throws DamagedException, RocksDBException {
        if (!stored(mid, number, sealed == null ? framed : sealed)) {
            return false;
        }
        if (sealed != null) {
            unseal(mid, number, sealed, framed);
        }
        if (!Chunk.intact(mid, number, framed)) {
            throw new DamagedException("chunk " + number + " does not match its checksum", null);
        }
        return true;
    }

    /** As it is stored. @return false where there is no such chunk */
    private boolean stored(long mid, int number, ByteBuf stored) throws DamagedException, RocksDBException {
        stored.clear();
        int length;
        try {
            var into = stored.nioBuffer(0, stored.capacity());
            length = files.has(mid) ? files.read(mid, number, into) : store.chunk(mid, number, into);
        } catch (RocksDBException e) {
            if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption) {
                throw new DamagedException("chunk " + number + " cannot be read: " + e.getMessage(), e);
            }
            throw e;
        } catch (IOException e) {
            throw new SpoolException("MID " + mid + " cannot be read: " + e.getMessage(), false, e);
        }
        if (length < 0) {
            return false;
        }
        if (length > stored.capacity()) {
            throw new DamagedException("chunk " + number + " is too long", null);
        }
        stored.writerIndex(length);
        return true;
    }

    private void unseal(long mid, int number, ByteBuf sealed, ByteBuf framed) throws DamagedException {
        try {
            store.sealing().open(mid, number, sealed.nioBuffer(), framed.clear().nioBuffer(0, framed.capacity()));
            framed.writerIndex(sealed.readableBytes() - Sealing.OVERHEAD);
        } catch (IllegalArgumentException e) {
            throw new DamagedException("chunk " + number + ": " + e.getMessage(), e);
        }
    }

    /** A body must not end before its envelope says so. */
    private void requireEnd(long mid, int number, long reached) throws DamagedException, RocksDBException {
        var bytes = store.envelope(mid);
        if (bytes == null) {
            throw new SpoolException("MID " + mid + " is not in the spool (any more)", false, null);
        }
        Envelope envelope;
        try {
            envelope = store.decode(mid, bytes);
        } catch (IllegalArgumentException e) {
            throw new DamagedException(e.getMessage(), e);
        }
        if (reached < envelope.size()) {
            throw new DamagedException("chunk " + number + ": the body ends after " + reached + " of " + envelope.size() + " bytes", null);
        }
    }
}
