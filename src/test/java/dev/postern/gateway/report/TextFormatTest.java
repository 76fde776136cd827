package dev.postern.gateway.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TextFormatTest {
    private static final Instant AT = Instant.parse("2005-07-20T19:47:40.123Z");
    private final TextFormat format = new TextFormat(ZoneOffset.UTC);

    @Test
    void everyEventHasItsLine() {
        MailEvents.GOLDEN.forEach((event, line) -> assertThat(format.line(AT, event)).isEqualTo("Wed Jul 20 19:47:40 2005 " + line));
        Set<Class<?>> covered = new HashSet<>();
        MailEvents.GOLDEN.keySet().forEach(event -> covered.add(event.getClass()));
        assertThat(covered).containsExactlyInAnyOrder(MailEvent.class.getPermittedSubclasses());
    }

    @Test
    void theTimeIsThatOfTheZone() {
        var tokyo = new TextFormat(ZoneId.of("Asia/Tokyo"));
        assertThat(tokyo.line(AT, new MailEvent.InboundClosed(5))).isEqualTo("Thu Jul 21 04:47:40 2005 Info: ICID 5 close");
        assertThat(tokyo.line(AT.plusSeconds(1), new MailEvent.InboundClosed(5))).startsWith("Thu Jul 21 04:47:41 2005 ");
        assertThat(tokyo.line(AT, new MailEvent.InboundClosed(5))).startsWith("Thu Jul 21 04:47:40 2005 ");
    }

    @Test
    void noPeerForgesALine() {
        String line = format.line(AT, new MailEvent.From(7, 5, "a@b\r\nWed Jul 20 19:47:41 2005 Info: Message done DCID 8 MID 7 to RID [0]\u2028x\u0085\u001b[2J"));
        assertThat(line).isEqualTo("Wed Jul 20 19:47:40 2005 Info: MID 7 ICID 5 From: <a@b\\r\\nWed Jul 20 19:47:41 2005 Info: Message done DCID 8 MID 7 "
                + "to RID [0]\\u2028x\\u0085\\u001b[2J>");
    }

    @Test
    void noPeerHidesOrTurnsPartOfALine() {
        assertThat(format.line(AT, new MailEvent.MessageId(7, "<x\u202Ey\u200B\\n\uD800@z>"))).endsWith("Message-ID '<x\\u202ey\\u200b\\\\n\\ud800@z>'");
    }

    @Test
    void printableTextOfAnyScriptStays() {
        assertThat(format.line(AT, new MailEvent.From(7, 5, "пётр@例え.jp 𝒳"))).endsWith("From: <пётр@例え.jp 𝒳>");
    }

    @Test
    void whatIsTooLongIsCut() {
        assertThat(format.line(AT, new MailEvent.MessageId(7, "x".repeat(5000))).length()).isLessThan(1100);
    }
}
