package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every end of data that some server was found to take for one (published from December 2023 on), and what lies near them: none is the end here. What
 * stands behind it is never carried out, and the message that tries is refused whole.
 */
class SmugglingTest {
    private static final String ATTACK = "MAIL FROM:<evil@sender.test>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: smuggled\r\n\r\nsmuggled\r\n.\r\n";

    /** Octets as ISO 8859-1. What follows is a line of its own. */
    static Stream<String> falseEnds() {
        List<String> ends = new ArrayList<>(List.of(
                // a dot between line ends of which one is bare: CVE-2023-51764, -51765, -51766 and their kin
                "\n.\n", "\n.\r\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\r\n.\n", "\n.\r", "\r.\n",
                // doubled and turned around
                "\r\n.\r\r\n", "\r\r\n.\r\r\n", "\n\r.\n\r", "\n\n.\n\n", "\r\r.\r\r", "\n\r\n.\n\r\n", "\r\n\r.\r\n", "\r\n.\r\r", "\r\n.\n\r\n",
                "\r\n.\n\n", "\n.\n\r\n",
                // with NUL, which some parsers drop and others end a string at
                "\r\n\0.\r\n", "\r\n.\0\r\n", "\r\n.\r\0\n", "\r\0\n.\r\n", "\0\r\n.\0\r\n", "\n\0.\n", "\r\n.\0\n",
                // the dot of a line that was stuffed, with a bare end
                "\r\n..\n", "\r\n..\r", "\n..\n"));
        return ends.stream();
    }

    /** Line separators of other alphabets, and ends that are near: part of the message, which is taken with them, as they are. */
    static Stream<String> harmless() {
        return Stream.of("\r\n.\u0085", "\u0085.\u0085", "\u00c2\u0085.\u00c2\u0085", "\u00e2\u0080\u00a8.\u00e2\u0080\u00a8", "\u00e2\u0080\u00a9.\u00e2\u0080\u00a9",
                "\r\n.\u000b", "\r\n.\f\r\n", "\u000b.\u000b", "\f.\f", "\r\n. \r\n", "\r\n.\t\r\n", "\r\n .\r\n", "\r\n..\r\n", "\r\n.\\r\\n", "\r\n.\u008d\u008a",
                "\u008d\u008a.\u008d\u008a", "\u001c.\u001c", "\u001d.\u001d", "\u001e.\u001e");
    }

    private static String body(String end) {
        return "Subject: outer\r\n\r\nouter" + end + ATTACK;
    }

    @ParameterizedTest
    @MethodSource("falseEnds")
    void afterDataAFalseEndIsNoneAndTheMessageIsRefused(String end) {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            client.send(body(end) + "NOOP\r\n");
            assertThat(client.reply().getFirst()).matches("55[04] 5\\.6\\.0 message has a (bare CR|bare LF|NUL).*");
            client.expect("250 2.0.0 ok");
            assertThat(fixture.spool.messages).isEmpty();
            assertThat(fixture.spool.begun.get()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void whatOnlyLooksLikeAnEndIsContent(String end) {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            client.send(body(end));
            client.expect("250 2.0.0 ok:  Message 1 accepted");
            assertThat(fixture.spool.begun.get()).isEqualTo(1);
            assertThat(fixture.spool.messages.getFirst().content()).contains("outer" + end.replace("\r\n.", "\r\n"), "MAIL FROM:<evil@sender.test>\r\n");
        }
    }

    @ParameterizedTest
    @MethodSource("falseEnds")
    void aChunkWithAFalseEndIsRefusedToo(String end) {
        if (end.contains("..")) {
            return;   // tested with the others
        }
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            String body = body(end);
            int cut = body.indexOf(end) + end.length() / 2;   // between the octets of the end
            client.send("BDAT " + cut + "\r\n" + body.substring(0, cut) + "BDAT " + (body.length() - cut) + " LAST\r\n" + body.substring(cut) + "NOOP\r\n");
            client.reply();
            assertThat(client.reply().getFirst()).matches("55[04] 5\\.6\\.0 message has a (bare CR|bare LF|NUL).*");
            client.expect("250 2.0.0 ok");
            assertThat(fixture.spool.messages).isEmpty();
        }
    }

