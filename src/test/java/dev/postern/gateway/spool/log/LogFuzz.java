package dev.postern.gateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A log, however it is damaged, gives what was written to it or leaves it out: nothing else unless a bit was turned back, nothing twice, and no error. */
public final class LogFuzz {
    private static final long LOG = 7;
    /** Of what is written at once at most: one more block than a fragment can have. */
    private static final int MOST = 3 * LogFormat.BLOCK;
    private static final Path WRITTEN = file("written");
    private static final Path DAMAGED = file("damaged");

    private LogFuzz() {
    }

    /** Called by the fuzzer, and by the replay of what it found: the sizes of records, a zero, and what happens to the file. */
    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(data);
        Set<ByteBuffer> records = new HashSet<>();
        byte[] log = write(in, records);
        while (in.remaining() >= 6 && log.length > 0) {
            log = damage(log, Integer.toUnsignedLong(in.getInt()) % log.length, in.get(), in.get());
        }
        Files.write(DAMAGED, log);
        try (FileChannel channel = FileChannel.open(DAMAGED, StandardOpenOption.READ)) {
            List<String> strange = new ArrayList<>();
            LogRecords read = new LogRecords(new WholeRecords(record -> {
                if (!records.remove(ByteBuffer.wrap(record))) {
                    strange.add("a record of " + record.length + " bytes was never written, or was read twice");
                }
            }));
            LogRecords.Found found = read.finish(LogScan.scan(channel, LOG, read));
            // Larger damage of a long record looks like one turned bit once in some ten thousand times; what is in the record has checksums of its own for that.
            if (!strange.isEmpty() && found.mended() == 0) {
                throw new IllegalStateException(strange.getLast());
            }
            if (found.end().offset() > log.length) {
                throw new IllegalStateException("ends at " + found.end().offset() + " of " + log.length);
            }
        }
    }

    private static byte[] write(ByteBuffer in, Set<ByteBuffer> records) throws IOException {
        try (FileChannel channel = FileChannel.open(WRITTEN, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            LogCopy copy = new LogCopy(channel, LOG);
            for (int size; in.remaining() >= 2 && records.size() < 64 && (size = Short.toUnsignedInt(in.getShort()) * 3 % MOST) > 0;) {
                // The rest of the input stands in it: it may hold what looks like a record.
                byte[] record = Arrays.copyOf(ByteBuffer.allocate(12 + in.remaining()).order(ByteOrder.LITTLE_ENDIAN).putLong(1 + records.size()).putInt(1).put(in.duplicate()).array(), 12 + size);
                records.add(ByteBuffer.wrap(record));
                copy.begin();
                copy.add(record, 0, record.length);
                copy.end();
            }
            copy.finish();
        }
        return Files.readAllBytes(WRITTEN);
    }

    private static byte[] damage(byte[] log, long where, byte how, byte with) {
        int at = (int) where;
        switch (how & 3) {
            case 0 -> log[at] ^= (byte) (1 << (with & 7));
            case 1 -> log[at] = with;
            case 2 -> Arrays.fill(log, at, Math.min(log.length, at + 64 * (1 + Byte.toUnsignedInt(with))), (byte) 0);
            default -> {
                return Arrays.copyOf(log, at);
            }
        }
        return log;
    }

    private static Path file(String name) {
        try {
            Path file = Files.createTempFile("postern-log-" + name, ".log");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
