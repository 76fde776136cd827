package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec.Encryption;
import dev.postern.api.ConditionTypes;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Pkcs12;
import dev.postern.pki.Pkcs12.Contents;
import dev.postern.pki.issue.Authority;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PKCS#12 files that Certificates are taken from and exported into, on a real API server. */
class Pkcs12CertificatesTest {
    private static final String SELF_SIGNED = "source: {selfSigned: {}}, dnsNames: [mail.example.com], duration: 90d";
    private static final String IMPORTED = "source: {pkcs12: {secretRef: {name: given}, passwordSecretRef: {name: secret, key: word}}}";
    private static final String EXPORTED = ", export: {pkcs12: {passwordSecretRef: {name: secret, key: word}}}";
    private final Authority authority = new Authority("Test CA", Instant.now(), Duration.ofDays(365));
    private final OperatorFixture f = new OperatorFixture();

    @AfterEach
    void stop() {
        f.close();
    }

    @Test
    void aFileIsUnpackedAndWhatCannotBeIsSaidWhileTheLastGoodOneStays() {
        f.apply(Samples.ALL.replace(SELF_SIGNED, IMPORTED));
        assertThat(problem("SecretNotFound")).contains("spec.source.pkcs12.secretRef: there is no Secret 'given'");
        put("given", "other", new byte[] {1});
        assertThat(problem("SecretKeyNotFound")).contains("Secret 'given' has no key 'keystore.p12'");
        Authority.Issued first = authority.issue(List.of("mail.example.com"), Duration.ofDays(90));
        put("given", "keystore.p12", file(first, "right"));
        assertThat(problem("SecretNotFound")).contains("spec.source.pkcs12.passwordSecretRef: there is no Secret 'secret'");
        put("secret", "word", "wrong".getBytes(StandardCharsets.UTF_8));
        assertThat(problem("WrongPassword")).contains("spec.source.pkcs12.passwordSecretRef").contains("'given'").doesNotContain("wrong");
        assertThat(f.get(Secret.class, "mail-tls")).isNull();

        put("secret", "word", "right\r\n".getBytes(StandardCharsets.UTF_8));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS, "True", "ResolvedRefs");
        Secret unpacked = f.get(Secret.class, "mail-tls");
        assertThat(unpacked.getType()).isEqualTo("kubernetes.io/tls");
        assertThat(text(unpacked, "tls.crt")).isEqualTo(first.certificatePem());
        assertThat(text(unpacked, "tls.key")).isEqualTo(first.keyPem());
        assertThat(unpacked.getMetadata().getAnnotations().toString()).doesNotContain("right");
        await().untilAsserted(() -> assertThat(f.get(Secret.class, "edge-plan-keys").getData()).containsEntry("mail.key", unpacked.getData().get("tls.key")));

