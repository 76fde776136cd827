package dev.postern.gateway.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.dns.Dns.DnsException;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.tlsrpt.Transport.NotPossible;
import dev.postern.plan.Settings;
import dev.postern.testing.NoDns;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DispatcherTest {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 21);
    private static final Settings ON = TestSettings.of(TestSettings.UNSIGNED);
    @TempDir
    Path root;
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private final Map<String, String> records = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Set<String> down = ConcurrentHashMap.newKeySet();
    private final Set<String> dnsDown = ConcurrentHashMap.newKeySet();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final List<MailEvent> log = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private ReportFolder folder;
    private Dispatcher dispatcher;

    @BeforeEach
    void start() throws IOException {
        folder = new ReportFolder(root, problem -> log.add(new MailEvent.Notice(MailEvent.Level.Warning, problem)));
        var dns = new NoDns() {
            @Override
            public CompletionStage<List<String>> txt(String name) {
                asked.add(name);
                return dnsDown.contains(name) ? CompletableFuture.failedFuture(new DnsException(DnsException.Kind.TEMPORARY, "no answer for " + name))
                        : CompletableFuture.completedFuture(records.containsKey(name) ? List.of(records.get(name)) : List.of());
            }
        };
        dispatcher = new Dispatcher(folder, dns, this::send, (report, to) -> {
            throw new NotPossible("not signed");
        }, () -> Duration.ofHours(3), () -> now, new ReportNews(log::add, meters, () -> now));
    }

    @AfterEach
    void close() {
        dispatcher.close();
    }

    private void send(Report report, ReportRecord.Destination to) throws IOException {
        if (down.contains(to.uri())) {
            throw new IOException("down");
        }
        sent.add(report.domain() + " " + report.day() + " to " + to.uri());
    }

    private void counted(LocalDate day, String... domains) throws IOException {
        Tally tally = new Tally(day, Tally.Bounds.STANDARD);
        for (String domain : domains) {
            tally.add(Session.of(Results.encrypted(domain)).orElseThrow());
        }
        folder.save(tally.counts());
    }

    private void step(String time) throws Exception {
        now = Instant.parse(time);
        dispatcher.step(ON);
    }

    private List<String> notices() {
        return log.stream().map(e -> ((MailEvent.Notice) e).message()).toList();
    }

    private double count(String kind, String result) {
        return meters.get("postern.tls.reports").tags("kind", kind, "result", result).counter().count();
    }

    @Test
    void onlyDomainsThatAskGetReportsAndNotBeforeTheDelayIsOver() throws Exception {
        records.put("_smtp._tls.a.example", "v=TLSRPTv1;rua=https://a.example/r");
        counted(DAY, "a.example", "b.example");
        counted(DAY.plusDays(1), "a.example");
        step("2026-11-21T23:00:00Z");
        step("2026-11-22T02:59:59Z");
        assertThat(asked).isEmpty();
        step("2026-11-22T03:00:00Z");
        assertThat(asked).containsExactlyInAnyOrder("_smtp._tls.a.example", "_smtp._tls.b.example");
        assertThat(sent).containsExactly("a.example 2026-11-21 to https://a.example/r");
        assertThat(folder.days()).containsExactly(DAY.plusDays(1));
        assertThat(folder.parcels()).isEmpty();
        assertThat(count("https", "sent")).isEqualTo(1);
        assertThat(notices()).containsExactly("TLS report for a.example of 2026-11-21 sent to https://a.example/r");
    }

    @Test
    void everyDestinationGetsItOnceThoughOneIsDownForAWhileAndTheGatewayRestarts() throws Exception {
        records.put("_smtp._tls.a.example", "v=TLSRPTv1;rua=https://a.example/r,https://b.example/r");
        down.add("https://b.example/r");
        counted(DAY, "a.example");
        step("2026-11-22T03:00:00Z");
        assertThat(folder.parcels()).singleElement().satisfies(p -> assertThat(p.pending()).containsExactly("https://b.example/r"));
        close();
        start();
        step("2026-11-22T03:00:30Z");
        assertThat(sent).hasSize(1);
        down.clear();
        step("2026-11-22T03:01:00Z");
        assertThat(sent).containsExactly("a.example 2026-11-21 to https://a.example/r", "a.example 2026-11-21 to https://b.example/r");
        assertThat(folder.parcels()).isEmpty();
    }

    @Test
    void whatCannotBeDeliveredIsGivenUpAfterADay() throws Exception {
        records.put("_smtp._tls.a.example", "v=TLSRPTv1;rua=https://a.example/r");
        down.add("https://a.example/r");
        counted(DAY, "a.example");
        int attempts = 0;
        for (step("2026-11-22T03:00:00Z"); !folder.parcels().isEmpty(); dispatcher.step(ON)) {
            Parcel parcel = folder.parcels().getFirst();
            assertThat(Duration.between(now, parcel.next())).isBetween(Duration.ofMinutes(1), Duration.ofMinutes(128));
            now = parcel.next();
            attempts++;
        }
        assertThat(now).isBetween(Instant.parse("2026-11-23T00:00:00Z"), Instant.parse("2026-11-23T03:00:00Z"));
        assertThat(attempts).isBetween(10, 25);
        assertThat(count("https", "failed")).isEqualTo(1);
        assertThat(notices().getLast()).isEqualTo("TLS report for a.example of 2026-11-21 given up after 24 hours: https://a.example/r: down");
    }

    @Test
    void aRecordThatCannotBeReadNowIsReadLater() throws Exception {
        records.put("_smtp._tls.a.example", "v=TLSRPTv1;rua=https://a.example/r");
        dnsDown.add("_smtp._tls.a.example");
        counted(DAY, "a.example");
        step("2026-11-22T03:00:00Z");
        assertThat(folder.parcels()).hasSize(1);
        assertThat(folder.days()).isEmpty();
        dnsDown.clear();
        step("2026-11-22T03:01:00Z");
        assertThat(sent).hasSize(1);
        assertThat(folder.parcels()).isEmpty();
    }

    @Test
    void aKillWhileADayIsComposedSendsNothingTwice() throws Exception {
        records.put("_smtp._tls.a.example", "v=TLSRPTv1;rua=https://a.example/r");
        counted(DAY, "a.example");
        DayCounts counts = folder.load(DAY);
        folder.save(Parcel.of(Report.of(counts.domains().getFirst(), DAY, ON, folder.instance()), List.of("https://a.example/r"), now));
        step("2026-11-22T01:00:00Z");   // started anew before the delay is over: the day is not composed whole
        assertThat(sent).isEmpty();
        step("2026-11-22T03:00:00Z");
        step("2026-11-22T03:01:00Z");
        assertThat(sent).hasSize(1);
    }

    @Test
    void whatIsNotPossibleForAnyReportIsSaidOnceADay() throws Exception {
        records.put("_smtp._tls.a.example", "v=TLSRPTv1;rua=mailto:r@a.example");
        records.put("_smtp._tls.b.example", "v=TLSRPTv1;rua=mailto:r@b.example,https://b.example/r");
        counted(DAY, "a.example", "b.example");
        step("2026-11-22T03:00:00Z");
        assertThat(notices()).filteredOn(n -> n.contains("not signed")).singleElement().asString().contains("nor are others of its kind: not signed");
        assertThat(count("mailto", "failed")).isEqualTo(2);
        assertThat(sent).containsExactly("b.example 2026-11-21 to https://b.example/r");
        assertThat(folder.parcels()).isEmpty();
        counted(DAY.plusDays(1), "a.example");
        step("2026-11-23T03:00:00Z");
        assertThat(notices()).filteredOn(n -> n.contains("not signed")).hasSize(2);
    }

    @Test
    void switchedOffItSendsNothingAndForgetsWhatIsOver() throws Exception {
        records.put("_smtp._tls.a.example", "v=TLSRPTv1;rua=https://a.example/r");
        counted(DAY, "a.example");
        now = Instant.parse("2026-11-22T03:00:00Z");
        dispatcher.step(TestSettings.of(null));
        dispatcher.step(ON);
        assertThat(sent).isEmpty();
        assertThat(asked).isEmpty();
        assertThat(folder.days()).isEmpty();
    }

    @Test
    void eachGatewayHasAnIdOfItsOwnThatStays(@TempDir Path other) throws IOException {
        assertThat(new ReportFolder(root, p -> { }).instance()).isEqualTo(folder.instance());
        assertThat(new ReportFolder(other, p -> { }).instance()).isNotEqualTo(folder.instance());
    }
}
