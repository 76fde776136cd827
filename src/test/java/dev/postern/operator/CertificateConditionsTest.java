package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.ConditionTypes;
import dev.postern.dns.DnsOptions;
import dev.postern.dns.DnsjavaDns;
import dev.postern.operator.certificate.verify.KnownRoots;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.TestCertificates;
import dev.postern.testing.CoreDns;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a Certificate's status says to senders and to those who renew it, with a real API server and a real name server. */
class CertificateConditionsTest {
    private static final KeyPair ROOT_KEY = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final X509Certificate ROOT = TestCertificates.authority("CN=Root", ROOT_KEY);
    private static final String GIVEN = Samples.ALL.replace("source: {selfSigned: {}}, dnsNames: [mail.example.com], duration: 90d", "source: {secretRef: {name: given}}");

    @TempDir
    Path folder;
    private CoreDns server;
    private OperatorFixture f;

    @BeforeEach
    void start() throws Exception {
        server = new CoreDns(folder, Map.of("example.com", zone(1, "mail.example.com.")));
        f = new OperatorFixture(new DnsjavaDns(DnsOptions.of(List.of(server.address()))), KnownRoots.of(List.of(ROOT)));
    }

    @AfterEach
    void stop() {
        f.close();
        server.close();
    }

    @Test
    void aCertificateIsVerifiableAsLongAsMxRecordNameAndListenerAgree() {
        give(Duration.ofDays(90), "mail.example.com");
        f.apply(GIVEN);
        Condition good = f.awaitCondition(Certificate.class, "mail", ConditionTypes.VERIFIABLE, "True", "Verifiable");
        assertThat(good.getMessage()).isEqualTo("mail.example.com is in the certificate, of listener public, and in MX of example.com");
        assertThat(events()).doesNotContain("Verifiable");

        f.apply(Samples.LISTENER.replace("port: 25", "port: 25\n  hostname: gw.example.com"));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.VERIFIABLE, "False", "ListenerHostnameDiffers");
        f.apply(Samples.LISTENER);
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.VERIFIABLE, "True", "Verifiable");

        server.zone("example.com", zone(2, "mx1.example.net."));
        f.ahead = Duration.ofMinutes(16);
        Condition bad = await().atMost(Duration.ofSeconds(90)).until(() -> {
            f.ahead = f.ahead.plusMinutes(1);   // the server may have been asked before it had read the zone
            return f.condition(Certificate.class, "mail", ConditionTypes.VERIFIABLE);
        }, c -> c.getReason().equals("MxDiffers"));
        assertThat(bad.getStatus()).isEqualTo("False");
        assertThat(bad.getMessage()).isEqualTo("MX of example.com is mx1.example.net: neither the certificate (mail.example.com) nor listener public (mail.example.com) has that name");
        f.settled();
        assertThat(events()).containsSubsequence("ListenerHostnameDiffers", "Verifiable", "MxDiffers").containsOnlyOnce("MxDiffers");

        // What was said stays over a restart, and is not told again.
        f.stop();
        f.start();
        f.settled();
        assertThat(f.condition(Certificate.class, "mail", ConditionTypes.VERIFIABLE).getReason()).isEqualTo("MxDiffers");
        assertThat(events()).containsOnlyOnce("MxDiffers");
        assertThat(f.meters.find("postern.certificate.not.after.timestamp").tags("name", "mail", "source", "secretRef").gauge().value()).isPositive();
    }

    @Test
    void everyThresholdOnTheWayToItsEndIsToldOnce() {
        give(Duration.ofDays(90), "mail.example.com");
        f.apply(GIVEN);
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.VERIFIABLE, "True", "Verifiable");
        f.settled();
        assertThat(f.condition(Certificate.class, "mail", ConditionTypes.EXPIRING)).isNull();
        for (int days : List.of(30, 14, 1)) {
            at(Duration.ofDays(90 - days).plusHours(1));
            String reason = "ExpiresWithin" + days + (days == 1 ? "Day" : "Days");
            Condition expiring = f.awaitCondition(Certificate.class, "mail", ConditionTypes.EXPIRING, "True", reason);
            await().until(() -> events().contains(reason));   // written after the status: an operator that is stopped in between never tells
            assertThat(expiring.getMessage()).contains("put a new certificate into Secret 'given'");
        }
        at(Duration.ofDays(91));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.EXPIRED, "True", "Expired");
        assertThat(f.condition(Certificate.class, "mail", ConditionTypes.READY).getReason()).isEqualTo("Expired");
        assertThat(f.condition(Certificate.class, "mail", ConditionTypes.EXPIRING)).isNull();
        f.settled();
        assertThat(events()).containsSubsequence("ExpiresWithin30Days", "ExpiresWithin14Days", "ExpiresWithin1Day", "Expired")
                .containsOnlyOnce("ExpiresWithin30Days", "ExpiresWithin14Days", "ExpiresWithin1Day", "Expired");

        give(Duration.ofDays(200), "mail.example.com");
        await().untilAsserted(() -> assertThat(f.condition(Certificate.class, "mail", ConditionTypes.EXPIRED)).isNull());
        await().untilAsserted(() -> assertThat(f.meters.find("postern.certificate.renewals").tags("result", "renewed").counter()).isNotNull());
    }

    @Test
    void aDemoCertificateIsToldOfOnce() {
        f.apply(Samples.ALL.replace("source: {selfSigned: {}}, dnsNames: [mail.example.com], duration: 90d", "source: {demo: {}}"));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.VERIFIABLE, "False", "Demo");
        f.settled();
        f.stop();
        f.start();
        f.settled();
        assertThat(events()).containsOnlyOnce("Demo");
    }

    private void at(Duration ahead) {
        f.stop();
        f.ahead = ahead;
        f.start();
    }

    private void give(Duration life, String name) {
        KeyPair key = KeyPairs.generate(Algorithm.ECDSA_P256);
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        X509Certificate leaf = TestCertificates.issue("CN=" + name, key.getPublic(), TestCertificates.dns(name), false, "CN=Root", ROOT_KEY.getPrivate(), now, now.plus(life));
        f.client.resource(new SecretBuilder().withNewMetadata().withNamespace(f.namespace).withName("given").endMetadata().withType("kubernetes.io/tls")
                .withStringData(Map.of("tls.crt", Chains.toPem(List.of(leaf)), "tls.key", KeyPairs.toPem(key.getPrivate()))).build()).forceConflicts().serverSideApply();
    }

    /** Reasons, as they came. */
    private List<String> events() {
        return f.client.events().v1().events().inNamespace(f.namespace).list().getItems().stream()
                .filter(e -> e.getRegarding().getName().equals("mail"))
                .sorted(Comparator.comparing(e -> e.getEventTime().getTime())).map(Event::getReason).toList();
    }

    private static String zone(int serial, String mx) {
        return """
                $ORIGIN example.com.
                $TTL 0
                @     IN SOA ns hostmaster %d 3600 600 86400 0
                      IN NS ns
                      IN MX 10 %s
                ns    IN A 192.0.2.53
                mail  IN A 192.0.2.1
                """.formatted(serial, mx);
    }
}
