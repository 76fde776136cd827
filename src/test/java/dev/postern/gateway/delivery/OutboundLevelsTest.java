package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.delivery.ScriptedServer.Mail;
import dev.postern.gateway.delivery.ScriptedServer.Tls;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsFailures.Stage;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.plan.DestinationPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which a server can fail TLS, under every level: what is sent, how, who is told. */
class OutboundLevelsTest {
    private static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Test Root"), null);

    /** When a server fails. */
    private enum When { BEFORE_220, AFTER_220, UNVERIFIED, NEVER }

    /** A kind of server, when it fails, and what an alert says of it. */
    private enum Server {
        NO_EHLO(Tls.NO_EHLO, When.BEFORE_220, Stage.Ehlo, "EhloRefused", "EHLO not understood"),
        NO_EHLO_CLOSES(Tls.NO_EHLO_CLOSES, When.BEFORE_220, Stage.Ehlo, "EhloRefused", "EHLO not understood"),
        NOT_OFFERED(Tls.NOT_OFFERED, When.BEFORE_220, Stage.Starttls, "NotOffered", "STARTTLS not offered"),
        REFUSED_454(Tls.REFUSED_454, When.BEFORE_220, Stage.Starttls, "StarttlsRefused", "STARTTLS unexpected response"),
        REFUSED_554(Tls.REFUSED_554, When.BEFORE_220, Stage.Starttls, "StarttlsRefused", "STARTTLS unexpected response"),
        REFUSED_421(Tls.REFUSED_421, When.BEFORE_220, Stage.Starttls, "StarttlsRefused", "STARTTLS unexpected response"),
        GARBAGE(Tls.GARBAGE, When.BEFORE_220, Stage.Starttls, "StarttlsRefused", "STARTTLS unexpected response"),
        CUT_INSTEAD_OF_220(Tls.CUT_INSTEAD_OF_220, When.AFTER_220, Stage.Starttls, "ConnectionLost", "connection lost before STARTTLS was answered"),
        STALL_INSTEAD_OF_220(Tls.STALL_INSTEAD_OF_220, When.AFTER_220, Stage.Starttls, "ConnectionLost", "connection lost before STARTTLS was answered"),
        INJECT_BEHIND_220(Tls.INJECT_BEHIND_220, When.AFTER_220, Stage.Handshake, "UnexpectedData", "unexpected data in clear before the handshake"),
        GARBAGE_AFTER_220(Tls.GARBAGE_AFTER_220, When.AFTER_220, Stage.Handshake, "HandshakeFailed", "handshake failed"),
        ALERT_AFTER_220(Tls.ALERT_AFTER_220, When.AFTER_220, Stage.Handshake, "HandshakeFailed", "handshake failed"),
        CUT_AFTER_220(Tls.CUT_AFTER_220, When.AFTER_220, Stage.Handshake, "HandshakeFailed", "handshake failed"),
        CUT_MID_HANDSHAKE(Tls.CUT_MID_HANDSHAKE, When.AFTER_220, Stage.Handshake, "HandshakeFailed", "handshake failed"),
        STALL_AFTER_220(Tls.STALL_AFTER_220, When.AFTER_220, Stage.Handshake, "HandshakeFailed", "handshake failed"),
        WRONG_NAME(Request.server("x", "other.test"), ROOT, When.UNVERIFIED, "NameMismatch", "certificate is not for partner.test nor mx.partner.test but for other.test"),
        EXPIRED(Request.server("x", "partner.test").valid(TestPki.ago(20), TestPki.ago(10)), ROOT, When.UNVERIFIED, "Expired", "certificate expired on"),
        SELF_SIGNED(Request.server("x", "partner.test"), null, When.UNVERIFIED, "SelfSigned", "certificate is self-signed"),
        UNKNOWN_AUTHORITY(Request.server("x", "partner.test"), TestPki.issue(Request.ca("Stranger"), null), When.UNVERIFIED, "UnknownIssuer", "no trusted authority"),
        GOOD(Request.server("x", "partner.test"), ROOT, When.NEVER, null, null),
        GOOD_BY_HOST(Request.server("x", "mx.partner.test"), ROOT, When.NEVER, null, null);

        private final Tls tls;
        private final When when;
        private final Stage stage;
        private final String reason;
        private final String text;
        private final TestPki.Identity identity;

        Server(Tls tls, When when, Stage stage, String reason, String text) {
            this.tls = tls;
            this.when = when;
            this.stage = stage;
            this.reason = reason;
            this.text = text;
            this.identity = null;
        }

        Server(Request certificate, TestPki.Identity issuer, When when, String reason, String text) {
            this.tls = Tls.OFFERED;
            this.when = when;
            this.stage = Stage.Verification;
            this.reason = reason;
            this.text = text;
            this.identity = TestPki.issue(certificate, issuer);
        }
    }

    /** What becomes of a message. */
    private enum Fate { CLEAR, ENCRYPTED, NOT_SENT }

    record Cell(TlsMode mode, Server server, Fate fate, boolean alert) {
        @Override
        public String toString() {
            return mode + " and " + server + ": " + fate + (alert ? " with alert" : "");
        }
    }

    /** As the documentation's table; columns: fails before 220, fails after 220, encrypted unverified, encrypted verified; ! is an alert. */
    private static final Map<TlsMode, List<String>> TABLE = Map.of(
            TlsMode.None, List.of("CLEAR", "CLEAR", "CLEAR", "CLEAR"),
            TlsMode.Preferred, List.of("CLEAR", "NOT_SENT", "ENCRYPTED", "ENCRYPTED"),
            TlsMode.Required, List.of("NOT_SENT!", "NOT_SENT!", "ENCRYPTED", "ENCRYPTED"),
            TlsMode.PreferredVerify, List.of("CLEAR", "NOT_SENT", "ENCRYPTED", "ENCRYPTED"),
            TlsMode.RequiredVerify, List.of("NOT_SENT!", "NOT_SENT!", "NOT_SENT!", "ENCRYPTED"));

