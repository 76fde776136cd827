package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;

import dev.postern.api.Certificate;
import dev.postern.pki.issue.Authority;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** More Secrets that Certificates name than are watched. */
class ManySecretsTest {
    private static final int MANY = 560;
    private static final String SELF_SIGNED = "source: {selfSigned: {}}, dnsNames: [mail.example.com], duration: 90d";
    private final Authority authority = new Authority("Test CA", Instant.now(), Duration.ofDays(365));
    private final OperatorFixture f = new OperatorFixture();

    @AfterEach
    void stop() {
        f.close();
    }

    @Test
    void allAreReadWhateverTheirNumberAndAStartFindsThemAll() {
        Authority.Issued first = authority.issue(List.of("mail.example.com"), Duration.ofDays(90));
        IntStream.range(0, MANY).forEach(i -> put("s" + i, first));
        f.apply(Samples.GATEWAY);
        f.apply(IntStream.range(0, MANY).mapToObj(i -> Samples.CERTIFICATE.replace("{name: mail}", "{name: c" + i + "}")
                .replace(SELF_SIGNED, "source: {secretRef: {name: s" + i + "}}")).collect(Collectors.joining("---\n")));
        await().atMost(Duration.ofMinutes(3)).until(this::described, n -> n == MANY);

        // The first to come have a watch.
        Authority.Issued second = authority.issue(List.of("mail.example.com"), Duration.ofDays(90));
        String before = f.get(Certificate.class, "c0").getStatus().fingerprint;
        put("s0", second);
        await().until(() -> f.get(Certificate.class, "c0").getStatus().fingerprint, now -> !now.equals(before));

        f.stop();
        IntStream.range(1, MANY).forEach(i -> put("s" + i, second));
        f.start();
        await().atMost(Duration.ofMinutes(3)).until(() -> f.list(Certificate.class).stream().filter(c -> !before.equals(c.getStatus().fingerprint)).count(), n -> n == MANY);
    }

    private long described() {
        return f.list(Certificate.class).stream().filter(c -> c.getStatus() != null && c.getStatus().fingerprint != null).count();
    }

    private void put(String name, Authority.Issued issued) {
        Secret secret = new SecretBuilder().withNewMetadata().withNamespace(f.namespace).withName(name).endMetadata().withType("kubernetes.io/tls")
                .withStringData(Map.of("tls.crt", issued.certificatePem(), "tls.key", issued.keyPem())).build();
        f.client.resource(secret).forceConflicts().serverSideApply();
    }
}
