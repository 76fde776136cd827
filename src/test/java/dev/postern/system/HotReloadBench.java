package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.pki.issue.Authority;
import dev.postern.testing.Figures;
import dev.postern.testing.KubernetesServer;
import dev.postern.testing.PosternProcess;
import dev.postern.testing.RotationLoad;
import dev.postern.testing.Sink;
import dev.postern.testing.SteadySession;
import dev.postern.testing.Tls;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a change takes from the API server's answer to what a client sees, while sessions are
 * open and others begin. Prints the
 * distribution; asserts only that nobody was dropped and no handshake failed.
 */
class HotReloadBench {
    private static final int CHANGES = 50;
    private static final int SESSIONS = 200;
    private static final int HANDSHAKES_A_SECOND = 100;
    private static final String NAME = "mail.postern.test";
    @TempDir
    Path folder;

    @Test
    void changeToEffect() throws Exception {
        Authority authority = new Authority("Bench", Instant.now(), Duration.ofDays(30));
        KubernetesServer kubernetes = KubernetesServer.shared();
        kubernetes.installCrds();
        String namespace = kubernetes.namespace();
        int port = PosternProcess.freePort();
        replaceCertificate(kubernetes, namespace, TestCertificates.ecdsa(NAME));
        try (Sink sink = new Sink(Tls.server(authority.issue(List.of("partner.test"), Duration.ofDays(10))));
                PosternProcess operator = GatewayInCluster.operator(kubernetes, namespace)) {
            Path file = Files.writeString(folder.resolve("manifests.yaml"), Files.readString(Path.of("src/test/resources/system/hot-reload.yaml"))
                    .replace("@PUBLIC@", Integer.toString(port)).replace("@SINK@", Integer.toString(sink.port())));
            kubernetes.kubectl("-n", namespace, "apply", "-f", file.toString());
            try (PosternProcess gateway = GatewayInCluster.start(kubernetes, namespace, "edge", folder)) {
                kubernetes.kubectl("-n", namespace, "wait", "--for=condition=Ready", "listener/public", "--timeout=60s");
                double[] certificate = new double[CHANGES];
                double[] mode = new double[CHANGES];
                RotationLoad.Result result;
                try (RotationLoad load = new RotationLoad(port, SESSIONS, HANDSHAKES_A_SECOND)) {
                    for (int i = 0; i < CHANGES; i++) {
                        TestCertificates.Pair next = i % 2 == 0 ? TestCertificates.rsa(NAME) : TestCertificates.ecdsa(NAME);
                        replaceCertificate(kubernetes, namespace, next);
                        certificate[i] = load.served(next.chainPem().replaceAll("\\s", ""), System.nanoTime());
                        mode[i] = mode(kubernetes, namespace, port, i % 2 == 0);
                    }
                    result = load.end();
                }
                Figures.print("apply -> new certificate served", certificate);
                Figures.print("apply -> new TLS mode in force", mode);
                System.out.println(result);
                assertThat(result.dropped()).isZero();
                assertThat(result.failures()).isEmpty();
                assertThat(operator.alive()).isTrue();
                assertThat(gateway.alive()).isTrue();
            }
        }
    }

    private static double mode(KubernetesServer kubernetes, String namespace, int port, boolean required) throws Exception {
        // A merge patch: the operator writes the status of the same object meanwhile.
        kubernetes.client().genericKubernetesResources("postern.dev/v1alpha1", "MailFlowPolicy").inNamespace(namespace).withName("accepted")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"tls\": {\"mode\": \"" + (required ? "Required" : "Preferred") + "\"}}}");
        return until(() -> SteadySession.answerToMailInClear(port).startsWith("530") == required);
    }

    /** Milliseconds from now until the condition holds; fails after half a minute. */
    private static double until(Callable<Boolean> condition) throws Exception {
        long start = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - start > Duration.ofSeconds(30).toNanos()) {
                throw new AssertionError("no effect within 30 s");
            }
        }
        return (System.nanoTime() - start) / 1e6;
    }

    /** Puts a new certificate into the Secret; the clock starts at the API server's answer. */
    private static void replaceCertificate(KubernetesServer kubernetes, String namespace, TestCertificates.Pair pair) {
        kubernetes.client().secrets().inNamespace(namespace).resource(new SecretBuilder().withNewMetadata().withName("mail-tls").endMetadata()
                .withType("kubernetes.io/tls")
                .withData(Map.of("tls.crt", base64(pair.chainPem()), "tls.key", base64(pair.keyPem()))).build()).createOr(
                        io.fabric8.kubernetes.client.dsl.NonDeletingOperation::update);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
