package dev.postern.gateway.spool;

import static dev.postern.gateway.spool.Messages.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is sealed opens in its own place only, and not with a bit changed. */
class SealingTest {
    private static final long MID = 7;
    private static final int NONCE_AT = 1 + Long.BYTES;
    private static final int NONCE_LENGTH = 16 + Long.BYTES;

    @TempDir
    Path folder;
    private SpoolKeys keys;
    private Sealing sealing;

    @BeforeEach
    void key() throws Exception {
        Files.writeString(folder.resolve("first"), Base64.getEncoder().encodeToString(body(1, 32)));
        keys = SpoolKeys.read(folder);
        sealing = opened();
    }

    private Sealing opened() {
        return new Sealing(KeyHistory.of(null).after(1, 1, keys.writing()), keys);
    }

    private static byte[] chunk(Sealing with, long mid, int number, byte[] clear) {
        var sealed = with.seal(mid, number, ByteBuffer.wrap(clear));
        var bytes = new byte[sealed.remaining()];
        sealed.get(bytes);
        return bytes;
    }

    private byte[] openChunk(long mid, int number, byte[] stored) {
        var clear = ByteBuffer.allocate(Math.max(0, stored.length - Sealing.OVERHEAD));
        sealing.open(mid, number, ByteBuffer.wrap(stored), clear);
        return clear.array();
    }

    private static Stream<byte[]> flipped(byte[] stored) {
        return IntStream.range(0, stored.length * 8).mapToObj(bit -> {
            var other = stored.clone();
            other[bit / 8] ^= (byte) (1 << bit % 8);
            return other;
        });
    }

    private static Stream<byte[]> shortened(byte[] stored) {
        return IntStream.range(0, stored.length).mapToObj(length -> Arrays.copyOf(stored, length));
    }

    @Test
    void everyBitOfAnEnvelopeThatChangesIsFound() {
        var stored = sealing.seal(MID, body(1, 150));
        assertThat(sealing.open(MID, stored)).isEqualTo(body(1, 150));
        Stream.concat(flipped(stored), shortened(stored))
                .forEach(other -> assertThatThrownBy(() -> sealing.open(MID, other)).isInstanceOf(IllegalArgumentException.class));
    }

    @Test
    void everyBitOfAChunkThatChangesIsFound() {
        var stored = chunk(sealing, MID, 3, body(1, 150));
        assertThat(openChunk(MID, 3, stored)).isEqualTo(body(1, 150));
        Stream.concat(flipped(stored), shortened(stored))
                .forEach(other -> assertThatThrownBy(() -> openChunk(MID, 3, other)).isInstanceOf(IllegalArgumentException.class));
    }

    @Test
    void nothingOpensInAnotherPlace() {
        var envelope = sealing.seal(MID, body(1, 150));
        var chunk = chunk(sealing, MID, 0, body(1, 150));
        for (var wrong : List.<Runnable>of(() -> sealing.open(MID + 1, envelope), () -> openChunk(MID + 1, 0, chunk), () -> openChunk(MID, 1, chunk),
                () -> openChunk(MID, 0, envelope), () -> sealing.open(MID, chunk))) {
            assertThatThrownBy(wrong::run).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("authentication tag");
        }
    }

    @Test
    void whatIsInClearIsNotTakenForWhatWasEncrypted() {
        var clear = EnvelopeCodec.encode(Messages.to("a@example.org"));
        assertThatThrownBy(() -> sealing.open(MID, clear)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not encrypted as it was written");
        assertThat(new Sealing(KeyHistory.of(null), SpoolKeys.NONE).open(MID, clear)).isSameAs(clear);
    }

    @Test
    void noNonceComesTwiceUnderAKey() {
        var nonces = new HashSet<String>();
        for (var opening = 0; opening < 20; opening++) {
            var one = opened();
            for (var i = 0; i < 50; i++) {
                for (var stored : List.of(one.seal(MID, body(1, 10)), chunk(one, MID, 0, body(1, 10)))) {
                    assertThat(nonces.add(Base64.getEncoder().encodeToString(Arrays.copyOfRange(stored, NONCE_AT, NONCE_AT + NONCE_LENGTH)))).isTrue();
                }
            }
        }
    }

    @Test
    void whatEarlierOpeningsWroteIsRead() {
        var all = new ArrayList<byte[]>();
        for (var i = 0; i < 600; i++) {
            all.add(opened().seal(MID, body(i, 20)));
        }
        for (var i = 0; i < all.size(); i++) {
            assertThat(sealing.open(MID, all.get(i))).isEqualTo(body(i, 20));
        }
    }
}
