package dev.postern.gateway.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.report.TlsResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectorTest {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 21);
    @TempDir
    Path root;
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private final AtomicBoolean on = new AtomicBoolean(true);
    private final AtomicInteger dropped = new AtomicInteger();
    private final List<String> trouble = new ArrayList<>();
    private ReportFolder folder;
    private Collector collector;

    @BeforeEach
    void start() throws IOException {
        folder = new ReportFolder(root.resolve("tls-reports"), trouble::add);
        collector = new Collector(folder, on::get, Tally.Bounds.STANDARD, Duration.ofMinutes(1), () -> now, dropped::incrementAndGet, trouble::add);
    }

    private void session(String domain) {
        collector.result(Results.encrypted(domain));
        collector.step();
    }

    private void pass(Duration time) {
        now = now.plus(time);
        collector.step();
    }

    private long kept(LocalDate day, String domain) throws IOException {
        DayCounts counts = folder.load(day);
        return counts == null ? 0 : counts.domains().stream().filter(d -> d.domain().equals(domain)).flatMap(d -> d.policies().stream()).mapToLong(DayCounts.PolicyCounts::successes).sum();
    }

    @Test
    void aKillCostsNoMoreThanSinceTheLastSnapshot() throws IOException {
        session("a.example");
        pass(Duration.ofMinutes(1));
        session("a.example");   // after the snapshot, and lost
        start();                // without an end before it
        assertThat(kept(DAY, "a.example")).isEqualTo(1);
    }

    @Test
    void countingGoesOnAfterARestartInTheMiddleOfADay() throws Exception {
        session("a.example");
        Thread counting = Thread.ofVirtual().start(() -> collector.run(Duration.ofHours(1)));
        collector.stop();
        counting.join();
        now = now.plus(Duration.ofHours(3));
        start();
        session("a.example");
        session("b.example");
        pass(Duration.ofMinutes(1));
        assertThat(kept(DAY, "a.example")).isEqualTo(2);
        assertThat(kept(DAY, "b.example")).isEqualTo(1);
    }

    @Test
    void atMidnightInUtcTheDayIsClosedAndAnotherBegins() throws IOException {
        session("a.example");
        now = Instant.parse("2026-11-21T23:59:59.999Z");
        collector.result(Results.encrypted("a.example"));   // counted only when the day is over
        now = Instant.parse("2026-11-22T00:00:00Z");
        session("a.example");
        assertThat(kept(DAY, "a.example")).isEqualTo(2);
        pass(Duration.ofMinutes(1));
        assertThat(kept(DAY.plusDays(1), "a.example")).isEqualTo(1);
        assertThat(folder.days()).containsExactly(DAY, DAY.plusDays(1));
    }

    @Test
    void aRestartOnTheNextDayLeavesTheOldDayToBeReported() throws IOException {
        session("a.example");
        pass(Duration.ofMinutes(1));
        now = now.plus(Duration.ofDays(1));
        start();
        session("b.example");
        pass(Duration.ofMinutes(1));
        assertThat(kept(DAY, "a.example")).isEqualTo(1);
        assertThat(kept(DAY.plusDays(1), "a.example")).isZero();
    }

    @Test
    void nothingIsCountedWhileReportingIsOff() throws IOException {
        session("a.example");
        on.set(false);
        session("a.example");
        on.set(true);
        pass(Duration.ofMinutes(1));
        assertThat(kept(DAY, "a.example")).isEqualTo(1);
    }

    @Test
    void whatComesTooFastIsDroppedAndCountedAndNobodyWaits() {
        for (int i = 0; i < 10_100; i++) {
            collector.result(Results.encrypted("a.example"));
        }
        assertThat(dropped).hasValue(100);
    }

    @Test
    void aDiskThatTakesNothingIsToldOnceAndCostsNothingOnceItDoes() throws IOException {
        Path days = root.resolve("tls-reports/days");
        session("a.example");
        Files.delete(days);
        Files.writeString(days, "in the way");
        pass(Duration.ofMinutes(1));
        pass(Duration.ofMinutes(1));
        now = now.plus(Duration.ofDays(1));
        session("b.example");
        assertThat(trouble).singleElement().asString().contains("cannot be written, and are kept in memory");
        Files.delete(days);
        Files.createDirectory(days);
        pass(Duration.ofMinutes(1));
        assertThat(kept(DAY, "a.example")).isEqualTo(1);
        assertThat(kept(DAY.plusDays(1), "b.example")).isEqualTo(1);
    }

    @Test
    void aDamagedSnapshotIsSetAsideAndCountingBeginsAnew() throws IOException {
        session("a.example");
        pass(Duration.ofMinutes(1));
        Files.writeString(root.resolve("tls-reports/days/2026-11-21.json"), "{\"day\": ");
        start();
        session("a.example");
        pass(Duration.ofMinutes(1));
        assertThat(kept(DAY, "a.example")).isEqualTo(1);
        assertThat(trouble).singleElement().asString().contains("2026-11-21.json was set aside");
        assertThat(root.resolve("tls-reports/days/2026-11-21.json.damaged")).exists();
    }

    @Test
    void everyPartOfACountSurvivesTheDisk() throws IOException {
        TlsResult failed = Results.failed("a.example", "Expired", Results.STS);
        collector.result(failed);
        collector.result(Results.failed("a.example", "DaneMismatch", Results.TLSA));
        collector.step();
        pass(Duration.ofMinutes(1));
        Tally tally = new Tally(DAY, Tally.Bounds.STANDARD);
        tally.add(Session.of(failed).orElseThrow());
        tally.add(Session.of(Results.failed("a.example", "DaneMismatch", Results.TLSA)).orElseThrow());
        assertThat(folder.load(DAY)).isEqualTo(tally.counts());
    }
}
