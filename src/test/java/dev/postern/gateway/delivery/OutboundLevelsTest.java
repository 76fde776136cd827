package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.delivery.OutboundServer.When;
import dev.postern.gateway.delivery.OutboundTable.Cell;
import dev.postern.gateway.delivery.OutboundTable.Fate;
import dev.postern.gateway.delivery.ScriptedServer.Mail;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsResult;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.plan.DestinationPlan;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which a server can fail TLS, under every level: what is sent, how, who is told, and what the sender hears in the end. */
class OutboundLevelsTest {

    static List<Cell> cells() {
        return OutboundTable.cells();
    }

    static Stream<Cell> unsent() {
        return OutboundTable.cells().stream().filter(c -> !c.fate().sent());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void mailTravelsAtItsLevelOrNotAtAll(Cell cell) throws Exception {
        try (ScriptedServer server = cell.server().start("127.0.0.1", 0); Rig rig = rig(cell)) {
            Envelope envelope = deliver(cell, server, rig);

            boolean sent = cell.fate().sent();
            assertThat(server.mails).extracting(Mail::encrypted).isEqualTo(sent ? List.of(cell.fate() != Fate.CLEAR) : List.of());
            assertThat(envelope.recipients().getFirst().state()).isEqualTo(sent ? State.DELIVERED : State.PENDING);
            assertThat(server.commands.stream().filter(c -> c.startsWith("MAIL")).count()).isEqualTo(sent ? 1 : 0);
            if (cell.mode() == TlsMode.None) {
                assertThat(server.commands).doesNotContain("STARTTLS");
            }
            alerts(cell, rig);
            logLines(cell, rig);
            told(cell, rig);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unsent")
    void whatIsNotSentInTimeGoesBackWithItsReason(Cell cell) throws Exception {
        try (ScriptedServer server = cell.server().start("127.0.0.1", 0); Rig rig = rig(cell)) {
            rig.settings = Rig.settings(3600, 3600, 0);
            Envelope envelope = deliver(cell, server, rig);

            assertThat(envelope.recipients().getFirst().state()).isEqualTo(State.BOUNCED);
            assertThat(envelope.recipients().getFirst().lastStatus()).isEqualTo("5.4.7");
            await(() -> rig.spool.mids().size() == 2);
            String dsn = rig.spool.body(2);
            var reason = cell.server().reason;
            String required = cell.fate() == Fate.ALERT ? "TLS was required but failed with " : cell.server().when == When.NOT_TLS ? "" : "TLS failed with ";
            assertThat(dsn).contains("Action: failed\r\nStatus: 5.4.7\r\nRemote-MTA: dns; mx.partner.test (127.0.0.1)\r\n"
                    + "Diagnostic-Code: x-postern; delivery time expired; last error: " + reason.status() + " " + required + "mx.partner.test (127.0.0.1): ");
            assertThat(dsn.lines().filter(l -> l.startsWith("Diagnostic-Code: ")).findFirst().orElseThrow()).contains(reason.text());
            assertThat(server.mails).isEmpty();
            alerts(cell, rig);
        }
    }

    static Rig rig(Cell cell) {
        boolean stalls = cell.server().stalls() && cell.mode() != TlsMode.None;
        return new Rig(new DeliveryOptions(10, 100, Duration.ZERO, Timeouts.all(Duration.ofMillis(stalls ? 150 : 10_000))));
    }

    static Envelope deliver(Cell cell, ScriptedServer server, Rig rig) {
        rig.hosts.put("mx.partner.test", List.of(Rig.address("127.0.0.1")));
        rig.bundles = Map.of("ca/ca.crt", OutboundServer.root());
        rig.plan(DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false, DestinationPlan.Tls.of(cell.mode(), Identity.Hosted, "ca/ca.crt"), null, DestinationPlan.Limits.of(20, 100),
                List.of(Rig.host("mx.partner.test", server.port())), null));
        rig.delivery.start();
        long mid = rig.send("a@sender.test", "b@partner.test");
        await(() -> rig.spool.get(mid).recipients().getFirst().lastStatus() != null);
        return rig.spool.get(mid);
    }

    static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(condition);
    }

    private static void alerts(Cell cell, Rig rig) {
        if (cell.fate() != Fate.ALERT) {
            assertThat(rig.alerts).isEmpty();
            assertThat(rig.logged(MailEvent.DeliveryTlsRequired.class)).isEmpty();
            return;
        }
        assertThat(rig.alerts).singleElement().satisfies(alert -> {
            assertThat(alert.resource()).isEqualTo(Rig.CONTROL);
            assertThat(alert.direction()).isEqualTo(Direction.Outbound);
            assertThat(alert.domain()).isEqualTo("partner.test");
            assertThat(alert.host()).isEqualTo("mx.partner.test (127.0.0.1)");
            assertThat(alert.stage()).isEqualTo(cell.server().reason.stage());
            assertThat(alert.reason()).isEqualTo(cell.server().reason.reason());
            assertThat(alert.detail()).contains(cell.server().reason.text());
        });
        assertThat(rig.logged(MailEvent.DeliveryTlsRequired.class)).containsExactly(new MailEvent.DeliveryTlsRequired(1, "127.0.0.1"));
    }

    private static void logLines(Cell cell, Rig rig) {
        When when = cell.server().when;
        boolean failed = !cell.fate().sent() && when != When.NOT_TLS;
        assertThat(rig.logged(MailEvent.DeliveryTlsFailed.class)).hasSize(failed ? 1 : 0);
        if (failed) {
            assertThat(rig.logged(MailEvent.DeliveryTlsFailed.class).getFirst()).satisfies(line -> {
                assertThat(line.dcid()).isEqualTo(1);
                assertThat(line.address()).isEqualTo("127.0.0.1");
                assertThat(line.reason()).contains(cell.server().reason.text());
            });
        }
        if (!cell.fate().sent()) {
            assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).singleElement().satisfies(line -> {
                assertThat(line.status()).isEqualTo(cell.server().reason.status());
                assertThat(line.reason()).contains(cell.server().reason.text());
            });
        }
        boolean fellBack = cell.fate() == Fate.CLEAR && cell.mode() != TlsMode.None;
        assertThat(rig.logged(MailEvent.DeliveryInClear.class)).hasSize(fellBack ? 1 : 0);
        if (fellBack) {
            assertThat(rig.logged(MailEvent.DeliveryInClear.class).getFirst().reason()).startsWith(cell.server().reason.text());
        }
        boolean verifies = cell.mode() == TlsMode.PreferredVerify || cell.mode() == TlsMode.RequiredVerify;
        boolean handshook = cell.mode() != TlsMode.None && (when.ordinal() >= When.AFTER_HANDSHAKE.ordinal() || cell.server() == OutboundServer.DEMANDS_CERTIFICATE);
        assertThat(rig.logged(MailEvent.DeliveryTls.class)).hasSize(handshook ? 1 : 0);
        if (handshook) {
            MailEvent.DeliveryTls line = rig.logged(MailEvent.DeliveryTls.class).getFirst();
            assertThat(line.protocol()).isEqualTo("TLSv1.3");
            assertThat(line.cipher()).startsWith("TLS_");
            assertThat(line.domain()).isEqualTo("partner.test");
            assertThat(line.verified()).isEqualTo(verifies ? when != When.UNVERIFIED : null);
        }
    }

