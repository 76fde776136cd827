package dev.postern.gateway.spool;

import static dev.postern.gateway.spool.Messages.body;
import static dev.postern.gateway.spool.Messages.put;
import static dev.postern.gateway.spool.Messages.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.gateway.spool.log.LogRepair;
import dev.postern.testing.Folders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A spool that ended without a word, and whose logs were damaged then: copies of one, in which bits are turned and stretches are missing. */
class SpoolLogDamageTest {
    private static final int MESSAGES = 300;
    private static final int ROUNDS = 6;
    private static final int HOLES = 12;
    private static final int BLOCK = 32 << 10;
    private static final int HOLE = 4 << 10;
    private static final long SEED = new Random().nextLong();

    @TempDir
    static Path base;
    private static Path killed;
    /** What is there, by MID, and its size. */
    private static final Map<Long, Integer> LEFT = new TreeMap<>();
    private static long lastMid;
    private final Random random = new Random(SEED);
    private Path folder;
    private static int copies;

    @BeforeAll
    static void fill() throws Exception {
        var live = base.resolve("live");
        killed = base.resolve("killed");
        try (var fixture = new SpoolFixture(live)) {
            // Logs that are done with are written over by later ones.
            for (var i = 0; i < 1_500; i++) {
                Messages.deliver(fixture.spool, put(fixture.spool, body(i, 2_000)));
            }
            for (var i = 0; i < MESSAGES; i++) {
                var size = 300 + i * 20;
                var mid = put(fixture.spool, body(i, size));
                lastMid = mid;
                if (i % 4 == 0) {
                    Messages.deliver(fixture.spool, mid);
                } else {
                    LEFT.put(mid, size);
                }
            }
            copy(live, killed);
        }
    }

    @AfterAll
    static void forget() {
        LEFT.clear();
    }

