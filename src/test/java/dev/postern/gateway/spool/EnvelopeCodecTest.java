package dev.postern.gateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EnvelopeCodecTest {
    private static final String[] TEXTS = {null, "", "a", "2.0.0", "250 2.0.0 Ok: queued", "postmaster@example.org", "грета@пример.рф", "😀",
            "x".repeat(127), "y".repeat(128), "z".repeat(20_000)};

    private static String text(Random random) {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private static String notNull(Random random) {
        var text = text(random);
        return text == null ? "" : text;
    }

    private static Envelope random(Random random) {
        var recipients = IntStream.range(0, random.nextInt(6)).mapToObj(i -> new Recipient(notNull(random),
                State.values()[random.nextInt(3)], random.nextBoolean() ? random.nextInt() : random.nextInt(5), random.nextLong(),
                text(random), text(random), text(random), text(random))).toList();
        return new Envelope(random.nextLong(), random.nextLong(), notNull(random), random.nextLong() >>> random.nextInt(64), random.nextBoolean(),
                random.nextBoolean(), text(random), text(random), notNull(random), recipients);
    }

    @Test
    void everyEnvelopeComesBackAsItWas() {
        var random = new Random(1);
        for (var i = 0; i < 5_000; i++) {
            var envelope = random(random);
            assertThat(EnvelopeCodec.decode(envelope.mid(), EnvelopeCodec.encode(envelope))).isEqualTo(envelope);
        }
    }

    @Test
    void aThousandRecipientsKeepTheirOrder() {
        var envelope = new Envelope(7, 1, "", 3, true, false, "HDRS", "QQ314159", "public",
                IntStream.range(0, 1000).mapToObj(i -> Messages.recipient("user" + i + "@example.org")).toList());
        assertThat(EnvelopeCodec.decode(7, EnvelopeCodec.encode(envelope))).isEqualTo(envelope);
    }

    @Test
    void noPartOfAnEnvelopePassesForOne() {
        var bytes = EnvelopeCodec.encode(Messages.to("a@example.org", "b@example.org"));
        for (var length = 0; length < bytes.length; length++) {
            var part = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> EnvelopeCodec.decode(1, part)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("byte");
        }
    }

    @Test
    void whatFollowsAnEnvelopeIsRefused() {
        var bytes = EnvelopeCodec.encode(Messages.to("a@example.org"));
        assertThatThrownBy(() -> EnvelopeCodec.decode(1, Arrays.copyOf(bytes, bytes.length + 1))).hasMessageContaining("1 bytes too many");
    }

    @Test
    void anotherVersionIsNamed() {
        var bytes = EnvelopeCodec.encode(Messages.to("a@example.org"));
        bytes[0] = 9;
        assertThatThrownBy(() -> EnvelopeCodec.decode(1, bytes)).hasMessageContaining("version is 9, known is 1");
    }

    @Test
    void randomBytesNeverDoWorseThanBeRefused() {
        var random = new Random(2);
        for (var i = 0; i < 20_000; i++) {
            var bytes = EnvelopeCodec.encode(Messages.to("a@example.org", "b@example.org"));
            for (var flips = 0; flips <= random.nextInt(4); flips++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                EnvelopeCodec.decode(1, bytes);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageStartingWith("envelope, byte ");
            }
        }
    }
}
