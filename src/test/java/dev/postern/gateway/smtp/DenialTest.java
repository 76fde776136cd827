package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testing.MarkedText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of refusals: docs/admission.md shows it ({@code -Dpostern.update=true} writes it), and no refusal is anywhere else. */
class DenialTest {
    @Test
    void theTableOfTheDocumentationIsCurrent() throws IOException {
        StringBuilder table = new StringBuilder("| answer | to | own text | `reason` of `postern_inbound_rejected_total` |\n|---|---|---|---|\n");
        for (Denial denial : Denial.all()) {
            table.append("| `").append(denial.reply()).append("` | ").append(denial.when()).append(" | ").append(denial.otherText() == null ? "–" : denial.otherText()).append(" | ")
                    .append(denial.reason()).append(" |\n");
        }
        MarkedText.assertCurrent(Path.of("docs/admission.md"), "denials", table.toString());
    }

    @ParameterizedTest
    @EnumSource
    void aRefusalIsOneLineThatFitsAndHasAnEnhancedCodeOfItsClass(Denial denial) {
        Reply reply = denial.reply();
        assertThat(reply.lines()).hasSize(1);
        assertThat(reply.toString()).hasSizeLessThan(510).matches("[ -~]+");
        String status = reply.status() == null ? reply.text().substring(1, reply.text().indexOf(' ')) : reply.status();
        assertThat(status).startsWith(reply.code() / 100 + ".").matches("[45]\\.[0-9x]+\\.[0-9]+");
        assertThat(Arrays.stream(Denial.values()).filter(other -> other.when().equals(denial.when()))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"HostAccess, Go away, 554 5.7.1 Go away", "HostAccess, 5.7.25 no reverse name, 554 5.7.25 no reverse name", "Recipient, Nobody, 550 5.1.0 Nobody",
        "Recipient, #5.1.1 Nobody, 550 #5.1.1 Nobody", "Recipient, , 550 5.1.0 Address rejected.", "Recipient, 5.1.1, 550 5.1.0 5.1.1"})
    void anotherTextTakesThePlaceOfTheWordsAndOfTheCodeWhereItHasOne(Denial denial, String words, String reply) {
        assertThat(denial.reply(words)).hasToString(reply);
    }
}
