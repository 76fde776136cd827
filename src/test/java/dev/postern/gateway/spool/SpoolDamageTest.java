package dev.postern.gateway.spool;

import static dev.postern.gateway.spool.Messages.body;
import static dev.postern.gateway.spool.Messages.pending;
import static dev.postern.gateway.spool.Messages.put;
import static dev.postern.gateway.spool.Messages.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Spool.SpoolException;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.WriteBatch;

/** Bits that change on disk: what they hit is held back, the rest goes on. */
class SpoolDamageTest {
    private static final int MESSAGES = 60;
    /** The store's few settings take less. */
    private static final int LEAST_TABLE = 8 << 10;

    @TempDir
    Path folder;

    /** Puts messages and has them leave the log for data files. */
    private List<Long> stored(int size, int count) throws Exception {
        var mids = new ArrayList<Long>();
        try (var fixture = new SpoolFixture(folder)) {
            for (var i = 0; i < count; i++) {
                // Of a size that is known, so that it is in the store.
                var incoming = fixture.spool.begin(Math.max(1, size));
                Messages.await(incoming.append(Unpooled.wrappedBuffer(body(i, size))));
                Messages.await(incoming.commit(Messages.to("a@example.org")));
                mids.add(incoming.mid());
            }
        }
        try (var store = Store.open(folder, SpoolFixture.SMALL)) {
            store.compact();
        }
        return mids;
    }

