package dev.postern.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TicketKeyringTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();
    private final TicketKeyring first = TicketKeyring.begin(NOW, RANDOM);

    @Test
    void aNewOneHasAKeyInUseAndTheNext() {
        assertThat(first.keys()).hasSize(2).doesNotHaveDuplicates();
        assertThat(first.due()).isEqualTo(NOW.plus(Duration.ofHours(12)));
    }

    @Test
    void itStaysUntilItIsDue() {
        assertThat(first.at(NOW, RANDOM)).isSameAs(first);
        assertThat(first.at(first.due().minusMillis(1), RANDOM)).isSameAs(first);
        assertThat(first.at(first.due(), RANDOM)).isNotEqualTo(first);
    }

    @Test
    void theNextKeyIsKnownBeforeItIsUsedAndTheLastOneForOnePeriodAfter() {
        TicketKeyring second = first.at(first.due(), RANDOM);
        TicketKeyring third = second.at(second.due(), RANDOM);
        assertThat(second.keys()).startsWith(first.next()).hasSize(3).endsWith(first.current()).doesNotHaveDuplicates();
        assertThat(third.keys()).startsWith(second.next()).endsWith(second.current()).doesNotContain(first.current());
    }

    @Test
    void aLongAbsenceIsOneRotation() {
        TicketKeyring later = first.at(NOW.plus(Duration.ofDays(30)), RANDOM);
        assertThat(later.keys()).startsWith(first.next()).endsWith(first.current());
        assertThat(later.rotated()).isEqualTo(NOW.plus(Duration.ofDays(30)));
    }

    @Test
    void aClockThatWasSetBackDoesNotKeepAKeyForEver() {
        assertThat(first.at(NOW.minus(Duration.ofHours(1)), RANDOM)).isSameAs(first);
        Instant earlier = NOW.minus(Duration.ofDays(400));
        assertThat(first.at(earlier, RANDOM).rotated()).isEqualTo(earlier);
    }

    @Test
    void itReadsWhatItWrote() {
        TicketKeyring second = first.at(first.due(), RANDOM);
        assertThat(TicketKeyring.parse(first.text())).contains(first);
        assertThat(TicketKeyring.parse(second.text())).contains(second);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "2026-06-01T00:00:00Z\n", "x\nAAAA\nAAAA\n", "yesterday\n{k}\n{k}\n", "2026-06-01T00:00:00Z\n{k}\n{k}", "2026-06-01T00:00:00Z\n{k}\n*\n",
        "2026-06-01T00:00:00Z\n{k}\n{k}\n{k}\n{k}\n"})
    void whatItDidNotWriteIsNone(String text) {
        assertThat(TicketKeyring.parse(text.replace("{k}", first.current()))).isEmpty();
    }

    @Test
    void itsTextForPeopleHasNoKey() {
        assertThat(first.toString()).doesNotContain(first.current(), first.next());
    }

    @Test
    void whatDidNotTravelWithThePlanIsPassedOver() {
        List<String> digests = TicketKeys.digests(first.keys());
        Map<String, String> named = TicketKeys.named(first.keys());
        assertThat(TicketKeys.of(digests, named)).hasSize(2).allSatisfy(key -> assertThat(key).hasSize(32));
        assertThat(TicketKeys.of(digests, Map.of(TicketKeys.name(digests.get(1)), first.next()))).hasSize(1);
    }
}
