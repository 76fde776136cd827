package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.Figures;
import dev.postern.testing.PosternProcess;
import dev.postern.testing.RotationLoad;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A listener's certificate is replaced again and again, RSA after ECDSA, while sessions are open and others begin: nobody is dropped,
 * no handshake fails, and each certificate is served. {@code postern.rotation.replacements} says how often; ten times where it does not.
 */
class RotationIT {
    private static final int REPLACEMENTS = Integer.getInteger("postern.rotation.replacements", 10);
    private static final int SESSIONS = 200;
    private static final int HANDSHAKES_A_SECOND = 100;
    private static final String NAME = "mail.postern.test";
    @TempDir
    Path folder;

    @Test
    void sessionsAndHandshakesGoOnWhileTheCertificateIsReplaced() throws Exception {
        int port = PosternProcess.freePort();
        Path manifests = Files.createDirectory(folder.resolve("manifests"));
        Files.writeString(manifests.resolve("rotation.yaml"), Files.readString(Path.of("src/test/resources/system/rotation.yaml"))
                .replace("@PUBLIC@", Integer.toString(port)));
        replace(manifests, TestCertificates.ecdsa(NAME));
        double[] longer = new double[(REPLACEMENTS + 1) / 2];
        double[] shorter = new double[REPLACEMENTS / 2];
        try (PosternProcess gateway = PosternProcess.start(Map.of(), "run", manifests.toString(), "--data", folder.resolve("data").toString(), "--http-port", "0")) {
            gateway.awaitLine("listener", l -> l.contains("127.0.0.1:" + port + " opened"));
            RotationLoad.Result result;
            try (RotationLoad load = new RotationLoad(port, SESSIONS, HANDSHAKES_A_SECOND)) {
                for (int i = 0; i < REPLACEMENTS; i++) {
                    TestCertificates.Pair next = i % 2 == 0 ? TestCertificates.rsa(NAME) : TestCertificates.ecdsa(NAME);
                    replace(manifests, next);
                    (i % 2 == 0 ? longer : shorter)[i / 2] = load.served(next.chainPem().replaceAll("\\s", ""), System.nanoTime());
                }
                result = load.end();
            }
            Figures.print("file replaced by a longer one (RSA) -> new certificate served", longer);
            Figures.print("file replaced by a much shorter one (ECDSA), which must stand still for 3 s -> new certificate served", shorter);
            System.out.println(result);
            assertThat(result.failures()).isEmpty();
            assertThat(result.dropped()).isZero();
            assertThat(gateway.alive()).isTrue();
            assertThat(gateway.lines()).noneMatch(l -> l.contains("TLS failed"));
        }
    }

    /** As a Secret of the folder; the file is there whole or not at all. */
    private static void replace(Path manifests, TestCertificates.Pair pair) throws Exception {
        Path next = manifests.resolve("next");
        Files.writeString(next, """
                apiVersion: v1
                kind: Secret
                type: kubernetes.io/tls
                metadata: {name: mail-tls}
                stringData:
                  tls.crt: |
                %s
                  tls.key: |
                %s
                """.formatted(indented(pair.chainPem()), indented(pair.keyPem())));
        Files.move(next, manifests.resolve("secret.yaml"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String indented(String pem) {
        return pem.lines().map(l -> "    " + l).collect(Collectors.joining("\n"));
    }
}
