package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.gateway.smtp.CommandDecoder.Fault;
import dev.postern.gateway.smtp.CommandDecoder.Line;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pure parts of the codec. */
class CodecTest {

    private static ByteBuf octets(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private static List<Line> lines(String text, int step) {
        CommandDecoder decoder = new CommandDecoder();
        ByteBuf in = Unpooled.buffer();
        List<Line> lines = new ArrayList<>();
        for (int at = 0; at < text.length(); at += step) {
            in.writeBytes(octets(text.substring(at, Math.min(text.length(), at + step))));
            for (Line line = decoder.next(in); line != null; line = decoder.next(in)) {
                lines.add(line);
            }
            assertThat(in.readableBytes()).isLessThanOrEqualTo(CommandDecoder.MAX_LINE);
            in.discardReadBytes();
        }
        return lines;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100_000})
    void onlyCrlfEndsALineHoweverItArrives(int step) {
        assertThat(lines("a\r\n\r\nb\nc\r\nd\re\r\n\n\r\n\r\r\nf\0\r\n\u00ff\r\n\u00c3\u00bc\r\n" + "x".repeat(1998) + "\r\n" + "y".repeat(1999) + "\r\n"
                + "z".repeat(9999) + "\rz\n\r\nend\r\nrest", step)).containsExactly(
                new Line("a", null), new Line("", null), new Line("", Fault.BARE_CR_OR_LF), new Line("", Fault.BARE_CR_OR_LF),
                new Line("", Fault.BARE_CR_OR_LF), new Line("", Fault.BARE_CR_OR_LF), new Line("", Fault.CONTROL_CHARACTER), new Line("", Fault.NOT_UTF8),
                new Line("\u00fc", null), new Line("x".repeat(1998), null), new Line("", Fault.TOO_LONG), new Line("", Fault.TOO_LONG), new Line("end", null));
    }

