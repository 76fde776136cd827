package dev.postern.gateway.spool.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** Logs as bytes: whole, torn, written over older ones, and with bits turned. */
class LogScanTest {
    private static final long LOG = 0x1_0000_0105L;
    private static final long OLDER = 0x1_0000_0104L;
    private static final int BLOCK = LogFormat.BLOCK;
    private final Random random = new Random(11);
    @TempDir
    Path folder;

    /** What was read, with what the scan said of it. */
    private record Read(List<byte[]> records, LogRecords.Found found) {
    }

    /** What is written at once: a sequence number, a number of changes, and bytes. */
    private byte[] record(long sequence, int changes, int size) {
        var bytes = new byte[size];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(sequence).putInt(changes).array();
    }

    private List<byte[]> records(int... sizes) {
        var records = new ArrayList<byte[]>();
        for (var size : sizes) {
            records.add(record(100 + 2L * records.size(), 2, size));
        }
        return records;
    }

    private byte[] write(long log, List<byte[]> records) throws IOException {
        var file = folder.resolve("written");
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var copy = new LogCopy(channel, log);
            for (var record : records) {
                copy.begin();
                copy.add(record, 0, record.length / 3);
                copy.add(record, record.length / 3, record.length - record.length / 3);
                copy.end();
            }
            copy.finish();
        }
        return Files.readAllBytes(file);
    }

    private Read read(byte[] log) throws IOException {
        var file = Files.write(folder.resolve("read"), log);
        return read(file, LOG);
    }

    private static Read read(Path file, long number) throws IOException {
        try (var channel = FileChannel.open(file)) {
            var all = new ArrayList<byte[]>();
            var records = new LogRecords(new WholeRecords(all::add));
            return new Read(all, records.finish(LogScan.scan(channel, number, records)));
        }
    }

    private static byte[] flip(byte[] log, int... bits) {
        var flipped = log.clone();
        for (var bit : bits) {
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
        }
        return flipped;
    }

    private static byte[] over(byte[] older, byte[] log) {
        var both = Arrays.copyOf(older, Math.max(older.length, log.length));
        System.arraycopy(log, 0, both, 0, log.length);
        return both;
    }

    private static void same(Read read, List<byte[]> records) {
        // A comparison field by field takes longer than all else together.
        assertThat(read.records().stream().map(ByteBuffer::wrap).toList().equals(records.stream().map(ByteBuffer::wrap).toList())).as("the records of %s", read.found()).isTrue();
    }

    private static void whole(Read read, List<byte[]> records) {
        same(read, records);
        assertThat(read.found().damaged()).isFalse();
    }

    @Test
    void whatRocksDbWroteIsReadAndWhatIsWrittenAnewIsTheSame() throws Exception {
        RocksDB.loadLibrary();
        var store = folder.resolve("store");
        var values = new int[] {0, 1, 30_000, 70_000, 200_000, 2_730, 32_700, 500};
        try (var options = new Options().setCreateIfMissing(true).setRecycleLogFileNum(1); var database = RocksDB.open(options, store.toString());
                var write = new WriteOptions().setSync(true)) {
            for (var size : values) {
                try (var batch = new WriteBatch()) {
                    batch.put(new byte[] {1}, record(0, 0, 12 + size));
                    batch.put(new byte[] {2}, new byte[0]);
                    database.write(write, batch);
                }
            }
            Path log;
            try (var logs = Files.newDirectoryStream(store, "*.log")) {
                log = logs.iterator().next();
            }
            var number = Long.parseLong(log.getFileName().toString().replace(".log", ""));
            var read = read(log, number);
            assertThat(read.records()).hasSize(values.length);
            assertThat(read.found().first()).isOne();
            assertThat(read.found().next()).isEqualTo(1 + 2L * values.length);
            assertThat(read.found().damaged()).isFalse();
            var bytes = Files.readAllBytes(log);
            assertThat(write(number, read.records())).isEqualTo(Arrays.copyOf(bytes, (int) read.found().end().offset()));
            assertThat(LiveLogs.oldest(store)).as("of a store that has no data files").hasValue(0);
            try (var flush = new FlushOptions().setWaitForFlush(true)) {
                database.flush(flush);
            }
            assertThat(LiveLogs.oldest(store).orElse(0)).as("it has what is in the log").isGreaterThan(number);
        }
    }

    @Test
    void eachBitOfALogThatIsTurnedIsTurnedBack() throws Exception {
        // The third leaves 5 bytes of the first block, which are padding.
        var records = records(40, 13, BLOCK - 40 - 13 - 3 * LogFormat.HEADER - 5, 60);
        var log = write(LOG, records);
        var bits = new ArrayList<Integer>();
        for (var bit = 0; bit < 8 * 40; bit++) {
            bits.add(bit);
            bits.add(8 * log.length - 1 - bit);
        }
        for (var i = 0; i < 100; i++) {
            bits.add(random.nextInt(8 * log.length));
        }
        for (var bit : bits.stream().filter(bit -> bit >= 0 && (bit < 8 * (BLOCK - 5) || bit >= 8 * BLOCK)).distinct().toList()) {
            var read = read(flip(log, bit));
            same(read, records);
            assertThat(read.found().mended()).as("bit %d", bit).isOne();
            assertThat(read.found().lost()).as("bit %d", bit).isZero();
        }
        whole(read(flip(log, 8 * (BLOCK - 2))), records);
    }

    @Test
    void aTurnedBitOfAFragmentIsTurnedBack() throws Exception {
        var records = records(100, 3 * BLOCK, 100);
        var log = over(write(OLDER, records(6 * BLOCK)), write(LOG, records));
        for (var block = 0; block < 3; block++) {
            for (var bit = 0; bit < 8 * 12; bit++) {
                var read = read(flip(log, 8 * BLOCK * block + bit));
                same(read, records);
                assertThat(read.found().mended()).isOne();
            }
        }
    }

    @Test
    void twoTurnedBitsOfARecordCostThatRecord() throws Exception {
        var records = records(500, 600, 700, 800);
        var log = write(LOG, records);
        var second = LogFormat.HEADER + 500;
        var left = List.of(records.get(0), records.get(2), records.get(3));
        for (var i = 0; i < 200; i++) {
            var first = 8 * (second + LogFormat.HEADER) + random.nextInt(8 * 600);
            var other = first;
            while (other == first) {
                other = 8 * (second + LogFormat.HEADER) + random.nextInt(8 * 600);
            }
            var read = read(flip(log, first, other));
            same(read, left);
            assertThat(read.found().lost()).isOne();
            assertThat(read.found().changesLost()).isEqualTo(2);
            assertThat(read.found().places()).containsExactly("bytes " + second + " to " + (second + LogFormat.HEADER + 599) + " (unreadable)");
        }
    }

    @Test
    void twoTurnedBitsInDifferentRecordsAreBothTurnedBack() throws Exception {
        var records = records(500, 600, 700);
        var read = read(flip(write(LOG, records), 8 * 300, 8 * 900));
        same(read, records);
        assertThat(read.found().mended()).isEqualTo(2);
    }

    @Test
    void aDamagedHeaderCostsTheRestOfItsBlock() throws Exception {
        var records = records(500, 600, 700, BLOCK, 800);
        var log = write(LOG, records);
        Arrays.fill(log, 511, 560, (byte) 0);
        var read = read(log);
        same(read, List.of(records.getFirst(), records.getLast()));
        assertThat(read.found().changesLost()).isEqualTo(6);
    }

    @Test
    void whatIsMissingAFragmentIsDroppedAsAWhole() throws Exception {
        var records = records(100, 3 * BLOCK, 100);
        var log = write(LOG, records);
        Arrays.fill(log, BLOCK + 1_000, BLOCK + 3_000, (byte) 0);
        var read = read(log);
        same(read, List.of(records.getFirst(), records.getLast()));
        assertThat(read.found().changesLost()).isEqualTo(2);
        assertThat(read.found().beginningLost()).isFalse();
    }

    @Test
    void aDamagedBeginningCostsTheFirstBlockOnly() throws Exception {
        var records = records(BLOCK - LogFormat.HEADER, 200, 300);
        var log = write(LOG, records);
        Arrays.fill(log, 0, 4_096, (byte) 0);
        var read = read(log);
        same(read, records.subList(1, 3));
        assertThat(read.found().beginningLost()).isTrue();
        assertThat(read.found().first()).isEqualTo(102);
    }

    @Test
    void theEndIsNoDamage() throws Exception {
        var records = records(100, BLOCK + 700, 900);
        var log = write(LOG, records);
        whole(read(log), records);
        whole(read(Arrays.copyOf(log, log.length + 3 * BLOCK)), records);
        whole(read(new byte[0]), List.of());
        whole(read(new byte[3 * BLOCK]), List.of());
        whole(read(new byte[5]), List.of());
    }

    @Test
    void whatAnOlderLogLeftBehindIsNoDamage() throws Exception {
        for (var sizes : List.of(new int[] {5_000, 5_000, 4 * BLOCK, 90}, new int[] {90, 90, 90, 90, 90, 90, 8 * BLOCK}, new int[] {10 * BLOCK})) {
            var older = write(OLDER, records(sizes));
            for (var size = 12; size < 400; size += 19) {
                var records = records(100, size);
                var read = read(over(older, write(LOG, records)));
                whole(read, records);
                assertThat(read.found().end().started()).isFalse();
            }
            whole(read(older), List.of());
        }
    }

    @Test
    void aTornLastRecordIsNoDamage() throws Exception {
        var records = records(100, 400, 2 * BLOCK);
        var log = write(LOG, records);
        var older = write(OLDER, records(8 * BLOCK));
        for (var cut = 511 + 11; cut < log.length - 1; cut += cut < 550 ? 1 : 1_997) {
            var torn = Arrays.copyOf(log, cut);
            whole(read(torn), records.subList(0, 2));
            whole(read(Arrays.copyOf(torn, 4 * BLOCK)), records.subList(0, 2));
            whole(read(over(older, torn)), records.subList(0, 2));
        }
        assertThat(read(Arrays.copyOf(log, BLOCK / 2)).found().end().started()).isTrue();
    }

    @Test
    void logsOfAnotherFormAreLeftAlone() throws Exception {
        RocksDB.loadLibrary();
        var store = folder.resolve("store");
        try (var options = new Options().setCreateIfMissing(true); var database = RocksDB.open(options, store.toString())) {
            for (var i = 0; i < 100; i++) {
                database.put(new byte[] {1}, new byte[2_000]);
            }
            try (var logs = Files.newDirectoryStream(store, "*.log")) {
                var log = logs.iterator().next();
                whole(read(log, Long.parseLong(log.getFileName().toString().replace(".log", ""))), List.of());
            }
        }
    }

    @Test
    void whatLooksLikeARecordWithinABodyIsNotTakenForOne() throws Exception {
        var inner = write(LOG, records(300));
        var outer = record(100, 2, 5_000);
        System.arraycopy(inner, 0, outer, 3_000, inner.length);
        var last = record(102, 2, BLOCK);
        var behind = record(104, 2, 50);
        var log = write(LOG, List.of(outer, last, behind));
        Arrays.fill(log, 0, 2_000, (byte) 0);
        same(read(log), List.of(behind));
    }
}
