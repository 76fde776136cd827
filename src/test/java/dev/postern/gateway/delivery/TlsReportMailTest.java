package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.DnsOptions;
import dev.postern.dns.DnsjavaDns;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.config.SigningKeys;
import dev.postern.gateway.mtasts.StsPolicies;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsResult;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.RocksSpool;
import dev.postern.gateway.spool.Spool;
import dev.postern.gateway.spool.SpoolOptions;
import dev.postern.gateway.tls.ClientContexts;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.gateway.tlsrpt.TlsReports;
import dev.postern.pki.DkimRecord;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.DestinationTable;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import dev.postern.testing.CoreDns;
import dev.postern.testing.DkimVerifier;
import dev.postern.testing.Postfix;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of a report: a real session to Postfix is counted, the record is read from a real name server, the report goes through the spool to Postfix. */
class TlsReportMailTest {
    private static final String ZONE = """
            $ORIGIN partner.test.
            @ 60 IN SOA ns hostmaster 1 60 60 60 60
            @ 60 IN NS ns
            ns 60 IN A 127.0.0.1
            @ 60 IN MX 10 mx
            mx 60 IN A 127.0.0.1
            _smtp._tls 60 IN TXT "v=TLSRPTv1; rua=mailto:tls-" "reports@collector.test"
            """;
    @TempDir
    Path folder;
    private final List<MailEvent> log = new CopyOnWriteArrayList<>();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T12:00:00Z"));
    private final TestCertificates.Pair signing = TestCertificates.rsa("dkim.test");

    private ActivePlan plan(int port) {
        Settings base = Rig.settings(3600, 3600, 345_600);
        Settings settings = new Settings(base.hostname(), new DestinationPlan.Retry(3600, 3600, 345_600), null, null, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 1000, 0,
                new Settings.TlsReporting("Company-X", "tls@gateway.test", "tlsrpt@gateway.test", "tls1", "dkim"), List.of());
        List<DestinationPlan> destinations = List.of(Rig.destination("collector.test", TlsMode.Preferred, Rig.host("127.0.0.1", port)),
                Rig.destination("partner.test", TlsMode.Required));
        GatewayPlan plan = new GatewayPlan(new ResourceRef("MailGateway", "mail", "default", "", 1), settings, List.of(), List.of(), List.of(), Map.of(), destinations);
        return new ActivePlan(new PlanParts.Index("r", 1, Map.of()), plan, Map.of(), new DestinationTable(destinations), Map.of(), new ClientContexts().build(plan, Map.of()),
                SigningKeys.of(plan, Map.of("dkim", signing.keyPem())));
    }