    /** What RFC 5321 section 4.5.2 says, written as simply as can be, for input without faults. */
    private static String model(String wire) {
        String content = wire.startsWith(".\r\n") ? "" : wire.substring(0, wire.indexOf("\r\n.\r\n") + 2);
        return ("\r\n" + content).replace("\r\n.", "\r\n").substring(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {".\r\n", "\r\n.\r\n", "a\r\n.\r\n", "..\r\n.\r\n", ".a\r\n...b\r\n.\r\n", "a.\r\n.\r\n", "\r\n\r\n..\r\n\r\n.\r\n", "a\r\n..\r\n.\r\nQUIT\r\n"})
    void dotsAreUnstuffedAndTheEndIsFoundHoweverItArrives(String wire) {
        for (int step = 1; step <= wire.length(); step++) {
            DataDecoder decoder = DataDecoder.forData();
            ByteBuf out = Unpooled.buffer();
            ByteBuf in = Unpooled.buffer();
            boolean end = false;
            for (int at = 0; at < wire.length() && !end; at += step) {
                in.writeBytes(octets(wire.substring(at, Math.min(wire.length(), at + step))));
                end = decoder.decode(in, out);
            }
            assertThat(end).isTrue();
            assertThat(decoder.fault()).isNull();
            assertThat(out.toString(StandardCharsets.ISO_8859_1)).isEqualTo(model(wire));
        }
    }

    @Test
    void dataOfAnySizeOverAnyBordersComesOutAsItWentIn() {
        Random random = new Random(7);
        for (int round = 0; round < 50; round++) {
            StringBuilder content = new StringBuilder();
            for (int line = random.nextInt(200); line >= 0; line--) {
                content.append(".".repeat(random.nextInt(3))).append("x\u00e4".repeat(random.nextInt(300))).append("\r\n");
            }
            String wire = ("\r\n" + content).replace("\r\n.", "\r\n..").substring(2) + ".\r\nNEXT";
            DataDecoder decoder = DataDecoder.forData();
            ByteBuf in = octets(wire);
            ByteBuf out = Unpooled.buffer();
            while (!decoder.decode(in.readableBytes() > 0 ? in : Unpooled.EMPTY_BUFFER, out)) {
                assertThat(in.isReadable()).isTrue();
            }
            assertThat(out.toString(StandardCharsets.ISO_8859_1)).isEqualTo(content.toString());
            assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("NEXT");
            assertThat(decoder.eightBit()).isEqualTo(content.indexOf("\u00e4") >= 0);
        }
    }

    @Test
    void lineLengthIsCountedOverBorders() {
        for (int length : new int[] {DataDecoder.MAX_LINE, DataDecoder.MAX_LINE + 1}) {
            DataDecoder decoder = DataDecoder.forData();
            ByteBuf in = octets("a\r\n" + "x".repeat(length) + "\r\n.\r\n");
            ByteBuf out = Unpooled.buffer();
            boolean end = false;
            while (!end) {
                end = decoder.decode(in, out);
            }
            assertThat(decoder.fault()).isEqualTo(length > DataDecoder.MAX_LINE ? DataDecoder.Fault.LINE_TOO_LONG : null);
        }
    }

    @Test
    void chunksGetTheLineEndThatTheyLack() {
        for (var pair : List.of(List.of("a\r\n", "a\r\n"), List.of(".\r\nb", ".\r\nb\r\n"), List.of("", ""))) {
            DataDecoder decoder = DataDecoder.forChunks();
            ByteBuf out = Unpooled.buffer();
            assertThat(decoder.decode(octets(pair.get(0)), out)).isFalse();
            decoder.finish(out);
            assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo(pair.get(1));
        }
        DataDecoder decoder = DataDecoder.forChunks();
        decoder.decode(octets("a\r"), Unpooled.buffer());
        decoder.finish(Unpooled.buffer());
        assertThat(decoder.fault()).isEqualTo(DataDecoder.Fault.BARE_CR);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "Message-ID: <a@b>\\r\\n\\r\\n|a@b|0",
        "message-id:<a@b>\\r\\n|a@b|0",
        "MESSAGE-ID :\\r\\n\\t<a@b>\\r\\nReceived: x\\r\\n\\r\\n|a@b|1",
        "X-Message-ID: <a@b>\\r\\nReceived:x\\r\\nReceived : y\\r\\n z\\r\\n\\r\\nReceived: no\\r\\n|''|2",
        "Message-ID: <a@b>\\r\\nMessage-ID: <c@d>\\r\\n\\r\\n|a@b|0",
        "no field\\r\\nReceived: x\\r\\n|''|0"})
    void theHeaderIsRead(String header, String id, int received) {
        String text = header.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t");
        HeaderScanner scanner = new HeaderScanner("mail.example.com");
        ByteBuf buffer = octets(text);
        for (int i = 0; i < text.length(); i++) {
            scanner.scan(buffer, i, 1);
        }
        assertThat(scanner.messageId()).isEqualTo(id.equals("''") ? "" : id);
        assertThat(scanner.looping()).isFalse();
        assertThat(scanner).extracting("received").isEqualTo(received);
    }