    private static void told(Cell cell, Rig rig) {
        List<String> counted = rig.metrics.find("postern.delivery.tls").counters().stream().map(c -> c.getId().getTag("mode") + " " + c.getId().getTag("result") + " " + c.count()).toList();
        if (cell.server().when == When.NOT_TLS && cell.mode() != TlsMode.None) {
            assertThat(rig.results).isEmpty();
            assertThat(counted).isEmpty();
            return;
        }
        assertThat(counted).containsExactly(cell.mode() + " " + cell.fate().metric + " 1.0");
        assertThat(rig.results).singleElement().satisfies(result -> {
            boolean failure = cell.fate() == Fate.UNVERIFIED || !cell.fate().sent() || cell.fate() == Fate.CLEAR && cell.mode() != TlsMode.None;
            assertThat(result.outcome()).isEqualTo(cell.fate().result);
            assertThat(result.reason()).isEqualTo(failure ? cell.server().reason.reason() : null);
            assertThat(result.domain()).isEqualTo("partner.test");
            assertThat(result.host()).isEqualTo("mx.partner.test");
            assertThat(result.address()).isEqualTo(InetAddress.getLoopbackAddress());
            assertThat(result.routed()).isTrue();
            assertThat(result.policy()).isEqualTo(TlsResult.Policy.NONE);
            if (failure) {
                assertThat(result.detail()).contains(cell.server().reason.text());
            }
        });
    }
}
