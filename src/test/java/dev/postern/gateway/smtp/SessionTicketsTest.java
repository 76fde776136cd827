package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ListenerSpec.CipherProfile;
import dev.postern.gateway.tls.ClientHello;
import dev.postern.gateway.tls.ServerContexts;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.TicketKeyring;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that one pod began and another resumes; every server here is a pod, with contexts of its own. */
class SessionTicketsTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final TestCertificates.Pair CERTIFICATE = TestCertificates.ecdsa("mail.example.com");
    private static final String TLS_12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";

    private final TicketKeyring first = TicketKeyring.begin(Instant.EPOCH, RANDOM);
    private final TicketKeyring second = first.at(first.due(), RANDOM);
    private final TicketKeyring third = second.at(second.due(), RANDOM);
    @TempDir
    private Path folder;

    private static ServerFixture pod(TicketKeyring keyring, Consumer<TestPlan> change) {
        return pod("public", keyring, change);
    }

    private static ServerFixture pod(String listener, TicketKeyring keyring, Consumer<TestPlan> change) {
        return new ServerFixture(listener, p -> {
            p.contexts = new ServerContexts(SslProvider.OPENSSL);
            p.certificates = List.of(CERTIFICATE);
            p.tickets = keyring == null ? List.of() : keyring.keys();
            change.accept(p);
        });
    }

    private static ServerFixture pod(TicketKeyring keyring) {
        return pod(keyring, p -> { });
    }

    private String begin(ServerFixture pod, String version) throws Exception {
        String session = folder.resolve("session-" + RANDOM.nextLong()).toString();
        assertThat(TlsClients.openSsl(pod, version + " -sess_out " + session)).contains("New, TLSv1");
        return session;
    }

    private static void assertResumed(ServerFixture pod, String version, String session) throws Exception {
        assertThat(TlsClients.openSsl(pod, version + " -sess_in " + session)).contains("Reused, TLSv1").contains("221 2.0.0");
    }

    private static void assertNew(ServerFixture pod, String version, String session) throws Exception {
        assertThat(TlsClients.openSsl(pod, version + " -sess_in " + session)).contains("New, TLSv1").contains("221 2.0.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aSessionOfOnePodIsResumedByAnother(String version) throws Exception {
        try (var a = pod(first); var b = pod(first); var stranger = pod(TicketKeyring.begin(Instant.EPOCH, RANDOM))) {
            String session = begin(a, version);
            assertResumed(a, version, session);
            session = begin(a, version);
            assertNew(stranger, version, session);
            assertResumed(b, version, session);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void oneRotationKeepsATicketGoodAndTwoEndIt(String version) throws Exception {
        try (var a = pod(first); var b = pod(second); var c = pod(third)) {
            String session = begin(a, version);
            assertNew(c, version, session);
            assertResumed(b, version, session);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aPodThatHearsOfARotationLateTakesTicketsOfThoseThatHeardOfItInTime(String version) throws Exception {
        try (var late = pod(first); var inTime = pod(second)) {
            assertResumed(late, version, begin(inTime, version));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void keysChangeUnderAContextThatStays(String version) throws Exception {
        try (var pod = pod(first)) {
            var context = pod.holder.current().listeners().get("public").contexts();
            String session = begin(pod, version);
            String old = begin(pod, version);
            pod.swap(p -> p.tickets = second.keys());
            assertResumed(pod, version, session);
            pod.swap(p -> p.tickets = third.keys());
            assertNew(pod, version, old);
            assertThat(pod.holder.current().listeners().get("public").contexts().apply(ClientHello.UNREADABLE)).isSameAs(context.apply(ClientHello.UNREADABLE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void noTicketIsGoodAtAnotherListenerOrForAnotherCertificateOrOtherSettings(String version) throws Exception {
        var strict = new ListenerPlan.Tls("TLSv1.2", CipherProfile.Custom, List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                "TLS_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"), false);
        try (var a = pod(first); var other = pod("other", first, p -> p.ports = Map.of("other", 0)); var stricter = pod(first, p -> p.listenerTls = strict);
                var renewed = pod(first, p -> p.certificates = List.of(TestCertificates.ecdsa("mail.example.com")))) {
            String session = begin(a, version);
            assertNew(renewed, version, session);
            assertNew(stricter, version, session);
            assertNew(other, version, session);
            assertResumed(a, version, session);
        }
    }

    /** Of TLS 1.3 the tickets come with the first answer, and this client asks nothing before it resumes. */
    @Test
    void gnuTlsResumes() throws Exception {
        try (var pod = pod(first)) {
            assertThat(TlsClients.gnuTls(pod, TLS_12, "--resume")).contains("This is a resumed session");
        }
    }

    @Test
    void openSslReconnectsWithItsTicket() throws Exception {
        try (var pod = pod(first)) {
            assertThat(TlsClients.openSsl(pod, "-tls1_2 -reconnect").split("Reused, TLSv1.2", -1)).hasSize(6);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void whenThereAreNoKeysAnyMoreTheLastOnesAreNotUsedForEver(String version) throws Exception {
        try (var pod = pod(first)) {
            String session = begin(pod, version);
            pod.swap(p -> p.tickets = List.of());
            assertNew(pod, version, session);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void withoutSharedKeysAPodResumesItsOwnSessions(SslProvider provider) throws Exception {
        try (var a = pod(provider == SslProvider.JDK ? first : null, p -> p.contexts = new ServerContexts(provider));
                var b = pod(provider == SslProvider.JDK ? first : null, p -> p.contexts = new ServerContexts(provider))) {
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                String session = begin(a, version);
                assertNew(b, version, session);
                assertResumed(a, version, session);
            }
        }
    }
}
