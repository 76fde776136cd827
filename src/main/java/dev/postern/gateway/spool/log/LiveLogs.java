package dev.postern.gateway.spool.log;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Which logs RocksDB will read, according to its manifest: older ones lie there to be written over. The manifest is a log of edits, of a form of its own (there is no
 * log number in its records). Each edit is fields, a tag and what follows from that; all that matters here is the oldest log that each column family needs.
 */
final class LiveLogs {
    private static final int HEADER = 7;
    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int LAST = 4;
    /** Tags above it are followed by their length, and may be unknown. */
    private static final int IGNORABLE = 1 << 13;
    private static final int NO_MORE_FIELDS = 1;
    private static final int NO_MORE_BLOB_FIELDS = 0;
    private static final int OLDEST_LOG_FIELD = 3;

    private final Map<Integer, Long> families = new HashMap<>();
    private final List<Edit> group = new ArrayList<>();
    private long oldest;

    /** What an edit says of a column family; a log of -1 is none. */
    private record Edit(int family, long log, boolean dropped, long oldest) {
    }

    private LiveLogs() {
    }

    /** The number of the oldest log that is read; empty where that cannot be said. */
    static OptionalLong oldest(Path folder) {
        try {
            var manifest = folder.resolve(Files.readString(folder.resolve("CURRENT"), StandardCharsets.ISO_8859_1).strip());
            var logs = new LiveLogs();
            try (var in = new DataInputStream(Files.newInputStream(manifest))) {
                logs.read(in);
            }
            var needed = logs.families.values().stream().mapToLong(Long::longValue).min();
            return needed.isPresent() ? OptionalLong.of(Math.max(logs.oldest, needed.getAsLong())) : needed;
        } catch (IOException | BufferUnderflowException | IllegalArgumentException e) {
            return OptionalLong.empty();   // RocksDB says what is wrong with it
        }
    }

    /** Up to the end, or to what is not whole: what follows is not in force. */
    private void read(DataInputStream in) throws IOException {
        var edit = new ByteArrayOutputStream();
        for (var block = in.readNBytes(LogFormat.BLOCK); block.length > 0; block = in.readNBytes(LogFormat.BLOCK)) {
            for (var at = 0; block.length - at >= HEADER;) {
                var header = ByteBuffer.wrap(block, at, HEADER).order(ByteOrder.LITTLE_ENDIAN);
                var checksum = header.getInt();
                var length = header.getShort() & 0xffff;
                var type = header.get();
                if (length > block.length - at - HEADER || checksum != LogFormat.mask(LogFormat.crc(block, at + HEADER - 1, 1 + length))) {
                    return;
                }
                if (type == FULL || type == FIRST) {
                    edit.reset();
                }
                edit.write(block, at + HEADER, length);
                if (type == FULL || type == LAST) {
                    edit(ByteBuffer.wrap(edit.toByteArray()));
                }
                at += HEADER + length;
            }
        }
    }

    private void edit(ByteBuffer in) {
        var family = 0;
        var log = -1L;
        var least = 0L;
        var dropped = false;
        var others = 0L;
        while (in.hasRemaining()) {
            var tag = (int) number(in);
            switch (tag) {
                case 1, 201 -> skip(in);                 // comparator, name of a new family
                case 2 -> log = number(in);
                case 3, 4, 9, 203 -> numbers(in, 1);     // next file, last sequence number, previous log, highest family
                case 5 -> {                              // where compaction goes on
                    numbers(in, 1);
                    skip(in);
                }
                case 6 -> numbers(in, 2);                // a file that is gone
                case 10 -> least = number(in);
                case 103 -> least = Math.max(least, file(in));
                case 200 -> family = (int) number(in);
                case 202 -> dropped = true;
                case 300 -> others = number(in);         // edits that come with this one and are still to follow
                case 400 -> {                            // a blob file
                    numbers(in, 3);
                    skip(in);
                    skip(in);
                    fields(in, NO_MORE_BLOB_FIELDS);
                }
                case 401 -> {                            // garbage in a blob file
                    numbers(in, 3);
                    fields(in, NO_MORE_BLOB_FIELDS);
                }
                default -> {
                    if (tag < IGNORABLE) {
                        throw new IllegalArgumentException("unknown field " + tag);
                    }
                    skip(in);
                }
            }
        }
        group.add(new Edit(family, log, dropped, least));
        if (others == 0) {
            group.forEach(this::apply);
            group.clear();
        }
    }

    private void apply(Edit edit) {
        oldest = Math.max(oldest, edit.oldest);
        if (edit.dropped) {
            families.remove(edit.family);
        } else {
            families.merge(edit.family, Math.max(0, edit.log), Math::max);
        }
    }

    /** A new data file: level, number, size, smallest and largest key and sequence number. @return the oldest log to keep, or 0 */
    private static long file(ByteBuffer in) {
        numbers(in, 3);
        skip(in);
        skip(in);
        numbers(in, 2);
        return fields(in, NO_MORE_FIELDS);
    }

    /** Fields with a length each. @return the oldest log to keep, if one of a data file's says so, or 0 */
    private static long fields(ByteBuffer in, int end) {
        var least = 0L;
        for (var tag = number(in); tag != end; tag = number(in)) {
            if (end == NO_MORE_FIELDS && tag == OLDEST_LOG_FIELD) {
                number(in);
                least = in.order(ByteOrder.LITTLE_ENDIAN).getLong();
            } else {
                skip(in);
            }
        }
        return least;
    }

    private static void numbers(ByteBuffer in, int count) {
        for (var i = 0; i < count; i++) {
            number(in);
        }
    }

    private static void skip(ByteBuffer in) {
        var length = number(in);
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a field of " + length + " bytes");
        }
        in.position(in.position() + (int) length);
    }

    private static long number(ByteBuffer in) {
        var value = 0L;
        for (var shift = 0; shift < Long.SIZE; shift += 7) {
            var octet = in.get();
            value |= (octet & 0x7fL) << shift;
            if (octet >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than 64 bits");
    }
}
