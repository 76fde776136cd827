package dev.postern.gateway.spool;

import static dev.postern.gateway.spool.Messages.await;
import static dev.postern.gateway.spool.Messages.body;
import static dev.postern.gateway.spool.Messages.deliver;
import static dev.postern.gateway.spool.Messages.delivered;
import static dev.postern.gateway.spool.Messages.pending;
import static dev.postern.gateway.spool.Messages.put;
import static dev.postern.gateway.spool.Messages.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Spool.Admission;
import dev.postern.gateway.spool.Spool.SpoolException;
import dev.postern.gateway.tls.MessageTls;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RocksSpoolTest {
    @TempDir
    Path folder;
    private SpoolFixture fixture;
    private Spool spool;

    @BeforeEach
    void open() throws Exception {
        fixture = new SpoolFixture(folder);
        spool = fixture.spool;
    }

    @AfterEach
    void closeAndCountBuffers() {
        fixture.close();
        assertThat(fixture.buffersHeld()).isZero();
    }

    private void reopen() throws Exception {
        closeAndCountBuffers();
        open();
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(ExecutionException.class).cause().isInstanceOf(SpoolException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "10000, 10000", "10000, 333", "65535, 65535", "65536, 65536", "65536, 1024", "65537, 65537", "131072, 50000",
        "1000000, 8192", "1000000, 1000000"})
    void aBodyComesBackAsItWentInNowAndAfterARestart(int size, int piece) throws Exception {
        var body = body(size, size);
        var mid = put(spool, body, piece, Messages.to("a@example.org"));
        assertThat(read(spool, mid, 0, size + 10)).isEqualTo(body);
        reopen();
        assertThat(read(spool, mid, 0, size)).isEqualTo(body);
        assertThat(await(spool.envelope(mid)).size()).isEqualTo(size);
    }

    @ParameterizedTest
    @CsvSource({"0, 10", "65530, 20", "65536, 1", "65535, 1", "1000, 150000", "199999, 1", "199990, 100", "200000, 5", "900000, 5", "100, 0"})
    void anyStretchOfABodyCanBeRead(int offset, int length) throws Exception {
        var body = body(5, 200_000);
        var mid = put(spool, body, 30_000, Messages.to("a@example.org"));
        var from = Math.min(offset, body.length);
        var expected = Arrays.copyOfRange(body, from, Math.min(body.length, from + length));
        assertThat(read(spool, mid, offset, length)).isEqualTo(expected);
    }

    @Test
    void theBufferHandedInIsReleasedWhateverHappens() throws Exception {
        var incoming = spool.begin();
        var first = Unpooled.wrappedBuffer(new byte[10]);
        await(incoming.append(first));
        assertThat(first.refCnt()).isZero();
        incoming.abort();
        var late = Unpooled.wrappedBuffer(new byte[10]);
        refused(() -> await(incoming.append(late)), "committed or aborted");
        assertThat(late.refCnt()).isZero();
    }

    @Test
    void theEnvelopeHasTheMidAndSizeThatTheSpoolKnows() throws Exception {
        var mid = put(spool, body(1, 1234));
        var envelope = await(spool.envelope(mid));
        assertThat(envelope).isEqualTo(Messages.to("a@example.org").as(mid, 1234));
        assertThat(fixture.committed).containsExactly(envelope);
    }

    @Test
    void theConsumerHasTheMessageBeforeTheStageCompletes() throws Exception {
        var incoming = spool.begin();
        await(incoming.append(Unpooled.wrappedBuffer(body(1, 10))));
        var seen = new CompletableFuture<Integer>();
        incoming.commit(Messages.to("a@example.org")).whenComplete((none, e) -> seen.complete(fixture.committed.size()));
        assertThat(await(seen)).isOne();
    }

    @ParameterizedTest
    @EnumSource(MessageTls.class)
    void whatAMessageAsksOfTlsOutlivesUpdatesAndARestart(MessageTls tls) throws Exception {
        var mid = Messages.put(spool, new byte[] {1}, 1, Messages.to("a@example.org", "b@example.org").with(tls));
        Messages.await(spool.update(mid, Map.of(0, Messages.delivered(Messages.recipient("a@example.org")))));
        reopen();

        assertThat(Messages.await(spool.envelope(mid)).tls()).isEqualTo(tls);
        assertThat(Messages.pending(spool)).extracting(Envelope::tls).containsExactly(tls);
    }

    @Test
    void anAbortedMessageLeavesNothing() throws Exception {
        for (var size : new int[] {0, 100, 70_000, 500_000}) {
            var incoming = spool.begin();
            await(incoming.append(Unpooled.wrappedBuffer(body(1, size))));
            incoming.abort();
            incoming.abort();
            refused(() -> await(incoming.commit(Messages.to("a@example.org"))), "committed or aborted");
            // Operations take effect in order: once this one has, so has the abort.
            Messages.await(spool.update(incoming.mid(), Map.of()));
            refused(() -> read(spool, incoming.mid(), 0, 10), "not in the spool");
        }
        assertThat(spool.messages()).isZero();
        reopen();
        assertThat(pending(spool)).isEmpty();
    }

    @Test
    void whatWasNotCommittedIsGoneAfterARestart() throws Exception {
        var open = spool.begin();
        await(open.append(Unpooled.wrappedBuffer(body(1, 300_000))));
        var kept = put(spool, body(2, 100));
        fixture.close();
        open.abort();
        open();
        refused(() -> read(spool, open.mid(), 0, 10), "not in the spool");
        assertThat(pending(spool)).extracting(Envelope::mid).containsExactly(kept);
    }

    @Test
    void aMessageWithoutPendingRecipientIsRefused() {
        var incoming = spool.begin();
        assertThatThrownBy(() -> await(incoming.commit(Messages.to()))).cause().isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no recipient that is pending");
        assertThat(spool.messages()).isZero();
    }

    @Test
    void recipientsAreUpdatedOneByOneAndTheMessageGoesWithTheLast() throws Exception {
        var mid = put(spool, body(1, 200_000), 200_000, Messages.to("a@example.org", "b@example.org"));
        var a = Messages.recipient("a@example.org");
        var b = Messages.recipient("b@example.org").with(State.PENDING, 3, 99, "4.4.1", "no route");
        await(spool.update(mid, Map.of(0, delivered(a), 1, b)));
        assertThat(await(spool.envelope(mid)).recipients()).containsExactly(delivered(a), b);
        reopen();
        assertThat(await(spool.envelope(mid)).recipients()).containsExactly(delivered(a), b);
        assertThat(spool.messages()).isOne();
        await(spool.update(mid, Map.of(1, delivered(b))));
        assertThat(await(spool.envelope(mid))).isNull();
        assertThat(spool.messages()).isZero();
        refused(() -> read(spool, mid, 0, 10), "not in the spool");
        reopen();
        assertThat(spool.messages()).isZero();
        assertThat(pending(spool)).isEmpty();
    }

    @Test
    void updatesOfOneMessageAtTheSameTimeAllCount() throws Exception {
        var addresses = IntStream.range(0, 200).mapToObj(i -> "u" + i + "@example.org").toArray(String[]::new);
        var mid = put(spool, body(1, 10), 10, Messages.to(addresses));
        var stages = new ArrayList<CompletableFuture<Boolean>>();
        for (var rid = 0; rid < 199; rid++) {
            stages.add(spool.update(mid, Map.of(rid, delivered(Messages.recipient(addresses[rid])))).toCompletableFuture());
        }
        await(CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new)));
        assertThat(await(spool.envelope(mid)).recipients()).filteredOn(r -> r.state() == State.PENDING).extracting(Recipient::address)
                .containsExactly("u199@example.org");
    }

    @Test
    void anUpdateOfAMessageThatIsGoneDoesNothing() throws Exception {
        var mid = put(spool, body(1, 10));
        deliver(spool, mid);
        await(spool.update(mid, Map.of(0, Messages.recipient("a@example.org"))));
        assertThat(await(spool.envelope(mid))).isNull();
        assertThat(spool.messages()).isZero();
    }

    @Test
    void anUnknownRecipientIsRefusedAndNothingIsChanged() throws Exception {
        var mid = put(spool, body(1, 10));
        var updates = Map.of(0, delivered(Messages.recipient("a@example.org")), 1, Messages.recipient("b@example.org"));
        assertThatThrownBy(() -> await(spool.update(mid, updates))).cause().hasMessage("RID 1 of MID " + mid + ": allowed is 0 to 0");
        assertThat(await(spool.envelope(mid)).pending()).isTrue();
    }

    @Test
    void aBounceAndItsDsnAreOneWrite() throws Exception {
        var mid = put(spool, body(1, 10));
        var bounced = Messages.recipient("a@example.org").with(State.BOUNCED, 5, 0, "5.4.7", "expired");
        var report = body(9, 150_000);
        var dsn = await(spool.updateWithDsn(mid, Map.of(0, bounced), Messages.to("sender@example.com"), report));
        assertThat(dsn).isGreaterThan(mid);
        assertThat(fixture.committed).extracting(Envelope::mid).containsExactly(mid, dsn);
        reopen();
        assertThat(pending(spool)).extracting(Envelope::mid).containsExactly(dsn);
        assertThat(read(spool, dsn, 0, 200_000)).isEqualTo(report);
        assertThat(spool.messages()).isOne();
        refused(() -> await(spool.updateWithDsn(mid, Map.of(0, bounced), Messages.to("sender@example.com"), report)), "no DSN was written");
        assertThat(spool.messages()).isOne();
        assertThatThrownBy(() -> await(spool.updateWithDsn(dsn, Map.of(0, bounced), Messages.to(), report))).cause()
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pendingMessagesComeInOrderOverManyPages() throws Exception {
        var mids = new ArrayList<Long>();
        for (var i = 0; i < 3_000; i++) {
            var incoming = spool.begin();
            incoming.append(Unpooled.wrappedBuffer(body(i, 100)));
            mids.add(incoming.mid());
            var stage = incoming.commit(Messages.to("a@example.org"));
            if (i % 100 == 99) {
                await(stage);
            }
        }
        assertThat(pending(spool)).extracting(Envelope::mid).isEqualTo(mids);
        reopen();
        var walked = new ArrayList<Long>();
        spool.forEachPending(envelope -> walked.add(envelope.mid()));
        assertThat(walked).isEqualTo(mids);
    }

    @Test
    void messageIdsGoOnWithoutAGapAfterACleanStop() throws Exception {
        var mid = put(spool, body(1, 10));
        reopen();
        assertThat(put(spool, body(1, 10))).isEqualTo(mid + 1);
    }

    @Test
    void messageIdsOutlastTheirBlock() throws Exception {
        // a session that begins and aborts costs no write, so blocks are used up faster than they are recorded
        var mids = new ArrayList<Long>();
        await().until(() -> {
            try {
                while (mids.size() < 3_500) {
                    var incoming = spool.begin();
                    incoming.abort();
                    mids.add(incoming.mid());
                }
                return true;
            } catch (SpoolException e) {
                assertThat(e).hasMessageContaining("no message IDs are left");
                return false;
            }
        });
        assertThat(mids).isEqualTo(LongStream.rangeClosed(1, 3_500).boxed().toList());
    }

    @Test
    void theQueueIsFullAtTheLimit() throws Exception {
        spool.limits(2, 0);
        put(spool, body(1, 10));
        assertThat(spool.admission()).isEqualTo(Admission.OK);
        var second = put(spool, body(1, 10));
        assertThat(spool.admission()).isEqualTo(Admission.QUEUE_FULL);
        deliver(spool, second);
        assertThat(spool.admission()).isEqualTo(Admission.OK);
    }

    @Test
    void afterCloseEveryCallFailsCleanly() throws Exception {
        var mid = put(spool, body(1, 10));
        var open = spool.begin();
        await(open.append(Unpooled.wrappedBuffer(new byte[100])));
        fixture.close();
        fixture.close();
        assertThatThrownBy(spool::begin).isInstanceOf(SpoolException.class).hasMessage("the spool is closed");
        refused(() -> await(open.commit(Messages.to("a@example.org"))), "the spool is closed");
        refused(() -> await(spool.update(mid, Map.of())), "the spool is closed");
        refused(() -> await(spool.updateWithDsn(mid, Map.of(), Messages.to("a@example.org"), new byte[9])), "the spool is closed");
        refused(() -> read(spool, mid, 0, 1), "the spool is closed");
        refused(() -> await(spool.envelope(mid)), "the spool is closed");
        assertThatThrownBy(() -> spool.forEachPending(e -> { })).hasMessage("the spool is closed");
    }

    @Test
    void closingWritesWhatWaits() throws Exception {
        var stages = new ArrayList<CompletableFuture<Void>>();
        for (var i = 0; i < 500; i++) {
            var incoming = spool.begin();
            incoming.append(Unpooled.wrappedBuffer(body(i, 5_000)));
            stages.add(incoming.commit(Messages.to("a@example.org")).toCompletableFuture());
        }
        fixture.close();
        assertThat(stages).allMatch(stage -> stage.isDone() && !stage.isCompletedExceptionally());
        open();
        assertThat(pending(spool)).hasSize(500);
    }

    @Test
    void metersTellWhatIsHeldAndLeaveWithTheSpool() throws Exception {
        put(spool, body(1, 10));
        assertThat(fixture.registry.get("postern.spool.messages").gauge().value()).isOne();
        assertThat(fixture.registry.get("postern.spool.commit").timer().count()).isOne();
        assertThat(fixture.registry.get("postern.spool.group.size").summary().count()).isPositive();
        assertThat(fixture.registry.get("postern.spool.bytes.free").gauge().value()).isPositive();
        assertThat(fixture.registry.get("postern.spool.sync.failures").counter().count()).isZero();
        fixture.close();
        assertThat(fixture.registry.getMeters()).isEmpty();
    }
}