    private static byte[] content(long mid) {
        return body(mid - lastMid + MESSAGES - 1, LEFT.get(mid));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var all = Files.walk(from)) {
            for (var file : all.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private void restore() throws IOException {
        if (folder != null) {
            Folders.delete(folder);
        }
        folder = base.resolve("copy" + ++copies);
        copy(killed, folder);
    }

    private List<Path> logs() throws IOException {
        try (var all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(".log") && file.toFile().length() > 0).sorted().toList();
        }
    }

    /** Turns a bit of each block: so many at once, as each record is in one block. @return how many */
    private int flip(Path log) throws IOException {
        var flips = 0;
        try (var channel = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (var block = 0L; block < channel.size(); block += BLOCK) {
                flip(channel, block + random.nextLong(Math.min(BLOCK, channel.size() - block)));
                flips++;
            }
        }
        return flips;
    }

    private void flip(FileChannel channel, long at) throws IOException {
        var one = ByteBuffer.allocate(1);
        channel.read(one, at);
        channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1 << random.nextInt(Byte.SIZE))}), at);
    }

    /** Any page of a log; most are behind its end, or in logs that are done with. */
    private void hole(Path log) throws IOException {
        hole(log, random.nextLong(Files.size(log) / HOLE));
    }

    private static void hole(Path log, long page) throws IOException {
        try (var channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(HOLE), page * HOLE);
        }
    }

    private static double damaged(SpoolFixture fixture, String outcome) {
        return fixture.registry.get("postern.spool.log.damaged").tag("outcome", outcome).counter().count();
    }

    private static void requireAll(SpoolFixture fixture) throws Exception {
        for (var mid : LEFT.keySet()) {
            assertThat(read(fixture.spool, mid, 0, LEFT.get(mid) + 1)).as("MID %d, seed %d", mid, SEED).isEqualTo(content(mid));
        }
        assertThat(fixture.spool.messages()).isEqualTo(LEFT.size());
        assertThat(fixture.damaged).isEmpty();
    }

    @Test
    void theLogsOfASpoolThatEndedWithoutAWordAreNotTakenForDamaged() throws Exception {
        restore();
        assertThat(logs()).hasSizeGreaterThan(1);
        try (var fixture = new SpoolFixture(folder)) {
            requireAll(fixture);
            assertThat(damaged(fixture, "mended")).isZero();
            assertThat(damaged(fixture, "lost")).isZero();
        }
        assertThat(folder.resolve(LogRepair.FOLDER)).doesNotExist();
    }

    @Test
    void noFlippedBitOfALogCostsAnything() throws Exception {
        var flips = 0;
        var mended = 0;
        for (var i = 0; i < ROUNDS; i++) {
            restore();
            for (var log : logs()) {
                flips += flip(log);
            }
            try (var fixture = new SpoolFixture(folder)) {
                requireAll(fixture);
                assertThat(damaged(fixture, "lost")).isZero();
                mended += (int) damaged(fixture, "mended");
            }
            try (var again = new SpoolFixture(folder)) {
                assertThat(damaged(again, "mended")).isZero();
            }
        }
        assertThat(mended).as("the others of %d were in logs that are done with, and behind ends", flips).isGreaterThan(ROUNDS);
    }

    @Test
    void aHoleInALogCostsWhatItHitAndIsTold() throws Exception {
        var told = 0;
        for (var i = 0; i < HOLES; i++) {
            restore();
            if (i % 2 == 0) {
                hole(logs().getLast(), random.nextLong(2 * BLOCK / HOLE));
            } else {
                hole(logs().get(random.nextInt(logs().size())));
            }
            try (var fixture = new SpoolFixture(folder)) {
                told += requireMost(fixture);
            }
            try (var again = new SpoolFixture(folder)) {
                assertThat(damaged(again, "lost")).isZero();
            }
        }
        assertThat(told).as("those in the last log at least, seed %d", SEED).isGreaterThanOrEqualTo(HOLES / 2);
    }

    /** @return 1 where damage was told */
    private int requireMost(SpoolFixture fixture) throws Exception {
        var there = new HashSet<Long>();
        var whole = new ArrayList<Long>();
        for (var envelope : Messages.pending(fixture.spool)) {
            there.add(envelope.mid());
            if (LEFT.containsKey(envelope.mid()) && readable(fixture.spool, envelope.mid())) {
                whole.add(envelope.mid());
            }
        }
        var bad = LEFT.size() - whole.size();
        assertThat(bad).as("a hole of a page hits few, seed %d", SEED).isLessThan(40);
        assertThat(fixture.spool.messages()).as("counted, with %s damaged, %f lost, seed %d", fixture.damaged, damaged(fixture, "lost"), SEED).isEqualTo(there.size());
        var lost = damaged(fixture, "lost");
        // Of the last record of all, nobody can say whether it was ever whole.
        assertThat(bad <= 1 || lost > 0).as("what is lost is told, seed %d", SEED).isTrue();
        if (lost > 0) {
            try (var originals = Files.list(folder.resolve(LogRepair.FOLDER))) {
                assertThat(originals).isNotEmpty();
            }
        }
        var mid = put(fixture.spool, body(7, 500));
        assertThat(mid).as("a MID of its own, seed %d", SEED).isGreaterThan(lastMid);
        assertThat(read(fixture.spool, mid, 0, 501)).isEqualTo(body(7, 500));
        return lost > 0 ? 1 : 0;
    }

    private static boolean readable(Spool spool, long mid) throws Exception {
        try {
            assertThat(read(spool, mid, 0, LEFT.get(mid) + 1)).isEqualTo(content(mid));
            return true;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).hasMessageContaining("damaged");
            return false;
        }
    }

    @Test
    void damageOfAnOlderLogDoesNotCostTheNewerOnes() throws Exception {
        for (var log = 0; log < logsOfCopy() - 1; log++) {
            restore();
            for (var holes = 0; holes < 20; holes++) {
                hole(logs().get(log));
            }
            flip(logs().get(log));
            try (var fixture = new SpoolFixture(folder)) {
                assertThat(read(fixture.spool, lastMid, 0, LEFT.get(lastMid))).isEqualTo(content(lastMid));
            }
        }
    }

    private int logsOfCopy() throws IOException {
        restore();
        return logs().size();
    }

    @Test
    void whileAnotherHasTheSpoolOpenItsLogsAreLeftAlone() throws Exception {
        restore();
        try (var fixture = new SpoolFixture(folder)) {
            put(fixture.spool, body(1, 100_000));
            for (var log : logs()) {
                try (var channel = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    flip(channel, 20);
                }
            }
            assertThatThrownBy(() -> new SpoolFixture(folder).close()).hasMessageContaining("in use by another gateway");
            assertThat(folder.resolve(LogRepair.FOLDER)).doesNotExist();
        }
    }

    @Test
    void aDamagedLogThatCannotBeWrittenAnewIsLeftAsItIs() throws Exception {
        restore();
        for (var log : logs()) {
            flip(log);
        }
        var marker = Files.createFile(folder.resolve(LogRepair.FOLDER));
        assertThatThrownBy(() -> new SpoolFixture(folder).close()).isInstanceOf(SpoolOpenException.class).hasMessageContaining(folder.toString())
                .hasMessageContaining("has a damaged log, and the mended one cannot be written");
        Files.delete(marker);
        try (var fixture = new SpoolFixture(folder)) {
            requireAll(fixture);
        }
    }

    @Test
    void messagesKeepTheirMidsWhereTheRecordOfThemIsLost() throws Exception {
        restore();
        try (var store = Store.open(folder, SpoolFixture.SMALL)) {
            store.reserveMids(3);
        }
        try (var fixture = new SpoolFixture(folder)) {
            assertThat(put(fixture.spool, body(1, 10))).isGreaterThan(lastMid);
        }
    }

    @Test
    void theNumberOfMessagesIsCountedAnewEvenIfTheStartThatFoundTheDamageWasCutShort() throws Exception {
        restore();
        hole(logs().getLast(), 1);
        LogRepair.run(folder);
        assertThat(LogRepair.unsettled(folder)).isTrue();
        try (var fixture = new SpoolFixture(folder)) {
            assertThat(fixture.spool.messages()).isEqualTo(Messages.pending(fixture.spool).size());
        }
        assertThat(LogRepair.unsettled(folder)).isFalse();
    }
}