    private List<Path> files(String suffix) throws IOException {
        try (var all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var one = ByteBuffer.allocate(1);
            channel.read(one, at);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 0x10)}), at);
        }
    }

    private static List<Long> unreadable(Spool spool, List<Long> mids, int size) throws Exception {
        var bad = new ArrayList<Long>();
        for (var i = 0; i < mids.size(); i++) {
            try {
                assertThat(read(spool, mids.get(i), 0, size)).isEqualTo(body(i, size));
            } catch (ExecutionException e) {
                assertThat(e.getCause()).isInstanceOfSatisfying(SpoolException.class, cause -> assertThat(cause.full()).isFalse())
                        .hasMessageContaining("MID " + mids.get(i) + " is damaged");
                bad.add(mids.get(i));
            }
        }
        return bad;
    }

    @Test
    void aDamagedBodyIsHeldBackReportedOnceAndCanBeBounced() throws Exception {
        var size = 20_000;
        var mids = stored(size, MESSAGES);
        var blob = files(".blob").getFirst();
        flip(blob, Files.size(blob) / 2);
        long bad;
        try (var fixture = new SpoolFixture(folder)) {
            var found = unreadable(fixture.spool, mids, size);
            assertThat(found).hasSize(1);
            bad = found.getFirst();
            assertThatThrownBy(() -> read(fixture.spool, bad, 0, 1)).cause().hasMessageContaining("is held back");
            assertThat(fixture.damaged).extracting(Damaged::mid).containsExactly(bad);
            assertThat(fixture.registry.get("postern.spool.quarantined").gauge().value()).isOne();
            assertThat(pending(fixture.spool)).hasSize(MESSAGES - 1).extracting(Envelope::mid).doesNotContain(bad);
        }
        try (var fixture = new SpoolFixture(folder)) {
            assertThat(pending(fixture.spool)).hasSize(MESSAGES - 1).extracting(Envelope::mid).doesNotContain(bad);
            var recipient = Messages.await(fixture.spool.envelope(bad)).recipients().getFirst();
            var dsn = Messages.await(fixture.spool.updateWithDsn(bad, Map.of(0, recipient.with(State.BOUNCED, 0, 0, "5.3.0", "damaged")),
                    Messages.to("sender@example.com"), body(1, 100)));
            assertThat(fixture.registry.get("postern.spool.quarantined").gauge().value()).isZero();
            assertThat(pending(fixture.spool)).hasSize(MESSAGES).extracting(Envelope::mid).contains(dsn);
        }
        try (var fixture = new SpoolFixture(folder)) {
            assertThat(fixture.registry.get("postern.spool.quarantined").gauge().value()).isZero();
            assertThat(fixture.spool.messages()).isEqualTo(MESSAGES);
        }
    }

    @Test
    void collectingADamagedFileDoesNotStopTheSpool() throws Exception {
        var size = 20_000;
        var mids = stored(size, MESSAGES);
        for (var blob : files(".blob")) {
            flip(blob, Files.size(blob) / 2);
        }
        try (var fixture = new SpoolFixture(folder)) {
            for (var i = 0; i < MESSAGES; i += 2) {
                Messages.deliver(fixture.spool, mids.get(i));
            }
            // Less than twice the reserve is free, so removed bodies are collected now.
            fixture.spool.limits(Integer.MAX_VALUE, 60_000_000);
            fixture.usable.set(100_000_000);
            var log = folder.resolve("LOG");
            for (var i = 0; i < 200; i++) {
                put(fixture.spool, body(i, size));
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> Files.readString(log).contains("background compaction error"));
            for (var i = 0; i < 50; i++) {
                var mid = put(fixture.spool, body(i, size));
                assertThat(read(fixture.spool, mid, 0, size)).isEqualTo(body(i, size));
            }
            assertThat(fixture.registry.get("postern.spool.sync.failures").counter().count()).isZero();
        }
    }

    @Test
    void damagedEnvelopesAreSteppedOverAndTheirBodiesKept() throws Exception {
        var mids = stored(100, 1_000);
        var tables = files(".sst").stream().filter(file -> file.toFile().length() > LEAST_TABLE).toList();
        assertThat(tables).as("one of envelopes, one of bodies").hasSize(2);
        for (var table : tables) {
            flip(table, Files.size(table) / 3);
        }
        try (var fixture = new SpoolFixture(folder)) {
            var left = pending(fixture.spool);
            assertThat(left).hasSizeBetween(800, 999);
            assertThat(left).extracting(Envelope::mid).isSorted().contains(mids.getFirst(), mids.getLast());
            var good = left.stream().map(Envelope::mid).filter(mid -> readable(fixture.spool, mid, mids)).count();
            assertThat(good).isGreaterThan(700);
            var mid = put(fixture.spool, body(1, 100));
            assertThat(read(fixture.spool, mid, 0, 100)).isEqualTo(body(1, 100));
        }
    }

    private static boolean readable(Spool spool, long mid, List<Long> mids) {
        try {
            assertThat(read(spool, mid, 0, 100)).isEqualTo(body(mids.indexOf(mid), 100));
            return true;
        } catch (Exception e) {
            assertThat(e.getCause()).isInstanceOf(SpoolException.class);
            return false;
        }
    }

    @Test
    void whatIsWholeOfADamagedMessageCanBeReadAndTheMessageForgotten() throws Exception {
        var size = 150_000;
        var mids = stored(size, 2);
        var blob = files(".blob").getFirst();
        // In the last of the first message's chunks.
        flip(blob, Chunk.FRAMED * 2L + 5_000);
        try (var fixture = new SpoolFixture(folder)) {
            var bad = mids.getFirst();
            assertThat(unreadable(fixture.spool, mids, size)).containsExactly(bad);
            assertThat(fixture.spool.quarantined()).containsExactly(bad);
            assertThat(fixture.spool.damage(bad)).contains("chunk 2");
            var whole = Messages.bytes(Messages.await(fixture.spool.readQuarantined(bad, 0, 2 * Chunk.DATA)));
            assertThat(whole).isEqualTo(Arrays.copyOf(body(0, size), 2 * Chunk.DATA));
            assertThatThrownBy(() -> Messages.await(fixture.spool.readQuarantined(bad, 0, size))).cause().hasMessageContaining("chunk 2");
            assertThat(Messages.await(fixture.spool.amend(bad, envelope -> envelope.held(true))).held()).isTrue();
            assertThat(Messages.await(fixture.spool.forget(mids.get(1)))).as("what is whole is not forgotten").isFalse();
            assertThat(Messages.await(fixture.spool.forget(bad))).isTrue();
            assertThat(Messages.await(fixture.spool.forget(bad))).isFalse();
            assertThat(fixture.spool.quarantined()).isEmpty();
            assertThat(fixture.spool.messages()).isOne();
        }
        try (var fixture = new SpoolFixture(folder)) {
            assertThat(pending(fixture.spool)).extracting(Envelope::mid).containsExactly(mids.get(1));
        }
    }

    @Test
    void aMessageWhoseEnvelopeIsDamagedCanBeForgotten() throws Exception {
        var mids = stored(100_000, 3);
        try (var store = Store.open(folder, SpoolFixture.SMALL); var batch = new WriteBatch()) {
            batch.put(store.families().envelopes(), Keys.envelope(mids.get(1)), new byte[] {77});
            store.write(batch, true);
        }
        try (var fixture = new SpoolFixture(folder)) {
            assertThat(pending(fixture.spool)).hasSize(2);
            assertThat(fixture.spool.quarantined()).containsExactly(mids.get(1));
            assertThatThrownBy(() -> Messages.await(fixture.spool.amend(mids.get(1), envelope -> envelope.held(true)))).cause().hasMessageContaining("version is 77");
            assertThat(Messages.await(fixture.spool.forget(mids.get(1)))).isTrue();
            assertThat(fixture.spool.messages()).isEqualTo(2);
            assertThat(fixture.registry.get("postern.spool.quarantined").gauge().value()).isZero();
        }
        try (var store = Store.open(folder, SpoolFixture.SMALL)) {
            var into = ByteBuffer.allocateDirect(Chunk.FRAMED);
            assertThat(store.chunk(mids.get(1), 0, into)).isNegative();
            assertThat(store.chunk(mids.get(1), 1, into)).isNegative();
            assertThat(store.chunk(mids.get(0), 1, into)).isPositive();
        }
    }

    @Test
    void aChunkUnderAnotherKeyIsFoundOut() {
        var chunk = Chunk.split(UnpooledByteBufAllocator.DEFAULT, 5, body(1, 100)).getFirst();
        assertThat(Chunk.intact(5, 0, chunk.framed())).isTrue();
        assertThat(Chunk.intact(6, 0, chunk.framed())).isFalse();
        assertThat(Chunk.intact(5, 1, chunk.framed())).isFalse();
        chunk.framed().release();
    }
}
