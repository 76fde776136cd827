package dev.postern.gateway.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.RocksSpool;
import dev.postern.gateway.spool.SpoolOptions;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.pki.issue.Authority;
import dev.postern.testing.NoDns;
import dev.postern.testing.PythonHttps;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole on its own threads, with a spool on disk and a web server of others; only the clock and DNS are the test's. */
class TlsReportsTest {
    @TempDir
    Path root;
    private final Authority authority = new Authority("Web", Instant.now(), Duration.ofDays(30));
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T12:00:00Z"));
    private final AtomicReference<ActivePlan> plan = new AtomicReference<>();
    private final Map<String, String> records = new ConcurrentHashMap<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final List<Envelope> spooled = new CopyOnWriteArrayList<>();
    private RocksSpool spool;

    @BeforeEach
    void open() throws Exception {
        spool = RocksSpool.open(root.resolve("spool"), SpoolOptions.DEFAULTS, spooled::add, damaged -> { }, new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        spool.close();
    }

    private TlsReports start() throws Exception {
        var dns = new NoDns() {
            @Override
            public CompletionStage<List<String>> txt(String name) {
                return CompletableFuture.completedFuture(records.containsKey(name) ? List.of(records.get(name)) : List.of());
            }
        };
        return new TlsReports(root.resolve("tls-reports"), spool, dns, plan::get, e -> log.add(((MailEvent.Notice) e).message()), new SimpleMeterRegistry(), now::get,
                new TlsReports.Times(Duration.ofMinutes(1), Duration.ofMillis(20), () -> Duration.ofHours(1)), new HttpsTransport(HttpsTransportTest.client(authority)));
    }

    private void awaitLog(String line) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(log).anyMatch(l -> l.contains(line)));
    }

    @Test
    void aReportSurvivesARestartAtEveryStageAndAServerThatFails() throws Exception {
        plan.set(TestSettings.plan(TestSettings.UNSIGNED, null));
        try (PythonHttps server = new PythonHttps(root, authority.issue(List.of("localhost"), Duration.ofDays(10)), 500, 200)) {
            records.put("_smtp._tls.a.example", "v=TLSRPTv1; rua=https://localhost:" + server.port() + "/r");
            try (TlsReports reports = start()) {
                reports.result(Results.verified("a.example", Results.STS));
            }
            assertThat(root.resolve("tls-reports/days/2026-11-21.json")).exists();
            now.set(Instant.parse("2026-11-22T01:00:00Z"));
            try (TlsReports reports = start()) {
                awaitLog("TLS report for a.example of 2026-11-21 delayed until 2026-11-22T01:01:00Z: https://localhost:" + server.port() + "/r: the server answered 500");
            }
            now.set(Instant.parse("2026-11-22T01:01:00Z"));
            try (TlsReports reports = start()) {
                awaitLog("TLS report for a.example of 2026-11-21 sent to https://localhost:");
                await().atMost(Duration.ofSeconds(30)).until(() -> {
                    try (var files = Files.list(root.resolve("tls-reports/outbox"))) {
                        return files.findAny().isEmpty();
                    }
                });
            }
            assertThat(server.posts()).isEqualTo(2);
            assertThat(server.body(1)).isEqualTo(server.body(0));
        }
    }

    @Test
    void byMailItIsAMessageInTheSpoolFromTheAddressThatSends() throws Exception {
        plan.set(TestSettings.plan(TestSettings.SIGNED, TestCertificates.ed25519("dkim.test")));
        records.put("_smtp._tls.a.example", "v=TLSRPTv1; rua=mailto:r@a.example");
        try (TlsReports reports = start()) {
            reports.result(Results.encrypted("a.example"));
            now.set(Instant.parse("2026-11-22T01:00:00Z"));
            awaitLog("sent to mailto:r@a.example (queued)");
        }
        assertThat(spooled).singleElement().satisfies(e -> {
            assertThat(e.sender()).isEqualTo("tlsrpt@company-x.example");
            assertThat(e.recipients()).singleElement().satisfies(r -> assertThat(r.address()).isEqualTo("r@a.example"));
            assertThat(e.size()).isPositive();
        });
    }

    @Test
    void withoutDkimNoMailIsSentAndTheLogSaysWhy() throws Exception {
        plan.set(TestSettings.plan(TestSettings.UNSIGNED, null));
        records.put("_smtp._tls.a.example", "v=TLSRPTv1; rua=mailto:r@a.example");
        try (TlsReports reports = start()) {
            reports.result(Results.encrypted("a.example"));
            now.set(Instant.parse("2026-11-22T01:00:00Z"));
            awaitLog("not sent to mailto:r@a.example, nor are others of its kind: reports by mail must be signed (RFC 8460 section 3), and spec.tlsReporting.dkim is not set");
        }
        assertThat(spooled).isEmpty();
    }

    @Test
    void aKeyThatTurnedIntoOneThatDkimDoesNotHaveIsToldAndNothingGoesUnsigned() throws Exception {
        plan.set(TestSettings.plan(TestSettings.SIGNED, TestCertificates.ecdsa("dkim.test")));
        records.put("_smtp._tls.a.example", "v=TLSRPTv1; rua=mailto:r@a.example");
        try (TlsReports reports = start()) {
            reports.result(Results.encrypted("a.example"));
            now.set(Instant.parse("2026-11-22T01:00:00Z"));
            awaitLog("it cannot be signed: DKIM has RSA and Ed25519, and the key is of type EC");
        }
        assertThat(spooled).isEmpty();
    }

    @Test
    void switchedOffOrWithoutAPlanNothingIsCounted() throws Exception {
        try (TlsReports reports = start()) {
            reports.result(Results.encrypted("a.example"));
            plan.set(TestSettings.plan(null, null));
            reports.result(Results.encrypted("a.example"));
        }
        assertThat(root.resolve("tls-reports/days")).isEmptyDirectory();
    }
}