    @Test
    void aReportArrivesByMailSignedAndTellsOfTheSession() throws Exception {
        TestCertificates.Pair shown = TestCertificates.ecdsa("mx.partner.test");
        AtomicReference<Delivery> delivery = new AtomicReference<>();
        try (Postfix postfix = Postfix.start("mx.partner.test", shown.keyPem() + shown.chainPem());
                CoreDns coredns = new CoreDns(Files.createDirectory(folder.resolve("dns")), Map.of("partner.test", ZONE));
                DnsjavaDns dns = new DnsjavaDns(new DnsOptions(List.of(coredns.address()), false, List.of()));
                Rig rig = new Rig();
                RocksSpool spool = RocksSpool.open(folder.resolve("spool"), SpoolOptions.DEFAULTS, e -> delivery.get().enqueue(e), damaged -> { }, new SimpleMeterRegistry())) {
            await().atMost(Duration.ofSeconds(30)).until(() -> !dns.txt("_smtp._tls.partner.test").toCompletableFuture().handle((txt, e) -> txt == null ? List.of() : txt).get().isEmpty());
            rig.plans.swap(plan(postfix.port()));
            TlsReports.Times times = new TlsReports.Times(Duration.ofMinutes(1), Duration.ofMillis(50), () -> Duration.ofHours(1));
            try (TlsReports reports = new TlsReports(folder.resolve("spool/tls-reports"), spool, dns, rig.plans::current, log::add, new SimpleMeterRegistry(), now::get, times)) {
                // The MX host's port is 25, where nobody listens for a test: the session's result is told as the one to Postfix came to, by its MX name.
                delivery.set(new Delivery(rig.plans, spool, dns, StsPolicies.NONE, log::add, rig.alerts::add,
                        rig.results::add, new SimpleMeterRegistry(), InstantSource.system(), Rig.GROUP,
                        new DeliveryOptions(50, 100, Duration.ofMillis(200), Timeouts.all(Duration.ofSeconds(10)))));
                delivery.get().start();
                send(spool);
                await().atMost(Duration.ofSeconds(30)).until(() -> postfix.messages().size() == 1 && !rig.results.isEmpty());
                var result = rig.results.getFirst();
                reports.result(new TlsResult(result.at(), result.resource(), "partner.test", result.outcome(), "mx.partner.test", result.address(),
                        result.local(), false, result.reason(), result.detail(), result.policy()));

                now.set(Instant.parse("2026-11-22T00:59:59Z"));
                Path day = folder.resolve("spool/tls-reports/days/2026-11-21.json");
                await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(day));
                assertThat(postfix.messages()).hasSize(1);   // the day is over, and the delay is not
                now.set(Instant.parse("2026-11-22T01:00:00Z"));
                await().atMost(Duration.ofSeconds(30)).until(() -> postfix.messages().size() == 2);
                await().atMost(Duration.ofSeconds(30)).until(() -> spool.messages() == 0);
                assertThat(log).contains(new MailEvent.Notice(MailEvent.Level.Info,
                        "TLS report for partner.test of 2026-11-21 sent to mailto:tls-reports@collector.test (queued)"));
            }
            delivery.get().stop(Duration.ofSeconds(5));

            String message = postfix.messages().stream().filter(m -> m.contains("TLS-Report-Domain")).findFirst().orElseThrow().replaceAll("\r?\n", "\r\n");
            assertThat(message).contains("tlsrpt@gateway.test", "\r\nTo: <tls-reports@collector.test>\r\n", "\r\nTLS-Required: No\r\n");
            check(report(message));
            assertThat(DkimVerifier.verifies(folder, message.substring(message.indexOf("DKIM-Signature:")).getBytes(StandardCharsets.US_ASCII),
                    "tls1._domainkey.gateway.test", DkimRecord.of(signing.certificate().getPublicKey(), "tlsrpt"))).isTrue();
        }
    }

    private static void check(JsonNode report) {
        assertThat(report.at("/date-range/start-datetime").asText()).isEqualTo("2026-11-21T00:00:00Z");
        assertThat(report.at("/policies/0/policy/policy-domain").asText()).isEqualTo("partner.test");
        assertThat(report.at("/policies/0/policy/policy-type").asText()).isEqualTo("no-policy-found");
        assertThat(report.at("/policies/0/summary/total-successful-session-count").asInt()).isEqualTo(1);
        assertThat(report.at("/policies/0/summary/total-failure-session-count").asInt()).isZero();
    }

    private static JsonNode report(String message) throws Exception {
        Matcher part = Pattern.compile("application/tlsrpt\\+gzip.*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)", Pattern.DOTALL).matcher(message);
        assertThat(part.find()).isTrue();
        try (var in = new GZIPInputStream(new ByteArrayInputStream(Base64.getMimeDecoder().decode(part.group(1))))) {
            return new ObjectMapper().readTree(in.readAllBytes());
        }
    }

    private static void send(Spool spool) throws Exception {
        Spool.Incoming incoming = spool.begin();
        incoming.append(Unpooled.copiedBuffer("Subject: test\r\n\r\nhello\r\n", StandardCharsets.US_ASCII)).toCompletableFuture().get(20, TimeUnit.SECONDS);
        incoming.commit(new Envelope(incoming.mid(), System.currentTimeMillis(), "a@sender.test", 24, false, false, null, null, "test",
                List.of(MemorySpool.recipient("someone@collector.test")))).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
