package dev.postern.gateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Writes a log anew, as RocksDB does. Holds one fragment in memory. */
final class LogCopy implements LogRecords.Sink {
    private final FileChannel file;
    private final int log;
    private final byte[] fragment = new byte[LogFormat.BLOCK];
    private long offset;
    private int filled;
    private boolean fresh;
    private long begun;

    /** @param file empty */
    LogCopy(FileChannel file, long log) {
        this.file = file;
        this.log = (int) log;
    }

    @Override
    public void begin() throws IOException {
        begun = offset;
        if (room() < 0) {
            // Padding, in which RocksDB takes zeros for granted, and there may be something that was undone.
            write(ByteBuffer.allocate(LogFormat.HEADER + room()));
        }
        fresh = true;
        filled = 0;
    }

    /** Bytes of payload that the rest of the block takes; negative where there is no room for a header. */
    private int room() {
        return LogFormat.BLOCK - (int) (offset % LogFormat.BLOCK) - LogFormat.HEADER;
    }

    @Override
    public void add(byte[] bytes, int at, int length) throws IOException {
        for (var done = 0; done < length;) {
            if (filled == room()) {
                emit(fresh ? LogFormat.FIRST : LogFormat.MIDDLE);
                fresh = false;
            }
            var part = Math.min(length - done, room() - filled);
            System.arraycopy(bytes, at + done, fragment, LogFormat.HEADER + filled, part);
            filled += part;
            done += part;
        }
    }

    @Override
    public void end() throws IOException {
        emit(fresh ? LogFormat.FULL : LogFormat.LAST);
    }

    private void emit(int type) throws IOException {
        LogFormat.frame(fragment, 0, type, log, filled);
        write(ByteBuffer.wrap(fragment, 0, LogFormat.HEADER + filled));
        filled = 0;
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            offset += file.write(bytes, offset);
        }
    }

    @Override
    public void undo() {
        offset = begun;
    }

    /** All is on the disk when it returns. */
    void finish() throws IOException {
        file.truncate(offset);
        file.force(true);
    }
}
