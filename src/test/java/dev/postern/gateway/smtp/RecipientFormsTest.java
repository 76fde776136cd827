package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ListenerSpec.Access;
import dev.postern.gateway.access.RecipientAccess;
import dev.postern.plan.ListenerPlan.RecipientRule;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From RCPT as a client writes it to the answer of the recipient access table: all the ways to write one address, and to hide another in it. */
class RecipientFormsTest {
    private static final RecipientAccess TABLE = new RecipientAccess(List.of(
            new RecipientRule(List.of("spam@example.com", "abuse@"), Access.Reject, "Not here"),
            new RecipientRule(List.of("odd%name@example.com"), Access.Accept),
            new RecipientRule(List.of("example.com", ".sub.example", "user@other.example", "list@", "xn--bcher-kva.example", "\"quoted user\"@third.example"), Access.Accept)));

    /** What is said: {@code -} for a line that is no RCPT at all. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        // plain, and case
        "<a@example.com>, accepted", "<A@EXAMPLE.COM>, accepted", "<a@a.sub.example>, accepted", "<a@sub.example>, rejected", "<a@badexample.com>, rejected", "<a@example.com.evil.test>, rejected",
        "<SPAM@Example.com>, Not here", "<user@other.example>, accepted", "<uSER@OTHER.example>, accepted", "<other@other.example>, rejected", "<list@anywhere.test>, accepted", "<abuse@example.com>, Not here",
        // a subaddress is another address
        "<a+tag@example.com>, accepted", "<user+tag@other.example>, rejected", "<spam+tag@example.com>, accepted",
        // quotes that are not needed make no difference, those that are needed stay
        "<\"a\"@example.com>, accepted", "<\"spam\"@example.com>, Not here", "<\"s\\pam\"@example.com>, Not here", "<\"quoted user\"@third.example>, accepted", "<\"quoted\\ user\"@third.example>, accepted",
        "<\"other user\"@third.example>, rejected", "<\"a b\"@example.com>, accepted",
        // source routes are read and dropped
        "`<@example.com:a@evil.test>`, rejected", "`<@example.com,@example.com:a@evil.test>`, rejected", "`<@evil.test:a@example.com>`, accepted", "`<@evil.test:spam@example.com>`, Not here",
        // paths within a path
        "<a%evil.test@example.com>, routed", "<evil.test!a@example.com>, routed", "<\"a@evil.test\"@example.com>, routed", "<\"a%evil.test\"@example.com>, routed", "<\"evil.test!a\"@example.com>, routed",
        "<\"\\a\\@evil.test\"@example.com>, routed", "<a%evil.test%example.com@example.com>, routed", "<a%b@a.sub.example>, routed", "<odd%name@example.com>, accepted", "<ODD%name@example.com>, accepted",
        "<a%example.com@evil.test>, rejected", "<example.com!a@evil.test>, rejected", "<\"a@example.com\"@evil.test>, rejected",
        // address literals are of no domain
        "<a@[10.0.0.1]>, rejected", "<user@[127.0.0.1]>, rejected", "<list@[10.0.0.1]>, rejected", "<list@[IPv6:2001:db8::1]>, rejected", "<a@[IPv6:2001:db8::1]>, rejected", "<a@[example.com]>, -", "<a@[10.0.0.1]example.com>, -",
        // dots
        "<a@example.com.>, -", "<a@.example.com>, -", "<a@example..com>, -", "<.a@example.com>, -", "<a..b@example.com>, -",
        // U-labels are their A-labels
        "<a@bücher.example>, accepted", "<a@BÜCHER.example>, accepted", "<a@xn--bcher-kva.example>, accepted", "<a@XN--BCHER-KVA.EXAMPLE>, accepted", "<a@faß.example>, -",
        "<a@example。com>, accepted", "<a@ｅxample.com>, accepted", "<spam@example．com>, Not here",
        // two at once
        "<a@example.com@evil.test>, -", "<a@evil.test@example.com>, -", "<a@example.com><b@evil.test>, -", "<a@example.com>b@evil.test, -", "a@example.com, -", "<a@evil.test\u0000@example.com>, -", "<>, -",
    })
    void theTableSeesOneFormOfAnAddress(String path, String said) {
        assertThat(answer(path)).as("%s", path).isEqualTo(said);
    }

    static String answer(String path) {
        var line = new CommandDecoder().next(Unpooled.copiedBuffer("RCPT TO:" + path + "\r\n", StandardCharsets.UTF_8));
        if (!(CommandParser.parse(line) instanceof SmtpCommand.Rcpt rcpt)) {
            return "-";
        }
        RecipientAccess.Answer answer = TABLE.find(rcpt.recipient().address());
        return answer.accepted() ? "accepted" : answer.routed() ? "routed" : answer.rejectText() == null ? "rejected" : answer.rejectText();
    }
}
