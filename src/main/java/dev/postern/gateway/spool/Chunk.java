package dev.postern.gateway.spool;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A stretch of a body as it is stored: CRC-32C (4 bytes, big-endian) of MID, number and data, then the data. MID and number are in
 * the checksum so that a chunk that comes back under another key is found out too. Every chunk but a message's last is full.
 *
 * @param number 0 for the first
 * @param framed a direct buffer, owned by this chunk
 */
record Chunk(int number, ByteBuf framed) {
    /** Bytes of data in a full chunk: part of the format. Bounds what one open message holds in memory. */
    static final int DATA = 64 << 10;
    static final int HEADER = Integer.BYTES;
    static final int FRAMED = HEADER + DATA;

    /** An empty chunk to be filled, with room for the checksum and at least {@code expected} bytes. */
    static ByteBuf allocate(ByteBufAllocator allocator, int expected) {
        return allocator.directBuffer(HEADER + Math.min(DATA, expected), FRAMED).writeZero(HEADER);
    }

    static Chunk seal(long mid, int number, ByteBuf framed) {
        framed.setInt(0, checksum(mid, number, framed.nioBuffer(HEADER, framed.readableBytes() - HEADER)));
        return new Chunk(number, framed);
    }

    /** The chunks of a whole body. */
    static List<Chunk> split(ByteBufAllocator allocator, long mid, byte[] body) {
        var chunks = new ArrayList<Chunk>(count(body.length));
        for (var at = 0; at < body.length; at += DATA) {
            var length = Math.min(DATA, body.length - at);
            chunks.add(seal(mid, chunks.size(), allocate(allocator, length).writeBytes(body, at, length)));
        }
        return chunks;
    }

    /** Gives buffers back. */
    static void release(List<Chunk> chunks) {
        chunks.forEach(chunk -> chunk.framed().release());
    }

    /** Chunks of a body of {@code size} bytes. */
    static int count(long size) {
        return Math.toIntExact((size + DATA - 1) / DATA);
    }

    /** Whether header and data belong together, and to this key. */
    static boolean intact(long mid, int number, ByteBuf framed) {
        return framed.readableBytes() > HEADER
                && framed.getInt(0) == checksum(mid, number, framed.nioBuffer(HEADER, framed.readableBytes() - HEADER));
    }

    private static int checksum(long mid, int number, ByteBuffer data) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(mid).putInt(number).flip());
        crc.update(data);
        return (int) crc.getValue();
    }
}
