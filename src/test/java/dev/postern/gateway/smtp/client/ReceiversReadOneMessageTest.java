package dev.postern.gateway.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever octets are in the spool, what the client sends is one message to every server: to one that knows CRLF alone, and to those that were found to
 * take other line ends too. Each is modelled by what it takes for the end of a line, and for the end of the data.
 */
class ReceiversReadOneMessageTest {

    /** How servers read, before they were mended. Gives where the data ends, in octets, or -1. */
    enum Receiver {
        /** RFC 5321. */
        STRICT {
            @Override
            int end(String wire) {
                return after(wire, "\r\n.\r\n");
            }
        },
        /** LF ends a line, a CR before it is dropped: Postfix to 3.8, sendmail to 8.17, Exim to 4.97. */
        LF_ENDS_A_LINE {
            @Override
            int end(String wire) {
                return Stream.of("\n.\n", "\n.\r\n").mapToInt(e -> after(wire, e)).filter(i -> i >= 0).min().orElse(-1);
            }
        },
        /** A lone CR ends a line as well: appliances that "clean" line ends. */
        CR_OR_LF_ENDS_A_LINE {
            @Override
            int end(String wire) {
                return Stream.of("\n.\n", "\n.\r", "\r.\n", "\r.\r").mapToInt(e -> after(wire, e)).filter(i -> i >= 0)
                        .map(i -> wire.startsWith("\n", i) && wire.charAt(i - 1) == '\r' ? i + 1 : i).min().orElse(-1);
            }
        },
        /** NUL octets are dropped before anything else. */
        NUL_DROPPED {
            @Override
            int end(String wire) {
                return CR_OR_LF_ENDS_A_LINE.end(wire.replace("\0", "")) < 0 ? -1 : wire.length() - (wire.replace("\0", "").length()
                        - CR_OR_LF_ENDS_A_LINE.end(wire.replace("\0", "")));
            }
        };

        /** The line before is that of DATA, which ended with CRLF. */
        abstract int end(String wire);

        private static int after(String wire, String end) {
            int at = ("\r\n" + wire).indexOf(end);
            return at < 0 ? -1 : at - 2 + end.length();
        }
    }

    private static String sent(byte[] body, Random cuts) {
        DotStuffer stuffer = new DotStuffer();
        ByteBuf out = Unpooled.buffer();
        for (int at = 0; at < body.length;) {
            int length = Math.min(body.length - at, 1 + cuts.nextInt(9));
            stuffer.stuff(Unpooled.wrappedBuffer(body, at, length), out);
            at += length;
        }
        stuffer.end(out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @EnumSource(Receiver.class)
    void everyReceiverReadsToTheVeryEndAndNoFurther(Receiver receiver) {
        Random random = new Random(11);
        String alphabet = "\r\n..\r\nx\u0085";   // no NUL: none comes in
        for (int run = 0; run < 20_000; run++) {
            byte[] body = new byte[random.nextInt(24)];
            for (int i = 0; i < body.length; i++) {
                body[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
            String wire = sent(body, random);
            assertThat(receiver.end(wire)).as("%s of %s", receiver, wire.replace("\r", "\\r").replace("\n", "\\n")).isEqualTo(wire.length());
        }
    }

    /** All of up to seven octets that matter: more than chance would find. */
    @Test
    void everyShortBodyIsReadAsOneMessageByAll() {
        char[] alphabet = {'\r', '\n', '.', 'x'};
        Random cuts = new Random(5);
        for (int length = 0; length <= 7; length++) {
            for (int n = 0; n < Math.pow(alphabet.length, length); n++) {
                byte[] body = new byte[length];
                for (int i = 0, rest = n; i < length; i++, rest /= alphabet.length) {
                    body[i] = (byte) alphabet[rest % alphabet.length];
                }
                String wire = sent(body, cuts);
                for (Receiver receiver : Receiver.values()) {
                    if (receiver.end(wire) != wire.length()) {
                        throw new AssertionError(receiver + " reads to " + receiver.end(wire) + " of " + wire.replace("\r", "\\r").replace("\n", "\\n"));
                    }
                }
            }
        }
    }
}
