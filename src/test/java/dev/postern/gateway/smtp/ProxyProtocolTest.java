package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.plan.PolicyPlan;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections of proxies, and connections of those who only say that they are some. */
class ProxyProtocolTest {
    private static final String V1 = "PROXY TCP4 198.51.100.7 10.0.0.1 56324 25\r\n";
    private static final String V2 = latin("0d0a0d0a000d0a515549540a" + "2111000c" + "c6336407" + "0a000001" + "dc04" + "0019");
    private static final String LOCAL = latin("0d0a0d0a000d0a515549540a" + "20000000");
    private static final String GREETING = "220 mail.example.com ESMTP Postern";
    private static final SmtpLimits HASTY = new SmtpLimits(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofMinutes(1),
            Duration.ofSeconds(30), Duration.ofSeconds(5), 5, 100, Duration.ofMillis(200), SmtpLimits.Abuse.STANDARD);

    private static String latin(String hex) {
        return new String(HexFormat.of().parseHex(hex), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /** Relays for one address behind the proxy, takes mail for the others, and turns one away. */
    private static Consumer<TestPlan> plan(String proxies) {
        return p -> {
            p.proxies = List.of(proxies);
            p.senders = List.of("ALL");
            p.first = List.of(new TestPlan.Group("inside", List.of("198.51.100.7"), p.policy("inside", Behavior.Relay, PolicyPlan.Tls.of(TlsMode.Preferred), 4321, 2)),
                    new TestPlan.Group("bad", List.of("198.51.100.66"), p.policy("bad", Behavior.Reject, PolicyPlan.Tls.of(TlsMode.Preferred), 4321, 2)));
        };
    }

    private static ServerFixture server() {
        return new ServerFixture(plan("127.0.0.0/8"));
    }

    private static void relays(RawClient client, boolean relays) {
        client.send("EHLO client.test\r\n");
        client.reply();
        client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
        client.command("RCPT TO:<x@elsewhere.test>", relays ? "250 2.1.5 recipient <x@elsewhere.test> ok" : Denial.Recipient.reply().toString());
    }

    @Test
    void theAddressInTheHeaderIsTheClients() {
        for (String header : List.of(V1, V2)) {
            try (var fixture = server(); var client = fixture.client()) {
                client.send(header);
                client.expect(GREETING);
                relays(client, true);
                client.command("RCPT TO:<y@example.com>", "250 2.1.5 recipient <y@example.com> ok");
                client.command("DATA", "354 go ahead");
                client.command("Subject: x\r\n\r\nx\r\n.", "250 2.0.0 ok:  Message 1 accepted");
                assertThat(fixture.spool.messages.getFirst().text()).contains("(unknown [198.51.100.7])");
                assertThat(fixture.spool.messages.getFirst().envelope().origin().client()).isEqualTo("198.51.100.7");
                assertThat(fixture.logged(MailEvent.NewInbound.class)).extracting(MailEvent.NewInbound::address).containsExactly("198.51.100.7");
                assertThat(fixture.log).contains(new MailEvent.Proxied(1, "127.0.0.1"), new MailEvent.SenderGroupMatch(1, "RELAY", "inside", "198.51.100.7"));
            }
        }
    }

    @Test
    void splitAtEveryOctetTheHeaderIsTheSameAndNothingIsSaidBefore() {
        for (String header : List.of(V1, V2)) {
            try (var fixture = server(); var client = fixture.client()) {
                header.chars().forEach(c -> client.send(Character.toString(c)));
                client.expect(GREETING);
                relays(client, true);
            }
        }
    }

    @Test
    void whatComesWithTheHeaderIsTheClients() {
        try (var fixture = server(); var client = fixture.client()) {
            client.send(V2 + "EHLO client.test\r\nNOOP\r\n");
            client.expect(GREETING);
            assertThat(client.reply()).first().asString().startsWith("250-");
            client.expect("250 2.0.0 ok");
        }
    }

    @Test
    void whoIsTurnedAwayIsSoByTheAddressInTheHeader() {
        try (var fixture = server(); var client = fixture.client()) {
            client.send(V1.replace("100.7", "100.66"));
            client.expect(Denial.HostAccess.reply().toString());
        }
    }

    @Test
    void connectionsAreCountedByTheAddressInTheHeader() {
        try (var fixture = server(); var one = fixture.client(); var two = fixture.client(); var three = fixture.client(); var other = fixture.client()) {
            for (RawClient client : List.of(one, two)) {
                client.send(V1);
                client.expect(GREETING);
            }
            three.send(V1);
            three.expect(Denial.ClientConnections.reply().toString());
            other.send(V1.replace("100.7", "100.8"));
            other.expect(GREETING);
        }
    }

    /** Never relays by an address that somebody said who is no proxy: the header is not even read. */
    @Test
    void fromElsewhereAHeaderIsACommandThatIsNotKnown() {
        for (String proxies : List.of("10.0.0.0/8", "127.0.0.2")) {
            try (var fixture = new ServerFixture(plan(proxies)); var client = fixture.client()) {
                client.expect(GREETING);
                client.send(V1);
                client.expect("500 5.5.2 command not recognized");
                relays(client, false);
                assertThat(fixture.logged(MailEvent.NewInbound.class)).extracting(MailEvent.NewInbound::address).containsExactly("127.0.0.1");
                assertThat(fixture.logged(MailEvent.Proxied.class)).isEmpty();
            }
            try (var fixture = new ServerFixture(plan(proxies)); var client = fixture.client()) {
                client.send(V2 + "\r\n");
                client.expect(GREETING);
                assertThat(client.reply()).first().asString().startsWith("500 ");
                assertThat(fixture.logged(MailEvent.SenderGroupMatch.class)).extracting(MailEvent.SenderGroupMatch::senderGroup).containsExactly("everyone");
            }
        }
    }

    @Test
    void aSecondHeaderIsTheClientsAndNoHeader() {
        try (var fixture = server(); var client = fixture.client()) {
            client.send(V1.replace("100.7", "100.8") + V1);
            client.expect(GREETING);
            client.expect("500 5.5.2 command not recognized");
            relays(client, false);
        }
    }

    @Test
    void aProxyThatSpeaksForItselfIsAClientByItsOwnAddress() {
        for (String header : List.of(LOCAL, "PROXY UNKNOWN\r\n", "PROXY UNKNOWN 198.51.100.7 10.0.0.1 1 25\r\n")) {
            try (var fixture = server(); var client = fixture.client()) {
                client.send(header);
                client.expect(GREETING);
                relays(client, false);
                assertThat(fixture.logged(MailEvent.NewInbound.class)).extracting(MailEvent.NewInbound::address).containsExactly("127.0.0.1");
                assertThat(fixture.logged(MailEvent.Proxied.class)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO client.test\r\n", "PROXY TCP4 2001:db8::1 ::1 1 25\r\n", "PROXY TCP6 198.51.100.7 10.0.0.1 1 25\r\n", "\u0016\u0003\u0001\u0002\u0000"})
    void withoutAGoodHeaderAProxysConnectionIsClosedAndTheLogSaysWhy(String octets) {
        try (var fixture = server(); var client = fixture.client()) {
            client.send(octets);
            client.expectClosed();
            assertThat(fixture.logged(MailEvent.ProxyRefused.class)).hasSize(1).first().extracting(MailEvent.ProxyRefused::proxy).isEqualTo("127.0.0.1");
            assertThat(fixture.logged(MailEvent.NewInbound.class)).isEmpty();
            assertThat(fixture.count("postern.inbound.rejected", "reason", "ProxyHeader")).isEqualTo(1);
        }
    }

    @Test
    void aHeaderThatDoesNotComeIsNotWaitedForLong() {
        try (var fixture = new ServerFixture(plan("127.0.0.1"), HASTY, ServerFixture.LOOPS); var silent = fixture.client(); var slow = fixture.client()) {
            slow.send("PROXY TCP4 ");
            silent.expectClosed();
            slow.expectClosed();
            assertThat(SmtpLimits.DEFAULT.proxyHeader()).isEqualTo(Duration.ofSeconds(5));
            assertThat(fixture.logged(MailEvent.ProxyRefused.class)).extracting(MailEvent.ProxyRefused::reason).containsOnly("no whole PROXY header within 200 ms").hasSize(2);
        }
    }

    @Test
    void aProxyThatOnlyLooksWhetherThePortIsOpenIsNotWorthALine() {
        try (var fixture = server()) {
            fixture.client().close();
            try (var half = fixture.client()) {
                half.send("PROXY");
            }
            Awaitility.await().until(() -> fixture.server.connections() == 0 && !fixture.logged(MailEvent.ProxyRefused.class).isEmpty());
            assertThat(fixture.log).containsExactly(new MailEvent.ProxyRefused("public", "127.0.0.1", "it ended within the PROXY header"));
        }
    }

    @Test
    void tlsComesBehindTheHeader() {
        try (var fixture = new ServerFixture(plan("127.0.0.1").andThen(p -> {
            p.implicit = true;
            p.certificates = List.of(TestCertificates.ecdsa("mail.example.com"));
        })); var client = fixture.client(); var rejected = fixture.client()) {
            client.send(V2);
            client.handshake("mail.example.com");
            client.expect(GREETING);
            relays(client, true);
            rejected.send(V1.replace("100.7", "100.66"));
            rejected.handshake("mail.example.com");
            rejected.expect(Denial.HostAccess.reply().toString());
        }
    }

    @Test
    void aServerThatShutsDownDoesNotWaitForHeaders() {
        var fixture = server();
        try (var client = fixture.client()) {
            Awaitility.await().until(() -> fixture.server.connections() == 1);
            fixture.close();
            client.expectClosed();
        }
    }
}
