package dev.postern.gateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Walks the records of a log, a block in memory at a time. Where there is none, and no single bit makes it one, there is damage only if records of this log follow: without, it is
 * the end, behind which there may be anything (zeros, half of a record that was being written, records of the log whose file this was).
 *
 * <p>Records that follow are looked for where RocksDB must have put one: behind a record whose header is right, and at the beginnings of blocks. Not at every byte: bodies are what
 * strangers send, and one of them may well hold what looks like a record.
 */
final class LogScan {

    /** Takes what is found, in order. */
    interface Visitor {
        /** A fragment of what was written at once; its payload is valid during the call. */
        void fragment(int type, byte[] block, int at, int length) throws IOException;

        /** A bit of the fragment that comes next was wrong, at this byte of the file. */
        void mended(long offset);

        /** There were records between two offsets of the file that cannot be read. */
        void lost(long from, long to) throws IOException;
    }

    /**
     * Where the records end.
     *
     * @param offset  of what follows the last record, in the file
     * @param started whether the header of one more record is there, whose rest is not: torn, or damaged
     */
    record End(long offset, boolean started) {
    }

    private final FileChannel file;
    private final int log;
    private final Visitor visitor;
    private final byte[] block = new byte[LogFormat.BLOCK];
    private final byte[] ahead = new byte[LogFormat.BLOCK];
    private long loaded = -1;
    private int end;
    /** There is a record here, as far as was looked ahead. */
    private long known = -1;

    private LogScan(FileChannel file, int log, Visitor visitor) {
        this.file = file;
        this.log = log;
        this.visitor = visitor;
    }

    /** @param log number of the log, of which the lower half counts */
    static End scan(FileChannel file, long log, Visitor visitor) throws IOException {
        return new LogScan(file, (int) log, visitor).scan();
    }

    private End scan() throws IOException {
        var offset = 0L;
        while (true) {
            load(offset - offset % LogFormat.BLOCK);
            var at = (int) (offset % LogFormat.BLOCK);
            if (end - at < LogFormat.HEADER) {
                if (end < LogFormat.BLOCK) {
                    return new End(offset, false);
                }
                offset = nextBlock(offset);
            } else if (LogFormat.isRecord(block, at, end, log) || mend(offset, at)) {
                visitor.fragment(LogFormat.type(block, at), block, at + LogFormat.HEADER, LogFormat.length(block, at));
                offset += LogFormat.HEADER + LogFormat.length(block, at);
            } else {
                var next = behind(offset, at);
                if (next % LogFormat.BLOCK == 0 && known < next && !recordsFrom(next)) {
                    return new End(offset, LogFormat.isHeader(block, at, log));
                }
                visitor.lost(offset, next);
                offset = next;
            }
        }
    }

    private boolean mend(long offset, int at) {
        var bit = FlippedBit.mend(block, at, end, log);
        if (bit >= 0) {
            visitor.mended(offset + bit / Byte.SIZE);
        }
        return bit >= 0;
    }

    /** Where the record behind a damaged one is, if there is any: in the same block only if the header of this one leads to it. */
    private long behind(long offset, int at) {
        if (LogFormat.isHeader(block, at, log) && LogFormat.fits(block, at, end)) {
            var length = LogFormat.HEADER + LogFormat.length(block, at);
            if (LogFormat.isRecord(block, at + length, end, log)) {
                return offset + length;
            }
        }
        return nextBlock(offset);
    }

    private static long nextBlock(long offset) {
        return offset - offset % LogFormat.BLOCK + LogFormat.BLOCK;
    }

    /** Whether the block at {@code from}, or one behind it, begins with a record. */
    private boolean recordsFrom(long from) throws IOException {
        for (var start = from; start < file.size(); start += LogFormat.BLOCK) {
            if (read(ahead, start, LogFormat.HEADER) == LogFormat.HEADER && LogFormat.isHeader(ahead, 0, log)
                    && LogFormat.isRecord(ahead, 0, read(ahead, start, LogFormat.BLOCK), log)) {
                known = start;
                return true;
            }
        }
        return false;
    }

    private void load(long start) throws IOException {
        if (loaded != start) {
            end = read(block, start, LogFormat.BLOCK);
            loaded = start;
        }
    }

    private int read(byte[] into, long from, int most) throws IOException {
        var buffer = ByteBuffer.wrap(into, 0, most);
        for (int n; buffer.hasRemaining() && (n = file.read(buffer, from + buffer.position())) > 0;) {
            // goes on until the end of the file
        }
        return buffer.position();
    }
}
