package dev.postern.testing.disk;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads what the preloaded library wrote, record by record; one that breaks off at the end, as its writer was killed, did not take place. */
public final class DiskJournal implements AutoCloseable {
    private static final int MAGIC = 0x4b534946;
    private static final int HEADER = 36;

    private final InputStream in;

    public DiskJournal(Path file) throws IOException {
        in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20));
    }

    /** The next one, or null at the end. */
    public Change next() throws IOException {
        byte[] bytes = in.readNBytes(HEADER);
        if (bytes.length < HEADER) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (header.getInt() != MAGIC) {
            throw new IOException("not a journal, or one that two programs wrote at once");
        }
        Change.Type type = Change.Type.values()[header.getInt() - 1];
        int handle = header.getInt();
        long offset = header.getLong();
        int error = header.getInt();
        int path = header.getInt();
        int other = header.getInt();
        int data = header.getInt();
        byte[] rest = in.readNBytes(path + other + data);
        if (rest.length < path + other + data) {
            return null;
        }
        byte[] written = new byte[data];
        System.arraycopy(rest, path + other, written, 0, data);
        return new Change(type, handle, offset, error, new String(rest, 0, path, StandardCharsets.UTF_8), new String(rest, path, other, StandardCharsets.UTF_8),
                written);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
