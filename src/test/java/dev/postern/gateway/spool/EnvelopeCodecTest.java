package dev.postern.gateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.tls.MessageTls;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                random.nextBoolean(), text(random), text(random), notNull(random), recipients,
                MessageTls.values()[random.nextInt(3)], new Envelope.Origin(text(random), text(random), text(random)), random.nextBoolean(), text(random));
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
        assertThatThrownBy(() -> EnvelopeCodec.decode(1, bytes)).hasMessageContaining("version is 9, known are 1 to 3");
    }

    /** As the first version wrote it: what is on disk from before must be read for ever. */
    @Test
    void theBytesOfTheFirstVersionAreRead() {
        var bytes = HexFormat.of().parseHex("01" + "0000000000000001" + "03" + "03" + "04612e62" + "0548445253" + "00" + "077075626c6963" + "01"
                + "00" + "02" + "00000000000007d0" + "04634064" + "06342e342e31" + "00" + "00" + "00");
        var envelope = new Envelope(7, 1, "a.b", 3, true, true, "HDRS", null, "public",
                List.of(new Recipient("c@d", State.PENDING, 2, 2000, "4.4.1", null, null, null)));

        assertThat(EnvelopeCodec.decode(7, bytes)).isEqualTo(envelope);
    }

    @ParameterizedTest
    @CsvSource({"REQUIRED, 07", "OPTIONAL, 0b"})
    void theSecondVersionCarriesWhatTheMessageAsksOfTls(MessageTls tls, String flags) {
        var bytes = HexFormat.of().parseHex("02" + "0000000000000001" + "03" + flags + "04612e62" + "00" + "00" + "01" + "00");
        var envelope = new Envelope(7, 1, "a.b", 3, true, true, null, null, "", List.of()).with(tls);

        assertThat(EnvelopeCodec.decode(7, bytes)).isEqualTo(envelope);
    }

    @Test
    void theThirdVersionSaysWhereTheMessageCameFromAndWhatWasDecidedForIt() {
        var bytes = HexFormat.of().parseHex("03" + "0000000000000001" + "03" + "17" + "04612e62" + "00" + "00" + "01" + "0a3139322e302e322e37" + "0262" + "04314078" + "05683a3235" + "00");
        var envelope = new Envelope(7, 1, "a.b", 3, true, true, null, null, "", List.of()).with(MessageTls.REQUIRED)
                .from(new Envelope.Origin("192.0.2.7", "b", "1@x")).held(true).via("h:25");

        assertThat(EnvelopeCodec.decode(7, bytes)).isEqualTo(envelope);
        assertThat(EnvelopeCodec.encode(envelope)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"00", "0c"})
    void theSecondVersionWithoutOneDemandIsRefused(String flags) {
        var bytes = HexFormat.of().parseHex("02" + "0000000000000001" + "03" + flags + "04612e62" + "00" + "00" + "01" + "00");

        assertThatThrownBy(() -> EnvelopeCodec.decode(7, bytes)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one of 4 and 8 is to be set");
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