    /** The decoder by itself, with the border of two segments at every octet, and at every two. */
    @ParameterizedTest
    @MethodSource("falseEnds")
    void whereverTheSegmentsAreCutTheFaultIsFoundAndTheEndIsTheTrueOne(String end) {
        byte[] wire = ("x" + end + "y\r\n.\r\nQUIT\r\n").getBytes(StandardCharsets.ISO_8859_1);
        for (int first = 0; first <= wire.length; first++) {
            for (int second = first; second <= wire.length; second++) {
                DataDecoder decoder = DataDecoder.forData();
                ByteBuf in = Unpooled.buffer();
                ByteBuf out = Unpooled.buffer();
                boolean ended = false;
                for (int[] part : new int[][] {{0, first}, {first, second}, {second, wire.length}}) {
                    in.writeBytes(wire, part[0], part[1] - part[0]);
                    ended = ended || decoder.decode(in, out);
                }
                assertThat(ended).isTrue();
                assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("QUIT\r\n");
                assertThat(decoder.fault()).isNotNull();
            }
        }
    }

    @Test
    void aTransactionBehindTheTrueEndIsACommandAndOneBehindAFalseEndIsNot() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            client.send("one\r\n.\r\n" + ATTACK.replace("smuggled", "second") + "MAIL FROM:<c@sender.test>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nthree\n.\n" + ATTACK);
            client.expect("250 2.0.0 ok:  Message 1 accepted");
            for (String answer : List.of("250 2.1.0", "250 2.1.5", "354", "250 2.0.0 ok:  Message 2", "250 2.1.0", "250 2.1.5", "354", "550 5.6.0")) {
                assertThat(client.reply().getFirst()).startsWith(answer);
            }
            assertThat(fixture.spool.messages).hasSize(2);
        }
    }

    /** Names and parameters that would begin a line of their own, in the trace field, in a reply or in the log. */
    @ParameterizedTest
    @ValueSource(strings = {"EHLO x\rY: z", "EHLO x\nY: z", "EHLO x\0", "EHLO x y", "EHLO x;y", "EHLO (x)", "EHLO \u00e4", "EHLO x\u0085Y:", "EHLO <x>", "EHLO x\t",
        "MAIL FROM:<a@b.c\rRCPT TO:<x@y.z>>", "MAIL FROM:<a\n@b.c>", "MAIL FROM:<a@b.c> ENVID=x+0D+0AY", "MAIL FROM:<a@b.c> ENVID=x+00", "MAIL FROM:<a@b.c> RET=FULL\rX",
        "MAIL FROM:<\"a\\\r\n\"@b.c>", "MAIL FROM:<a@b.c>\0SIZE=1", "MAIL FROM:<a@b.c> X=\"\r\"", "MAIL FROM:<a b@c.d>", "MAIL FROM:<a@b.c>>", "MAIL FROM:<<a@b.c>"})
    void whatWouldBreakALineIsRefused(String command) {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            client.send(command + "\r\n");
            assertThat(client.reply().getFirst()).matches("5(00|01|50|55) 5\\..*");
            assertThat(fixture.spool.begun.get()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RCPT TO:<b@example.com> ORCPT=rfc822;x+0D+0ASubject:+20y", "RCPT TO:<b@example.com> ORCPT=rfc822;x+00", "RCPT TO:<b@example.com> ORCPT=utf-8;x\\x{D}",
        "RCPT TO:<b@example.com> ORCPT=utf-8;x\\", "RCPT TO:<b@example.com> NOTIFY=NEVER\rX", "RCPT TO:<b@example.com>\nX"})
    void soAreParametersOfRecipients(String command) {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.send(command + "\r\n");
            assertThat(client.reply().getFirst()).matches("5(00|01) 5\\.5\\..*");
        }
    }
}
