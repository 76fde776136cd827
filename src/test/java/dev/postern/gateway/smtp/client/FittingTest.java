package dev.postern.gateway.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of messages for servers that lack 8BITMIME or SMTPUTF8. Bodies are in ISO 8859-1: a character is an octet. */
class FittingTest {
    private static final Capabilities PLAIN = new Capabilities(Map.of("PIPELINING", ""));
    private static final Capabilities EIGHT_BIT = new Capabilities(Map.of("8BITMIME", ""));

    private static Fitting fit(String body, boolean utf8, Capabilities server, int piece) throws ClientException {
        byte[] octets = body.replace("\r\n", "\n").replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        return Fitting.of(new Outgoing("a@s.test", octets.length, true, utf8, null, null, List.of(new Outgoing.Recipient("b@p.test", null, null)),
                (offset, length) -> CompletableFuture.completedFuture(Unpooled.copiedBuffer(octets, (int) offset, Math.min(Math.min(piece, length), octets.length - (int) offset)))),
                server, Duration.ofSeconds(10));
    }

    private static String sent(Outgoing message) {
        StringBuilder text = new StringBuilder();
        while (text.length() < message.size()) {
            ByteBuf piece = message.body().read(text.length(), (int) Math.min(1000, message.size() - text.length())).toCompletableFuture().join();
            assertThat(piece.isReadable()).isTrue();
            text.append(piece.toString(StandardCharsets.ISO_8859_1));
            piece.release();
        }
        return text.toString().replace("\r\n", "\n");
    }

    private static String converted(String body) throws ClientException {
        String once = null;
        for (int piece : new int[] {1, 7, 100_000}) {
            Fitting fitting = fit(body, false, PLAIN, piece);
            assertThat(fitting.refusal()).isNull();
            assertThat(fitting.encoded()).isTrue();
            assertThat(fitting.message().eightBit()).isFalse();
            String sent = sent(fitting.message());
            assertThat(once == null || once.equals(sent)).isTrue();
            once = sent;
        }
        return once;
    }

    @Test
    void aPlainMessageBecomesQuotedPrintable() throws Exception {
        assertThat(converted("Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain;\n charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\nGr\u00fc\u00dfe = \n.\n\u00fc\n"))
                .isEqualTo("Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain;\n charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe =3D=20\n.\n=FC\n");
    }

    @Test
    void oneThatDoesNotSayWhatItIsIsSaidToBeUnknown() throws Exception {
        assertThat(converted("Subject: x\n\n\u00fc")).isEqualTo(
                "Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=unknown-8bit\nContent-Transfer-Encoding: quoted-printable\n\n=FC");
    }

    @Test
    void onlyThePartsThatNeedItAreEncodedAndAForwardedMessageIsOpened() throws Exception {
        assertThat(converted("""
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="a b"
                Content-Transfer-Encoding: 8bit

                pr\u00e4amble
                --a b
                Content-Type: text/plain; charset=us-ascii
                Content-Transfer-Encoding: 8bit

                plain = as it is
                --a b
                Content-Type: multipart/alternative; boundary=in

                --in

                \u00e4
                --in--
                between
                --a b
                Content-Type: message/rfc822

                Subject: inner
                Content-Transfer-Encoding: binary

                \u00f6
                --a b
                Content-Type: application/pdf
                Content-Transfer-Encoding: base64

                AAAA
                --a b--
                """)).isEqualTo("""
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="a b"
                Content-Transfer-Encoding: 7bit

                pr?amble
                --a b
                Content-Type: text/plain; charset=us-ascii
                Content-Transfer-Encoding: 7bit

                plain = as it is
                --a b
                Content-Type: multipart/alternative; boundary=in

                --in
                Content-Transfer-Encoding: quoted-printable

                =E4
                --in--
                between
                --a b
                Content-Type: message/rfc822

                Subject: inner
                Content-Transfer-Encoding: quoted-printable

                =F6
                --a b
                Content-Type: application/pdf
                Content-Transfer-Encoding: base64

                AAAA
                --a b--
                """);
    }