        put("given", "keystore.p12", "no such file".getBytes(StandardCharsets.UTF_8));
        assertThat(problem("NotPkcs12")).contains("spec.source.pkcs12.secretRef: keystore.p12 of Secret 'given'");
        Authority.Issued second = authority.issue(List.of("mail.example.com"), Duration.ofDays(90));
        put("given", "keystore.p12", file(second, "next"));
        problem("WrongPassword");
        f.settled();
        assertThat(f.get(Secret.class, "mail-tls").getMetadata().getResourceVersion()).isEqualTo(unpacked.getMetadata().getResourceVersion());
        put("secret", "word", "next\n".getBytes(StandardCharsets.UTF_8));
        await().untilAsserted(() -> assertThat(text(f.get(Secret.class, "mail-tls"), "tls.crt")).isEqualTo(second.certificatePem()));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS, "True", "ResolvedRefs");
    }

    @Test
    void whatDidNotChangeIsNotWrittenAndWhatWasDeletedIsUnpackedAgain() {
        put("given", "keystore.p12", file(authority.issue(List.of("mail.example.com"), Duration.ofDays(90)), "right"));
        put("secret", "word", "right".getBytes(StandardCharsets.UTF_8));
        f.apply(Samples.ALL.replace(SELF_SIGNED, IMPORTED + EXPORTED));
        await().until(() -> f.get(Secret.class, "mail-pkcs12"), s -> s != null);
        f.settled();
        Secret unpacked = f.get(Secret.class, "mail-tls");
        Secret exported = f.get(Secret.class, "mail-pkcs12");
        f.stop();
        annotate("given");
        f.start();
        f.settled();
        assertThat(f.get(Secret.class, "mail-tls").getMetadata().getResourceVersion()).isEqualTo(unpacked.getMetadata().getResourceVersion());
        assertThat(f.get(Secret.class, "mail-pkcs12").getMetadata().getResourceVersion()).isEqualTo(exported.getMetadata().getResourceVersion());

        f.client.resource(unpacked).delete();
        await().until(() -> f.get(Secret.class, "mail-tls"), s -> s != null && s.getData().equals(unpacked.getData()));
    }

    @Test
    void anExportFollowsTheCertificateItsPasswordAndItsEncryption() {
        f.apply(Samples.ALL.replace(SELF_SIGNED, SELF_SIGNED + EXPORTED));
        assertThat(f.awaitCondition(Certificate.class, "mail", ConditionTypes.EXPORTED, "False", "SecretNotFound").getMessage()).contains("spec.export.pkcs12.passwordSecretRef").contains("'secret'");
        put("secret", "word", "one\n".getBytes(StandardCharsets.UTF_8));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.EXPORTED, "True", "Exported");
        Secret first = f.get(Secret.class, "mail-pkcs12");
        assertThat(first.getType()).isEqualTo("postern.dev/pkcs12");
        assertThat(f.get(Certificate.class, "mail").getStatus().exportSecretName).isEqualTo("mail-pkcs12");
        assertSameAsTls(first, "one");

        // The Secret of the password changed, and the password did not.
        annotate("secret");
        f.settled();
        assertThat(f.get(Secret.class, "mail-pkcs12").getData()).isEqualTo(first.getData());
        put("secret", "word", "two".getBytes(StandardCharsets.UTF_8));
        await().until(() -> f.get(Secret.class, "mail-pkcs12"), s -> !s.getData().equals(first.getData()));
        Secret second = f.get(Secret.class, "mail-pkcs12");
        assertSameAsTls(second, "two");

        f.apply(Samples.CERTIFICATE.replace(SELF_SIGNED, SELF_SIGNED + EXPORTED.replace("}}}", "}, encryption: TripleDES}}")));
        await().until(() -> f.get(Secret.class, "mail-pkcs12"), s -> !s.getData().equals(second.getData()));
        f.settled();
        assertSameAsTls(f.get(Secret.class, "mail-pkcs12"), "two");
        Secret third = f.get(Secret.class, "mail-pkcs12");
        f.client.resource(f.get(Secret.class, "mail-tls")).delete();
        await().until(() -> f.get(Secret.class, "mail-tls"), s -> s != null);
        await().until(() -> f.get(Secret.class, "mail-pkcs12"), s -> !s.getData().equals(third.getData()));
        assertSameAsTls(f.get(Secret.class, "mail-pkcs12"), "two");

        // Someone wrote into it.
        put("mail-pkcs12", "keystore.p12", new byte[] {1, 2, 3});
        await().until(() -> f.get(Secret.class, "mail-pkcs12"), s -> !s.getData().get("keystore.p12").equals("AQID"));
        assertSameAsTls(f.get(Secret.class, "mail-pkcs12"), "two");
        put("secret", "word", "\n".getBytes(StandardCharsets.UTF_8));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.EXPORTED, "False", "InvalidPassword");
        assertThat(f.condition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS).getStatus()).as("an export keeps nobody from serving").isEqualTo("True");
        f.apply(Samples.CERTIFICATE);
        await().until(() -> f.get(Secret.class, "mail-pkcs12") == null);
        await().until(() -> f.condition(Certificate.class, "mail", ConditionTypes.EXPORTED) == null);
    }

    @Test
    void aCertificateThatIsKeptElsewhereIsExportedAndAForeignSecretIsLeftAlone() {
        Authority.Issued issued = authority.intermediate("Issuing", Duration.ofDays(300)).issue(List.of("mail.example.com"), Duration.ofDays(90));
        List<String> pems = Chains.parse(issued.certificatePem()).reversed().stream().map(c -> Chains.toPem(List.of(c))).toList();
        f.client.resource(new SecretBuilder().withNewMetadata().withNamespace(f.namespace).withName("given").endMetadata().withType("kubernetes.io/tls")
                .withStringData(Map.of("tls.crt", String.join("", pems) + authority.certificatePem(), "tls.key", issued.keyPem())).build()).create();
        put("secret", "word", "one".getBytes(StandardCharsets.UTF_8));
        put("mail-pkcs12", "mine", new byte[] {1});
        f.apply(Samples.ALL.replace(SELF_SIGNED, "source: {secretRef: {name: given}}" + EXPORTED));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.EXPORTED, "False", "NameTaken");
        assertThat(f.get(Secret.class, "mail-pkcs12").getData()).containsOnlyKeys("mine");
        f.client.secrets().inNamespace(f.namespace).withName("mail-pkcs12").delete();
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.EXPORTED, "True", "Exported");
        Contents contents = read(f.get(Secret.class, "mail-pkcs12"), "one");
        assertThat(Chains.toPem(contents.certificates())).as("in order, and without the root").isEqualTo(issued.certificatePem());
    }

    private void assertSameAsTls(Secret exported, String password) {
        Contents contents = read(exported, password);
        Secret tls = f.get(Secret.class, "mail-tls");
        assertThat(Chains.toPem(contents.certificates())).isEqualTo(text(tls, "tls.crt"));
        assertThat(KeyPairs.toPem(contents.key().getPrivate())).isEqualTo(text(tls, "tls.key"));
    }

    private static Contents read(Secret secret, String password) {
        return Pkcs12.read(Base64.getDecoder().decode(secret.getData().get("keystore.p12")), password.toCharArray());
    }

    private String problem(String reason) {
        Condition condition = f.awaitCondition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS, "False", f.get(Secret.class, "mail-tls") == null ? "CertificateNotReady" : reason);
        return await().until(() -> f.condition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS), c -> condition != null && c != null && c.getMessage().contains(words(reason))).getMessage();
    }

    /** The reason of the plan's own problem comes first where nothing was unpacked yet. */
    private static String words(String reason) {
        return switch (reason) {
            case "SecretNotFound" -> "there is no Secret";
            case "SecretKeyNotFound" -> "has no key";
            case "WrongPassword" -> "passwordSecretRef: keystore.p12";
            case "NotPkcs12" -> "secretRef: keystore.p12";
            default -> throw new IllegalArgumentException(reason);
        };
    }

    private static byte[] file(Authority.Issued issued, String password) {
        return Pkcs12.write(Chains.parse(issued.certificatePem()), KeyPairs.parse(issued.keyPem()).getPrivate(), password.toCharArray(), Encryption.AES256, "test");
    }

    private static String text(Secret secret, String file) {
        return new String(Base64.getDecoder().decode(secret.getData().get(file)), StandardCharsets.UTF_8);
    }

    private void annotate(String secret) {
        f.client.secrets().inNamespace(f.namespace).withName(secret).edit(s -> new SecretBuilder(s).editMetadata().addToAnnotations("touched", Long.toString(System.nanoTime())).endMetadata().build());
    }

    private void put(String name, String key, byte[] value) {
        f.client.resource(new SecretBuilder().withNewMetadata().withNamespace(f.namespace).withName(name).endMetadata()
                .withData(Map.of(key, Base64.getEncoder().encodeToString(value))).build()).forceConflicts().serverSideApply();
    }
}
