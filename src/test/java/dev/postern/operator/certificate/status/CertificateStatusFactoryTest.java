package dev.postern.operator.certificate.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import dev.postern.operator.status.ConditionSet;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.TestCertificates;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a status says of a certificate, and of what the plan found in its chain. */
class CertificateStatusFactoryTest {
    private static final KeyPair ROOT_KEY = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final KeyPair KEY = KeyPairs.generate(Algorithm.ECDSA_P384);
    private static final X509Certificate ROOT = TestCertificates.authority("CN=Root", ROOT_KEY);
    private static final X509Certificate LEAF =
            TestCertificates.leaf("CN=mail", KEY.getPublic(), TestCertificates.dns("mail.example.com"), ROOT, ROOT_KEY.getPrivate());

    @Test
    void theLeafIsTheOneThatTheKeyFitsWhereverItStands() {
        String key = KeyPairs.toPem(KEY.getPrivate());
        assertThat(CertificateStatusFactory.leaf(secret(Chains.toPem(List.of(LEAF)), null))).contains(LEAF);
        assertThat(CertificateStatusFactory.leaf(secret(Chains.toPem(List.of(LEAF, ROOT)), key))).contains(LEAF);
        assertThat(CertificateStatusFactory.leaf(secret(Chains.toPem(List.of(ROOT, LEAF)), key))).contains(LEAF);
        assertThat(CertificateStatusFactory.leaf(secret(Chains.toPem(List.of(ROOT, LEAF)), "none"))).contains(ROOT);
        assertThat(CertificateStatusFactory.leaf(secret("none", key))).isEmpty();
        assertThat(CertificateStatusFactory.leaf(null)).isEmpty();
    }

    @Test
    void theCertificateIsDescribed() {
        var status = new CertificateStatus();
        CertificateStatusFactory.describe(status, "mail-tls", LEAF);
        assertThat(status.serialNumber).isEqualTo(LEAF.getSerialNumber().toString(16));
        assertThat(status.keyAlgorithm).isEqualTo("ECDSA-P384");
        assertThat(status.fingerprint).isEqualTo(Fingerprints.sha256(LEAF));
        for (Algorithm algorithm : List.of(Algorithm.RSA_2048, Algorithm.ED25519)) {
            CertificateStatusFactory.describe(status, "mail-tls", TestCertificates.leaf("CN=x", KeyPairs.generate(algorithm).getPublic(), null, ROOT, ROOT_KEY.getPrivate()));
            assertThat(status.keyAlgorithm).isEqualTo(algorithm == Algorithm.RSA_2048 ? "RSA-2048" : "Ed25519");
        }
    }

    @Test
    void whatThePlanFoundInTheChainBecomesConditions() {
        var set = new ConditionSet(List.of(), 1, Instant::now);
        List<Problem> problems = new ArrayList<>(List.of(problem("NotVerifiable", "a"), problem(ConditionTypes.CHAIN_DUPLICATES, "b"), problem(ConditionTypes.CHAIN_INCOMPLETE, "c"),
                problem(ConditionTypes.CHAIN_DUPLICATES, "d")));
        CertificateStatusFactory.chainConditions(set, problems);
        assertThat(set.build()).extracting("type").containsExactly(ConditionTypes.CHAIN_INCOMPLETE, ConditionTypes.CHAIN_DUPLICATES);
        assertThat(set.build()).allSatisfy(c -> assertThat(c.getStatus()).isEqualTo("True"));
        assertThat(set.get(ConditionTypes.CHAIN_DUPLICATES).getMessage()).isEqualTo("spec.source: b; spec.source: d");
    }

    private static Problem problem(String reason, String message) {
        return new Problem(new ResourceRef("Certificate", "mail", "mail", "uid", 1), "spec.source", Problem.Severity.WARNING, reason, message);
    }

    private static Secret secret(String chain, String key) {
        var builder = new SecretBuilder().withNewMetadata().withName("mail-tls").endMetadata().withData(Map.of("tls.crt", base64(chain)));
        return key == null ? builder.build() : builder.addToData("tls.key", base64(key)).build();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
