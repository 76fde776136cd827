package dev.postern.gateway.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.report.EventSink.Series;
import dev.postern.gateway.report.RequiredTlsReporter.Bounds;
import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsFailures.Failure;
import dev.postern.gateway.report.TlsFailures.Stage;
import dev.postern.plan.ResourceRef;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RequiredTlsReporterTest {
    private static final Bounds BOUNDS = new Bounds(Duration.ofMinutes(10), Duration.ofMillis(50), 100, 100, 5, Duration.ofHours(1));
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Series> written = new CopyOnWriteArrayList<>();

    @Test
    void tellsOfTheFirstAtOnceAndCountsTheRest() {
        try (var reporter = reporter(written::add, true, BOUNDS)) {
            reporter.report(FailureSeriesTest.failure("a.com", "NotOffered"));
            await().until(() -> written.size() == 1);
            for (int i = 0; i < 9; i++) {
                reporter.report(FailureSeriesTest.failure("a.com", "NotOffered"));
            }
            await().until(() -> written.getLast().count() == 10);
        }
        assertThat(written.getFirst().count()).isEqualTo(1);
        assertThat(counted("NotOffered")).isEqualTo(10);
    }

    @Test
    void countsButDoesNotTellWhenAlertsAreOff() {
        try (var reporter = reporter(written::add, false, BOUNDS)) {
            reporter.report(FailureSeriesTest.failure("a.com", "NotOffered"));
        }
        assertThat(written).isEmpty();
        assertThat(counted("NotOffered")).isEqualTo(1);
    }

    @Test
    void keepsToItsRate() {
        try (var reporter = reporter(written::add, true, BOUNDS)) {
            for (int i = 0; i < 50; i++) {
                reporter.report(FailureSeriesTest.failure("d" + i + ".com", "NotOffered"));
            }
            await().until(() -> written.size() == 5);
        }
        assertThat(written).hasSize(5);
    }

    @Test
    void aSinkThatIsStuckNeverHoldsMailUp() {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        EventSink sink = series -> {
            entered.countDown();
            try {
                stuck.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        try (var reporter = reporter(sink, true, BOUNDS)) {
            reporter.report(FailureSeriesTest.failure("a.com", "NotOffered"));
            await().until(() -> entered.getCount() == 0);
            for (int i = 0; i < 1000; i++) {
                reporter.report(FailureSeriesTest.failure("a.com", "NotOffered"));
            }
            assertThat(meters.get("postern.events.dropped").counter().count()).isEqualTo(900);
            assertThat(counted("NotOffered")).isEqualTo(1001);
            stuck.countDown();
        }
    }

    @Test
    void triesAgainWhatCouldNotBeWritten() {
        EventSink flaky = new EventSink() {
            private int calls;

            @Override
            public void write(Series series) throws IOException {
                if (calls++ == 0) {
                    throw new IOException("the API server is away");
                }
                written.add(series);
            }
        };
        try (var reporter = reporter(flaky, true, BOUNDS)) {
            reporter.report(FailureSeriesTest.failure("a.com", "NotOffered"));
            await().until(() -> written.size() == 1);
        }
        assertThat(meters.get("postern.events.failures").counter().count()).isEqualTo(1);
        assertThat(meters.get("postern.events.dropped").counter().count()).isZero();
    }

    @Test
    void writesWhatIsLeftWhenItCloses() {
        Bounds slow = new Bounds(Duration.ofMinutes(10), Duration.ofMinutes(5), 100, 100, 5, Duration.ofHours(1));
        var reporter = reporter(written::add, true, slow);
        reporter.report(FailureSeriesTest.failure("a.com", "NotOffered"));
        await().until(() -> written.size() == 1);
        reporter.report(FailureSeriesTest.failure("a.com", "NotOffered"));
        reporter.close();
        assertThat(written.getLast().count()).isEqualTo(2);
    }

    @Test
    void metersAreBounded() {
        try (var reporter = reporter(written::add, false, BOUNDS)) {
            for (int i = 0; i < 3000; i++) {
                reporter.report(new Failure(new ResourceRef("DestinationControl", "mail", "d" + i, "", 1), Direction.Outbound, "a.com", "h", Stage.Ehlo, "NotOffered", null));
            }
        }
        assertThat(meters.find("postern.tls.required.failures").counters()).hasSizeLessThanOrEqualTo(1001);
        assertThat(meters.find("postern.tls.required.failures").counters().stream().mapToDouble(c -> c.count()).sum()).isEqualTo(3000);
        assertThat(meters.get("postern.tls.required.failures").tag("resource", "other").counter().count()).isEqualTo(2000);
    }

    @Test
    void standaloneTheMailLogTells() {
        List<MailEvent> log = new CopyOnWriteArrayList<>();
        try (var reporter = reporter(new LogEventSink(log::add), true, BOUNDS)) {
            reporter.report(FailureSeriesTest.failure("a.com", "NotOffered"));
            await().until(() -> log.size() == 1);
        }
        assertThat(log.getFirst()).isEqualTo(new MailEvent.Notice(MailEvent.Level.Warning, "TLSRequiredFailed DestinationControl/partners: Mail to a.com was not "
                + "sent: DestinationControl partners requires TLS, and host mx.a.com (192.0.2.1) failed it at STARTTLS (NotOffered): 454 TLS not available"));
    }

    private RequiredTlsReporter reporter(EventSink sink, boolean alerting, Bounds bounds) {
        return new RequiredTlsReporter(sink, () -> alerting, bounds, InstantSource.system(), meters);
    }

    private double counted(String reason) {
        return meters.get("postern.tls.required.failures").tags("direction", "Outbound", "resource", "DestinationControl/partners", "reason", reason).counter().count();
    }
}
