package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.testing.Exim;
import dev.postern.testing.MarkedText;
import dev.postern.testing.OpenSmtpd;
import dev.postern.testing.Postfix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Mail servers that others wrote, at each of their levels, before listeners of each policy: each does what its level says, and so do we. */
class PeerSendersTest {
    private static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Test Root"), null);
    private static final TestCertificates.Pair GOOD = pair(TestPki.issue(Request.server("mail.example.com", "mail.example.com", "localhost"), ROOT));
    private static final TestCertificates.Pair SELF_SIGNED = TestCertificates.ecdsa("mail.example.com", "localhost");
    private static final Map<String, String> ROWS = new TreeMap<>();

    /** What a sender's level asks of a server. */
    private enum Wish { NO_TLS, OPPORTUNISTIC, ENCRYPTED, VERIFIED }

    /** What became of a message. */
    private enum Fate { CLEAR, TLS, NOT_SENT }

    /** A listener. Its name is a label of the domains whose mail goes there. */
    private record Listener(String name, TlsMode mode, boolean good) {
        Fate fate(Wish wish) {
            boolean offers = mode != TlsMode.Off;
            return switch (wish) {
                case NO_TLS -> mode == TlsMode.Required ? Fate.NOT_SENT : Fate.CLEAR;
                case OPPORTUNISTIC -> offers ? Fate.TLS : Fate.CLEAR;
                case ENCRYPTED -> offers ? Fate.TLS : Fate.NOT_SENT;
                case VERIFIED -> offers && good ? Fate.TLS : Fate.NOT_SENT;
            };
        }
    }

    private static final List<Listener> LISTENERS = List.of(new Listener("off", TlsMode.Off, true), new Listener("preferred", TlsMode.Preferred, true),
            new Listener("preferred-self", TlsMode.Preferred, false), new Listener("required", TlsMode.Required, true), new Listener("required-self", TlsMode.Required, false));

    private final Map<Listener, ServerFixture> servers = new LinkedHashMap<>();

    private static TestCertificates.Pair pair(TestPki.Identity identity) {
        return new TestCertificates.Pair(identity.certificate(), identity.chainPem(), identity.keyPem());
    }

    @BeforeEach
    void open() {
        LISTENERS.forEach(l -> servers.put(l, new ServerFixture(p -> {
            p.tls = l.mode;
            p.certificates = List.of(l.good ? GOOD : SELF_SIGNED);
            p.recipients = List.of(".test");
        })));
    }

    @AfterEach
    void close() {
        servers.values().forEach(ServerFixture::close);
    }

    @Test
    void postfix() throws Exception {
        Map<String, Wish> levels = levels("none", Wish.NO_TLS, "may", Wish.OPPORTUNISTIC, "encrypt", Wish.ENCRYPTED, "verify", Wish.VERIFIED, "secure", Wish.VERIFIED);
        List<String> services = levels.keySet().stream().map(level -> "out-" + level + " unix - - n - - smtp -o smtp_tls_security_level=" + level
                + " -o smtp_tls_CAfile=@HOME@/trust.pem -o smtp_tls_verify_cert_match=mail.example.com -o smtp_tls_secure_cert_match=mail.example.com").toList();
        String transports = each(levels, (level, listener) -> "{" + domain(level, listener) + "=out-" + level + ":[127.0.0.1]:" + port(listener) + "}", ", ");
        try (Postfix postfix = Postfix.sender("client.test", ROOT.pem(), services, "transport_maps = inline:{" + transports + "}")) {
            settle(levels, postfix.port(), postfix::log, "status=");
            check("Postfix", levels, postfix::log);
        }
    }

    @Test
    void exim() throws Exception {
        Map<String, Wish> levels = levels("hosts_avoid_tls", Wish.NO_TLS, "default", Wish.OPPORTUNISTIC, "hosts_require_tls", Wish.ENCRYPTED, "tls_verify_hosts", Wish.VERIFIED);
        Map<String, String> options = Map.of("hosts_avoid_tls", "hosts_avoid_tls = *", "default", "tls_tempfail_tryclear = true", "hosts_require_tls", "hosts_require_tls = *",
                "tls_verify_hosts", "hosts_require_tls = *\n  tls_verify_hosts = *\n  tls_verify_certificates = @HOME@/tls.crt");
        String routers = each(levels, (level, listener) -> "%1$s:\n  driver = manualroute\n  domains = %2$s\n  transport = %1$s\n  route_list = * localhost byname\n  self = send\n"
                .formatted(label(level, listener).replace('-', '_'), domain(level, listener)), "");
        String transports = each(levels, (level, listener) -> "%s:\n  driver = smtp\n  port = %d\n  allow_localhost = true\n  %s\n"
                .formatted(label(level, listener).replace('-', '_'), port(listener), options.get(level)), "");
        try (Exim exim = Exim.sender("client.test", ROOT.pem(), "begin routers\n" + routers + "begin transports\n" + transports)) {
            settle(levels, exim.port(), exim::log, " => ", " == ", " ** ");
            check("Exim", levels, exim::log);
        }
    }

