package dev.postern.gateway.spool;

import static dev.postern.gateway.spool.Messages.body;
import static dev.postern.gateway.spool.Messages.deliver;
import static dev.postern.gateway.spool.Messages.pending;
import static dev.postern.gateway.spool.Messages.put;
import static dev.postern.gateway.spool.Messages.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Spool.Admission;
import dev.postern.gateway.spool.Spool.SpoolException;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolDiskFullTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SIZE = 30_000;

    @TempDir
    Path folder;

    private static void fill(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    /** @return whether the message was committed; otherwise it was refused for lack of space */
    private static boolean tryPut(Spool spool, List<Long> committed, List<Long> refused, int size) throws Exception {
        var incoming = spool.begin();
        try {
            Messages.await(incoming.append(Unpooled.wrappedBuffer(body(incoming.mid(), size))));
            Messages.await(incoming.commit(Messages.to("a@example.org", "b@example.org")));
            committed.add(incoming.mid());
            return true;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOfSatisfying(SpoolException.class, cause -> assertThat(cause.full()).isTrue());
            incoming.abort();
            refused.add(incoming.mid());
            return false;
        }
    }

    @Test
    void belowTheReserveNothingNewComesInAndBelowHalfOfItNothingAtAll() throws Exception {
        try (var fixture = new SpoolFixture(folder)) {
            var spool = fixture.spool;
            spool.limits(Integer.MAX_VALUE, 1_000_000);
            var mid = put(spool, body(1, 100));
            var open = spool.begin();
            Messages.await(open.append(Unpooled.wrappedBuffer(body(2, 1_000))));
            fixture.usable.set(900_000);
            await().atMost(PATIENCE).until(() -> spool.admission() == Admission.DISK_FULL);
            Messages.await(open.commit(Messages.to("a@example.org")));

            var late = spool.begin();
            fixture.usable.set(400_000);
            await().atMost(PATIENCE).until(() -> fixture.registry.get("postern.spool.bytes.free").gauge().value() <= 400_000);
            Messages.await(late.append(Unpooled.wrappedBuffer(body(3, 1_000))));
            assertThatThrownBy(() -> Messages.await(late.append(Unpooled.wrappedBuffer(body(3, 100_000))))).cause()
                    .isInstanceOfSatisfying(SpoolException.class, e -> assertThat(e.full()).isTrue())
                    .hasMessageContaining("volume is full").hasMessageContaining("reserve 1000000");
            assertThatThrownBy(() -> Messages.await(late.commit(Messages.to("a@example.org")))).cause().isInstanceOf(SpoolException.class);
            // What frees space goes on.
            deliver(spool, mid);
            assertThat(spool.messages()).isOne();

            fixture.usable.set(2_000_000);
            await().atMost(PATIENCE).until(() -> spool.admission() == Admission.OK);
            put(spool, body(4, 100));
            fixture.close();
            assertThat(fixture.buffersHeld()).isZero();
        }
    }

    @Test
    void whatWasAcceptedSinceTheLastMeasurementCounts() throws Exception {
        var measured = new CompletableFuture<Void>();
        try (var fixture = new SpoolFixture(folder, SpoolFixture.SMALL, () -> {
            // Measured once, when opening; then as if the next measurement were far.
            if (measured.isDone()) {
                throw new IllegalStateException("no measurement");
            }
            measured.complete(null);
            return 1_000_000L;
        })) {
            fixture.spool.limits(Integer.MAX_VALUE, 900_000);
            assertThat(fixture.spool.admission()).isEqualTo(Admission.OK);
            put(fixture.spool, body(1, 60_000));
            put(fixture.spool, body(1, 60_000));
            assertThat(fixture.spool.admission()).isEqualTo(Admission.DISK_FULL);
        }
    }

    @Test
    void aDiskThatIsReallyFullLosesNothingAndTheSpoolGoesOnOnceThereIsSpace() throws Exception {
        try (var volume = SmallVolume.mount(folder.resolve("volume"), "40m")) {
            var spoolFolder = volume.path().resolve("spool");
            var committed = new ArrayList<Long>();
            var refused = new ArrayList<Long>();
            var full = new SpoolFixture(spoolFolder, SpoolFixture.SMALL, DiskSpace.of(volume.path()));
            try (full) {
                var spool = full.spool;
                for (var round = 0; round < 3; round++) {
                    for (var i = 0; i < 20; i++) {
                        assertThat(tryPut(spool, committed, refused, SIZE)).isTrue();
                    }
                    var streaming = spool.begin();
                    Messages.await(streaming.append(Unpooled.wrappedBuffer(body(1, 100_000))));
                    fill(volume.path().resolve("filler"));
                    var before = refused.size();
                    for (var i = 0; refused.size() < before + 5; i++) {
                        assertThat(i).as("tries until the volume is full").isLessThan(2_000);
                        tryPut(spool, committed, refused, i % 2 == 0 ? SIZE : 200_000);
                    }
                    assertThat(spool.admission()).isEqualTo(Admission.DISK_FULL);
                    assertThatThrownBy(() -> Messages.await(streaming.commit(Messages.to("a@example.org")))).cause()
                            .isInstanceOf(SpoolException.class);

                    // Deliveries go on: bodies can be read, and their outcome waits for space.
                    var mid = committed.removeFirst();
                    var size = (int) Messages.await(spool.envelope(mid)).size();
                    assertThat(read(spool, mid, 0, size)).isEqualTo(body(mid, size));
                    var recipients = Messages.await(spool.envelope(mid)).recipients();
                    var delivered = spool.update(mid, Map.of(0, Messages.delivered(recipients.get(0)))).toCompletableFuture();
                    var bounced = spool.updateWithDsn(mid, Map.of(1, recipients.get(1).with(State.BOUNCED, 1, 0, "5.1.1", "no")),
                            Messages.to("sender@example.com", "b@example.org"), body(mid, 2_000)).toCompletableFuture();

                    Files.delete(volume.path().resolve("filler"));
                    await().atMost(PATIENCE).until(() -> spool.admission() == Admission.OK);
                    Messages.await(delivered);
                    var dsn = Messages.await(bounced);
                    assertThat(Messages.await(spool.envelope(mid))).isNull();
                    deliver(spool, dsn);
                    check(spool, committed, refused);
                    while (committed.size() > 25) {
                        deliver(spool, committed.removeFirst());
                    }
                }
                assertThat(full.registry.get("postern.spool.sync.failures").counter().count()).isPositive();
            }
            assertThat(full.buffersHeld()).isZero();
            try (var again = new SpoolFixture(spoolFolder)) {
                check(again.spool, committed, refused);
            }
        }
    }

    @Test
    void aVolumeFilledByTheSpoolItselfEmptiesByDelivery() throws Exception {
        try (var volume = SmallVolume.mount(folder.resolve("volume"), "64m");
                var fixture = new SpoolFixture(volume.path().resolve("spool"), SpoolFixture.SMALL, DiskSpace.of(volume.path()))) {
            var spool = fixture.spool;
            spool.limits(Integer.MAX_VALUE, 24 << 20);
            var committed = new ArrayList<Long>();
            var refused = new ArrayList<Long>();
            for (var round = 0; round < 2; round++) {
                for (var i = 0; spool.admission() != Admission.DISK_FULL || !tryPutOne(spool, committed, refused); i++) {
                    assertThat(i).as("messages until the volume is full").isLessThan(10_000);
                    tryPut(spool, committed, refused, SIZE);
                }
                check(spool, committed, refused);
                for (var mid : committed) {
                    deliver(spool, mid);
                }
                committed.clear();
                await().atMost(Duration.ofSeconds(120)).until(() -> spool.admission() == Admission.OK);
            }
            assertThat(fixture.registry.get("postern.spool.sync.failures").counter().count()).as("the reserve keeps writes possible").isZero();
        }
    }

    /** A flush of the log needs as much space as the log itself: mail is refused before there is none left for it. */
    @Test
    void aVolumeThatIsSmallBesideTheBuffersNeverKeepsTheSpoolFromWritingOrFromOpening() throws Exception {
        try (var volume = SmallVolume.mount(folder.resolve("volume"), "64m")) {
            var spoolFolder = volume.path().resolve("spool");
            var committed = new ArrayList<Long>();
            var refused = new ArrayList<Long>();
            try (var fixture = new SpoolFixture(spoolFolder, SpoolOptions.DEFAULTS, DiskSpace.of(volume.path()))) {
                var spool = fixture.spool;
                spool.limits(Integer.MAX_VALUE, 8 << 20);
                for (var i = 0; refused.size() < 20; i++) {
                    assertThat(i).as("messages until the volume is full").isLessThan(10_000);
                    tryPut(spool, committed, refused, SIZE);
                }
                assertThat(fixture.registry.get("postern.spool.sync.failures").counter().count()).isZero();
            }
            try (var again = new SpoolFixture(spoolFolder, SpoolOptions.DEFAULTS, DiskSpace.of(volume.path()))) {
                again.spool.limits(Integer.MAX_VALUE, 8 << 20);
                check(again.spool, committed, refused);
                for (var mid : committed) {
                    deliver(again.spool, mid);
                }
                await().atMost(PATIENCE).until(() -> again.spool.admission() == Admission.OK);
                put(again.spool, body(1, SIZE));
                assertThat(again.registry.get("postern.spool.sync.failures").counter().count()).isZero();
            }
        }
    }

    /** @return whether not even messages under way are taken any more */
    private static boolean tryPutOne(Spool spool, List<Long> committed, List<Long> refused) throws Exception {
        return !tryPut(spool, committed, refused, SIZE);
    }

    private static void check(Spool spool, List<Long> committed, List<Long> refused) throws Exception {
        assertThat(pending(spool)).extracting(Envelope::mid).containsExactlyElementsOf(committed).doesNotContainAnyElementsOf(refused);
        assertThat(spool.messages()).isEqualTo(committed.size());
        for (var mid : committed) {
            var size = (int) Messages.await(spool.envelope(mid)).size();
            assertThat(read(spool, mid, 0, size)).isEqualTo(body(mid, size));
        }
    }
}