    @Test
    void whatNeedsNothingGoesOctetForOctet() throws Exception {
        for (String body : List.of("Content-Transfer-Encoding: 8bit\n\nplain\n", "no header at all\n", "", "Subject: \u00fc\n\nplain\n")) {
            Fitting fitting = fit(body, false, PLAIN, 100);
            assertThat(fitting.encoded()).isFalse();
            assertThat(sent(fitting.message())).isEqualTo(body);
        }
        assertThat(sent(fit("\n\u00fc\n", false, EIGHT_BIT, 100).message())).isEqualTo("\n\u00fc\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "Content-Type: multipart/signed; boundary=b~~--b~~\u00fc~--b--~|5.6.2",
        "Content-Type: message/partial; id=x; number=1~~\u00fc~|5.6.2",
        "Content-Transfer-Encoding: base64~~AA\u00fc=~|5.6.3",
        "Content-Transfer-Encoding: x-uuencode~~\u00fc~|5.6.3",
        "Content-Type: multipart/mixed~~--b~~\u00fc~--b--~|5.6.3"})
    void whatMustNotOrCannotBeConvertedIsRefusedWithItsStatus(String body, String status) throws Exception {
        Fitting fitting = fit(body.replace('~', '\n'), false, PLAIN, 100);
        assertThat(fitting.message()).isNull();
        assertThat(fitting.refusal().status()).isEqualTo(status);
    }

    @Test
    void aSignedPartWithoutOctetsAbove127StaysAsItIsBesideOneThatIsEncoded() throws Exception {
        String signed = "--a\nContent-Type: multipart/signed; boundary=s\n\n--s\nContent-Transfer-Encoding: 8bit\n\nsigned\n--s\n\nsignature\n--s--\n";
        String sent = converted("Content-Type: multipart/mixed; boundary=a\n\n" + signed + "--a\n\n\u00fc\n--a--\n");
        assertThat(sent).contains(signed);
    }

    @Test
    void smtpUtf8IsNeededByTheHeaderAloneNotByTheWord() throws Exception {
        assertThat(fit("Subject: plain\n\n\u00c3\u00bc\n", true, EIGHT_BIT, 100).refusal()).isNull();
        assertThat(fit("Subject: \u00c3\u00bc\n\nplain\n", true, EIGHT_BIT, 100).refusal().status()).isEqualTo("5.6.9");
        assertThat(fit("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Disposition: x; filename=\u00c3\u00bc\n\nplain\n--a--\n", true, EIGHT_BIT, 100)
                .refusal().status()).isEqualTo("5.6.9");
    }

    @Test
    void linesHeadersAndDepthBeyondAllMeasureAreRefusedNotHeldInMemory() throws Exception {
        assertThat(fit("\n" + "\u00fc".repeat(2 << 20), false, PLAIN, 100_000).refusal().status()).isEqualTo("5.6.3");
        assertThat(fit("A: b\n".repeat(300_000) + "\n\u00fc\n", false, PLAIN, 100_000).refusal().status()).isEqualTo("5.6.3");
        StringBuilder deep = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            deep.append("Content-Type: multipart/mixed; boundary=b").append(i).append("\n\n--b").append(i).append("\n");
        }
        assertThat(fit(deep + "\n\u00fc\n", false, PLAIN, 100_000).refusal().status()).isEqualTo("5.6.3");
    }

    /** Whatever octets lines have, decoding gives them back, and no line is too long or has what a 7-bit way would change. */
    @Test
    void quotedPrintableLosesNothing() {
        Random random = new Random(3);
        for (int run = 0; run < 3000; run++) {
            byte[] line = new byte[random.nextInt(200)];
            random.nextBytes(line);
            if (run % 3 == 0) {
                for (int i = 0; i < line.length; i++) {
                    line[i] = (byte) " \t=.aB\u00fc".charAt(random.nextInt(7));
                }
            }
            ByteBuf out = Unpooled.buffer();
            QuotedPrintable.line(line, line.length, out);
            String text = out.toString(StandardCharsets.ISO_8859_1);
            assertThat(text.split("\r\n", -1)).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(76).matches("[\\t -~]*").doesNotMatch(".*[ \\t]"));
            ByteBuf decoded = Unpooled.buffer();
            String joined = text.replace("=\r\n", "");
            for (int i = 0; i < joined.length(); i++) {
                if (joined.charAt(i) == '=') {
                    decoded.writeByte(Integer.parseInt(joined.substring(i + 1, i + 3), 16));
                    i += 2;
                } else {
                    decoded.writeByte(joined.charAt(i));
                }
            }
            assertThat(decoded).isEqualTo(Unpooled.wrappedBuffer(line));
        }
    }
}