    static List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (TlsMode mode : TlsMode.values()) {
            for (Server server : Server.values()) {
                String expected = TABLE.get(mode).get(server.when.ordinal());
                cells.add(new Cell(mode, server, Fate.valueOf(expected.replace("!", "")), expected.endsWith("!")));
            }
        }
        return cells;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void mailTravelsAtItsLevelOrNotAtAll(Cell cell) throws Exception {
        boolean stalls = cell.server.tls.name().startsWith("STALL") && cell.mode != TlsMode.None;
        Duration patience = Duration.ofMillis(stalls ? 300 : 10_000);
        try (ScriptedServer server = new ScriptedServer();
                Rig rig = new Rig(new DeliveryOptions(10, 100, Duration.ZERO, Timeouts.all(patience)))) {
            server.tls = cell.server.tls;
            server.identity = cell.server.identity == null ? null : cell.server.identity.serverContext();
            rig.hosts.put("mx.partner.test", List.of(Rig.address("127.0.0.1")));
            rig.bundles = Map.of("ca/ca.crt", ROOT.pem());
            rig.plan(new DestinationPlan(Rig.CONTROL, List.of("partner.test"), false, DestinationPlan.Tls.of(cell.mode, Identity.Hosted, "ca/ca.crt"), null, 20, 100,
                    List.of(Rig.host("mx.partner.test", server.port())), null));
            rig.delivery.start();
            long mid = rig.send("a@sender.test", "b@partner.test");

            await().atMost(Duration.ofSeconds(20)).until(() -> rig.spool.get(mid).recipients().getFirst().lastStatus() != null);

            assertThat(server.mails).extracting(Mail::encrypted).isEqualTo(cell.fate == Fate.NOT_SENT ? List.of() : List.of(cell.fate == Fate.ENCRYPTED));
            assertThat(rig.spool.get(mid).recipients().getFirst().state()).isEqualTo(cell.fate == Fate.NOT_SENT ? State.PENDING : State.DELIVERED);
            if (cell.fate != Fate.ENCRYPTED) {
                assertThat(server.commands.stream().filter(c -> c.startsWith("MAIL")).count()).isEqualTo(cell.fate == Fate.CLEAR ? 1 : 0);
            }
            alerts(cell, rig);
            logLines(cell, rig);
            if (cell.mode == TlsMode.None) {
                assertThat(server.commands).doesNotContain("STARTTLS");
            }
        }
    }

    private static void alerts(Cell cell, Rig rig) {
        if (!cell.alert) {
            assertThat(rig.alerts).isEmpty();
            assertThat(rig.logged(MailEvent.DeliveryTlsRequired.class)).isEmpty();
            return;
        }
        assertThat(rig.alerts).singleElement().satisfies(alert -> {
            assertThat(alert.resource()).isEqualTo(Rig.CONTROL);
            assertThat(alert.direction()).isEqualTo(Direction.Outbound);
            assertThat(alert.domain()).isEqualTo("partner.test");
            assertThat(alert.host()).isEqualTo("mx.partner.test (127.0.0.1)");
            assertThat(alert.stage()).isEqualTo(cell.server.stage);
            assertThat(alert.reason()).isEqualTo(cell.server.reason);
            assertThat(alert.detail()).contains(cell.server.text);
        });
        assertThat(rig.logged(MailEvent.DeliveryTlsRequired.class)).containsExactly(new MailEvent.DeliveryTlsRequired(1, "127.0.0.1"));
    }

    private static void logLines(Cell cell, Rig rig) {
        boolean failed = cell.fate == Fate.NOT_SENT;
        assertThat(rig.logged(MailEvent.DeliveryTlsFailed.class)).hasSize(failed ? 1 : 0);
        if (failed) {
            assertThat(rig.logged(MailEvent.DeliveryTlsFailed.class).getFirst()).satisfies(line -> {
                assertThat(line.dcid()).isEqualTo(1);
                assertThat(line.address()).isEqualTo("127.0.0.1");
                assertThat(line.reason()).contains(cell.server.text);
            });
            assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).singleElement()
                    .satisfies(line -> assertThat(line.status()).isIn("4.7.4", "4.7.5"));
        }
        boolean fellBack = cell.fate == Fate.CLEAR && cell.mode != TlsMode.None;
        assertThat(rig.logged(MailEvent.DeliveryInClear.class)).hasSize(fellBack ? 1 : 0);
        boolean verifies = cell.mode == TlsMode.PreferredVerify || cell.mode == TlsMode.RequiredVerify;
        boolean handshook = cell.mode != TlsMode.None && (cell.server.when == When.UNVERIFIED || cell.server.when == When.NEVER);
        assertThat(rig.logged(MailEvent.DeliveryTls.class)).hasSize(handshook ? 1 : 0);
        if (handshook) {
            MailEvent.DeliveryTls line = rig.logged(MailEvent.DeliveryTls.class).getFirst();
            assertThat(line.protocol()).isEqualTo("TLSv1.3");
            assertThat(line.cipher()).startsWith("TLS_");
            assertThat(line.domain()).isEqualTo("partner.test");
            assertThat(line.verified()).isEqualTo(verifies ? cell.server.when == When.NEVER : null);
        }
    }
}