    @Test
    void opensmtpd() throws Exception {
        Map<String, Wish> levels = levels("smtp+notls", Wish.NO_TLS, "smtp", Wish.OPPORTUNISTIC, "smtp+tls no-verify", Wish.ENCRYPTED, "smtp+tls", Wish.VERIFIED);
        StringBuffer logs = new StringBuffer();
        // One for each message: it waits for seconds between connections to one host, and tries one that failed again and again.
        levels.keySet().parallelStream().forEach(level -> LISTENERS.forEach(listener -> {
            String rules = "action out relay host %s://localhost:%d%s\nmatch from any for any action out\n".formatted(level.split(" ")[0], port(listener),
                    level.endsWith("no-verify") ? " tls no-verify" : "");
            try (OpenSmtpd smtpd = OpenSmtpd.sender("client.test", ROOT.pem(), rules)) {
                inject(smtpd.port(), List.of(domain(level, listener)));
                Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20)).until(() -> smtpd.log().contains("mta delivery") || smtpd.log().contains("mta error"));
                logs.append(smtpd.log());
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }));
        check("OpenSMTPD", levels, logs::toString);
    }

    private static Map<String, Wish> levels(Object... pairs) {
        Map<String, Wish> levels = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            levels.put((String) pairs[i], (Wish) pairs[i + 1]);
        }
        return levels;
    }

    private interface Line {
        String of(String level, Listener listener);
    }

    private static String each(Map<String, Wish> levels, Line line, String between) {
        return levels.keySet().stream().flatMap(level -> LISTENERS.stream().map(l -> line.of(level, l))).collect(Collectors.joining(between));
    }

    private static String label(String level, Listener listener) {
        return level.replaceAll("[^a-z]", "-") + "-" + listener.name;
    }

    private static String domain(String level, Listener listener) {
        return label(level, listener) + ".test";
    }

    private int port(Listener listener) {
        return servers.get(listener).server.address().getPort();
    }

    /** Gives the peer a message for each level and listener, and waits until its log says of each what became of it. */
    private static void settle(Map<String, Wish> levels, int port, Supplier<String> log, String... settled) {
        List<String> domains = List.of(each(levels, PeerSendersTest::domain, " ").split(" "));
        inject(port, domains);
        Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> assertThat(domains).allSatisfy(domain ->
                assertThat(log.get().lines()).anyMatch(l -> l.contains("@" + domain) && List.of(settled).stream().anyMatch(l::contains))));
    }

    private void check(String peer, Map<String, Wish> levels, Supplier<String> log) {
        levels.forEach((level, wish) -> {
            StringBuilder row = new StringBuilder("| ").append(peer).append(" | ").append(level).append(" |");
            servers.forEach((listener, server) -> {
                Fate expected = listener.fate(wish);
                assertThat(fate(server, domain(level, listener))).as("%s %s to %s:\n%s", peer, level, listener, log.get()).isEqualTo(expected);
                row.append(expected == Fate.CLEAR ? " in clear |" : expected == Fate.TLS ? " encrypted |" : " not sent |");
            });
            ROWS.put(List.of("Postfix", "Exim", "OpenSMTPD").indexOf(peer) + " " + wish.ordinal() + level, row + "\n");
        });
        servers.forEach((listener, server) -> {
            List<String> reasons = server.failures.stream().map(TlsFailures.Failure::reason).filter(r -> !r.equals("HandshakeFailed")).toList();
            assertThat(reasons).as("failures of required TLS at %s", listener).isEqualTo(listener.mode == TlsMode.Required ? List.of("NotInitiated") : List.of());
            assertThat(server.logged(MailEvent.InboundTlsRequired.class)).hasSizeGreaterThanOrEqualTo(listener.mode == TlsMode.Required ? 1 : 0);
            if (listener.good) {
                assertThat(server.logged(MailEvent.InboundTlsFailed.class)).isEmpty();
            }
        });
    }

    private static Fate fate(ServerFixture server, String domain) {
        List<String> texts = server.spool.messages.stream().filter(m -> m.envelope().recipients().getFirst().address().endsWith("@" + domain)).map(RecordingSpool.Message::text).toList();
        assertThat(texts).hasSizeLessThan(2);
        return texts.isEmpty() ? Fate.NOT_SENT : texts.getFirst().contains("with ESMTPS ") ? Fate.TLS : Fate.CLEAR;
    }

    /** Gives the peer a message for each domain. */
    private static void inject(int port, List<String> domains) {
        try (RawClient client = new RawClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            client.reply();
            client.send("EHLO test\r\n").reply();
            for (String domain : domains) {
                for (String line : List.of("MAIL FROM:<a@sender.test>", "RCPT TO:<b@" + domain + ">", "DATA")) {
                    assertThat(client.send(line + "\r\n").reply().getFirst()).as(line).startsWith(line.equals("DATA") ? "3" : "2");
                }
                assertThat(client.send("Subject: test\r\n\r\nhello\r\n.\r\n").reply().getFirst()).startsWith("2");
            }
        }
    }

    /** Where all peers were there. */
    @AfterAll
    static void thePageHasWhatWasFound() throws IOException {
        List<String> rows = new ArrayList<>(ROWS.values());
        if (rows.size() == 13) {
            String head = LISTENERS.stream().map(l -> l.mode + (l.mode == TlsMode.Off ? "" : l.good ? ", good certificate" : ", self-signed")).collect(Collectors.joining(" | "));
            MarkedText.assertCurrent(Path.of("docs", "tls.md"), "senders", "| the client | its level | " + head + " |\n|---|---|" + "---|".repeat(LISTENERS.size()) + "\n" + String.join("", rows));
        }
    }
}