    @Test
    void aReplyIsWrittenLineByLineAndNeverBreaks() {
        ByteBuf out = Unpooled.buffer();
        new Reply(250, "2.0.0", List.of("one", "t\u00fc\r\n250 two")).encode(out);
        new Reply(220, null, List.of("")).encode(out);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("250-2.0.0 one\r\n250 2.0.0 t\u00fc??250 two\r\n220 \r\n");
        assertThat(new Reply(451, "4.3.0", List.of("a", "b"))).hasToString("451 4.3.0 a b").matches(Reply::transientFailure);
        assertThatThrownBy(() -> Reply.of(199, null, "x")).hasMessage("reply code 199 is not between 200 and 599");
        assertThatThrownBy(() -> new Reply(250, null, List.of())).hasMessage("a reply has at least one line");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "EHLO|501 5.5.4 needs a domain name or an address literal",
        "EHLO a b|501 5.5.4 needs a domain name or an address literal",
        "HELO (x)|501 5.5.4 needs a domain name or an address literal",
        "MAIL|501 5.5.4 needs FROM:<address>",
        "MAIL TO:<a@b.c>|501 5.5.4 needs FROM:<address>",
        "MAIL FROM:a@b.c|501 5.1.7 path does not begin with <",
        "MAIL FROM:<postmaster>|501 5.1.7 reverse path has no domain",
        "MAIL FROM:<a@b.c>SIZE=1|501 5.5.4 a space is needed between path and parameters",
        "MAIL FROM:<a@b.c> SIZE|501 5.5.4 parameter SIZE needs a value",
        "MAIL FROM:<a@b.c> SIZE=|501 5.5.4 parameter SIZE needs a value",
        "MAIL FROM:<a@b.c> SIZE=-1|501 5.5.4 the value of SIZE is not digits",
        "MAIL FROM:<a@b.c> SIZE=1 SIZE=2|501 5.5.4 parameter SIZE is there twice",
        "MAIL FROM:<a@b.c> BODY=BINARYMIME|501 5.5.4 the value of BODY is not one of 7BIT, 8BITMIME",
        "MAIL FROM:<a@b.c> RET=ALL|501 5.5.4 the value of RET is not one of FULL, HDRS",
        "MAIL FROM:<a@b.c> ENVID=a=b|501 5.5.4 the value of ENVID is not xtext",
        "MAIL FROM:<a@b.c> SMTPUTF8=x|501 5.5.4 parameter SMTPUTF8 has no value",
        "MAIL FROM:<a@b.c> BY=1;R|555 5.5.4 parameter BY is not known or not offered",
        "MAIL FROM:<a@b.c> AUTH=a+b|501 5.5.4 the value of AUTH is not xtext",
        "AUTH|501 5.5.4 AUTH needs a mechanism, and then nothing or an initial response",
        "AUTH PLAIN a b|501 5.5.4 AUTH needs a mechanism, and then nothing or an initial response",
        "AUTH PLA*N|501 5.5.4 AUTH needs a mechanism, and then nothing or an initial response",
        "MAIL FROM:<a@b.c> ?|501 5.5.4 a parameter is not KEYWORD or KEYWORD=value",
        "RCPT TO:<>|501 5.1.3 forward path is empty",
        "RCPT TO:<a@b.c> NOTIFY=NEVER,DELAY|501 5.5.4 NOTIFY is NEVER, or a list of SUCCESS, FAILURE and DELAY",
        "RCPT TO:<a@b.c> NOTIFY=DELAY,|501 5.5.4 NOTIFY is NEVER, or a list of SUCCESS, FAILURE and DELAY",
        "RCPT TO:<a@b.c> ORCPT=a@b.c|501 5.5.4 ORCPT is address-type;xtext of at most 500 characters",
        "RCPT TO:<a@b.c> SIZE=1|555 5.5.4 parameter SIZE is not known or not offered",
        "DATA x|501 5.5.4 the command has no parameters",
        "STARTTLS x|501 5.5.4 the command has no parameters",
        "BDAT|501 5.5.4 BDAT needs a number of octets, and then nothing or LAST",
        "BDAT 1 FIRST|501 5.5.4 BDAT needs a number of octets, and then nothing or LAST",
        "EXPN x|502 5.5.1 EXPN is not implemented",
        "|500 5.5.2 command not recognized",
        "GET / HTTP/1.1|500 5.5.2 command not recognized"})
    void saysWhatIsWrongWithACommand(String line, String answer) {
        var command = CommandParser.parse(new Line(line == null ? "" : line, null));
        assertThat(command).isInstanceOfSatisfying(SmtpCommand.Invalid.class, i -> assertThat(i.reply()).hasToString(answer));
    }

    @Test
    void takesWhatIsSentInPractice() throws Exception {
        assertThat(CommandParser.parse(new Line("mail from: <a@b.c>  size=5 ", null)))
                .isEqualTo(new SmtpCommand.Mail(new Path("a", "b.c"), 5, false, false, null, null, false));
        assertThat(CommandParser.parse(new Line("MAIL FROM:<a@b.c> AUTH=<>", null))).isEqualTo(CommandParser.parse(new Line("MAIL FROM:<a@b.c> AUTH=e+3Dmc2@example.com", null)))
                .isInstanceOf(SmtpCommand.Mail.class);
        assertThat(CommandParser.parse(new Line("auth plain dGVzdA==", null))).isEqualTo(new SmtpCommand.Auth("PLAIN", "dGVzdA==")).hasToString("Auth[PLAIN]");
        assertThat(CommandParser.parse(new Line("RCPT TO:<a@b.c> ORCPT=utf-8;j\\x{FC}@b.c NOTIFY=never", null)))
                .isEqualTo(new SmtpCommand.Rcpt(new Path("a", "b.c"), "NEVER", "utf-8;j\\x{FC}@b.c"));
        assertThat(CommandParser.parse(new Line("EHLO [IPv6:2001:db8::1]", null))).isEqualTo(new SmtpCommand.Ehlo("[IPv6:2001:db8::1]"));
        assertThat(CommandParser.parse(new Line("bdat 12 last", null))).isEqualTo(new SmtpCommand.Bdat(12, true));
    }
}
