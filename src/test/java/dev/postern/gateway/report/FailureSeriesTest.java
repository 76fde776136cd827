package dev.postern.gateway.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.postern.gateway.report.EventSink.Series;
import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsFailures.Failure;
import dev.postern.gateway.report.TlsFailures.Stage;
import dev.postern.plan.ResourceRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureSeriesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private final FailureSeries series = new FailureSeries(Duration.ofMinutes(10), Duration.ofSeconds(30), 3);

    static Failure failure(String domain, String reason) {
        return new Failure(new ResourceRef("DestinationControl", "mail", "partners", "uid-1", 1), Direction.Outbound, domain, "mx." + domain + " (192.0.2.1)",
                Stage.Starttls, reason, "454 TLS not available");
    }

    @Test
    void theFirstIsDueAtOnceAndLaterOnesAfterThePause() {
        series.add(failure("a.com", "NotOffered"), START);
        assertThat(write(START)).extracting(Series::count).containsExactly(1L);
        series.add(failure("a.com", "NotOffered"), at(1));
        series.add(failure("a.com", "NotOffered"), at(2));
        assertThat(write(at(29))).isEmpty();
        assertThat(series.nextDue()).isEqualTo(at(30));
        assertThat(write(at(30))).singleElement().satisfies(s -> {
            assertThat(s.count()).isEqualTo(3);
            assertThat(s.since()).isEqualTo(START);
            assertThat(s.last()).isEqualTo(at(2));
        });
        assertThat(series.nextDue()).isNull();
    }

    @Test
    void domainsAndReasonsAreApart() {
        series.add(failure("a.com", "NotOffered"), START);
        series.add(failure("a.com", "Expired"), START);
        series.add(failure("b.com", "NotOffered"), START);
        assertThat(write(START)).hasSize(3);
    }

    @Test
    void aNewSeriesBeginsAfterTheIntervalAndTheOldOneIsToldToItsEnd() {
        series.add(failure("a.com", "NotOffered"), START);
        write(START);
        series.add(failure("a.com", "NotOffered"), at(599));
        series.add(failure("a.com", "NotOffered"), at(601));
        assertThat(write(at(601))).extracting(Series::since, Series::count).containsExactlyInAnyOrder(
                tuple(START, 2L), tuple(at(601), 1L));
        assertThat(series.takeLost()).isZero();
    }

    @Test
    void theLastUpdateComesAtTheEndOfTheIntervalAtTheLatest() {
        series.add(failure("a.com", "NotOffered"), START);
        write(START);
        series.add(failure("a.com", "NotOffered"), at(580));
        write(at(580));
        series.add(failure("a.com", "NotOffered"), at(590));
        assertThat(series.nextDue()).isEqualTo(at(600));
    }

    @Test
    void whatIsNotWrittenStaysDue() {
        series.add(failure("a.com", "NotOffered"), START);
        assertThat(series.due(START)).hasSize(1);
        series.add(failure("a.com", "NotOffered"), at(5));
        assertThat(series.due(at(5))).singleElement().extracting(Series::count).isEqualTo(2L);
    }

    @Test
    void isBoundedAndSaysWhatWasLost() {
        for (int i = 0; i < 10; i++) {
            series.add(failure("d" + i + ".com", "NotOffered"), START);
            series.add(failure("d" + i + ".com", "NotOffered"), START);
        }
        assertThat(series.due(START)).hasSize(3);
        assertThat(series.takeLost()).isEqualTo(14);
        assertThat(series.takeLost()).isZero();
    }

    private List<Series> write(Instant now) {
        List<Series> due = series.due(now);
        due.forEach(s -> series.written(s, now));
        return due;
    }

    private static Instant at(long seconds) {
        return START.plusSeconds(seconds);
    }
}
