package dev.postern.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"90s, PT1M30S", "15m, PT15M", "1h30m, PT1H30M", "4d, PT96H", "1d1h1m1s, PT25H1M1S", "0s, PT0S", "1m1m, PT2M"})
    void readsWhatResourcesWrite(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "m", "1.5h", "-5m", "5 m", "5M", "PT5M", "1w", "5m "})
    @NullSource
    void refusesOtherTextAndSaysWhatIsAllowed(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + (text == null ? "" : text) + "'").hasMessageContaining("such as 90s, 15m, 1h30m or 4d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999999999999999999s", "106751991167301d", "9223372036854775807s1s"})
    void refusesWhatOverflows(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(text);
    }

    @ParameterizedTest
    @CsvSource({"90s, 1m30s", "24h, 1d", "3650d, 3650d", "0m, 0s", "1d1s, 1d1s"})
    void formatsTheShortestTextOfTheSameDuration(String text, String expected) {
        assertThat(Durations.format(Durations.parse(text))).isEqualTo(expected);
    }

    @Test
    void whatItFormatsItReads() {
        Duration duration = Duration.ofSeconds(1_234_567);
        assertThat(Durations.parse(Durations.format(duration))).isEqualTo(duration);
    }
}
