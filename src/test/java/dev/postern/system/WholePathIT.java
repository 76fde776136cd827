package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.pki.issue.Authority;
import dev.postern.testing.KubernetesServer;
import dev.postern.testing.PosternProcess;
import dev.postern.testing.Postfix;
import dev.postern.testing.Swaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole path, for real: kubectl, operator, API server, gateway, swaks, Postfix. */
class WholePathIT {
    @TempDir
    Path folder;

    @Test
    void mailTravelsOverVerifiedTlsAndAMismatchBecomesAnEventThatKubectlShows() throws Exception {
        Authority authority = new Authority("Partners", Instant.now(), Duration.ofDays(30));
        Authority.Issued issued = authority.issue(List.of("partner.test"), Duration.ofDays(10));
        KubernetesServer kubernetes = KubernetesServer.shared();
        kubernetes.installCrds();
        String namespace = kubernetes.namespace();
        int publicPort = PosternProcess.freePort();
        try (Postfix postfix = Postfix.start("mx.partner.test", issued.keyPem() + issued.certificatePem());
                PosternProcess operator = GatewayInCluster.operator(kubernetes, namespace)) {
            apply(kubernetes, namespace, manifests(authority, publicPort, postfix.port()));
            try (PosternProcess gateway = GatewayInCluster.start(kubernetes, namespace, "edge", folder)) {
                for (String resource : List.of("mailgateway/edge", "listener/public", "mailflowpolicy/accepted", "certificate/mail",
                        "destinationcontrol/partner", "destinationcontrol/other")) {
                    kubernetes.kubectl("-n", namespace, "wait", "--for=condition=Ready", resource, "--timeout=60s");
                }

                Swaks.send(publicPort, "someone@partner.test", "verified");
                await(() -> assertThat(postfix.messages()).anySatisfy(m -> assertThat(m).contains("Subject: verified").contains("using TLSv1.3")));
                gateway.awaitLine("verified delivery", l -> l.contains("TLS success protocol TLSv1.3") && l.contains("for partner.test"));

                Swaks.send(publicPort, "someone@other.test", "encrypted");
                await(() -> assertThat(postfix.messages()).anySatisfy(m -> assertThat(m).contains("Subject: encrypted").contains("using TLSv1.3")));

                kubernetes.kubectl("-n", namespace, "patch", "destinationcontrol", "other", "--type=merge", "-p",
                        "{\"spec\":{\"tls\":{\"mode\":\"RequiredVerify\"}}}");
                kubernetes.kubectl("-n", namespace, "wait", "--for=jsonpath={.status.observedGeneration}=2", "destinationcontrol/other", "--timeout=30s");
                kubernetes.kubectl("-n", namespace, "wait", "--for=condition=Programmed", "destinationcontrol/other", "--timeout=30s");
                Swaks.send(publicPort, "someone@other.test", "withheld");
                await(() -> assertThat(kubernetes.kubectl("-n", namespace, "get", "events", "--field-selector", "reason=TLSRequiredFailed", "-o", "wide"))
                        .contains("destinationcontrol/other").contains("Warning").contains("other.test"));
                gateway.awaitLine("the alert's line", l -> l.endsWith("TLS was required but could not be successfully negotiated"));
                assertThat(kubernetes.kubectl("-n", namespace, "describe", "destinationcontrol", "other")).contains("TLSRequiredFailed");
                assertThat(postfix.messages()).noneSatisfy(m -> assertThat(m).contains("Subject: withheld"));

                kubernetes.kubectl("-n", namespace, "patch", "destinationcontrol", "other", "--type=merge", "-p",
                        "{\"spec\":{\"tls\":{\"mode\":\"Required\"}}}");
                await(() -> assertThat(postfix.messages()).anySatisfy(m -> assertThat(m).contains("Subject: withheld")));

                assertThat(Swaks.tryToSend(publicPort, "someone@partner.test", "in clear", "--no-tls").transcript())
                        .contains("530 #5.7.0 Must issue a STARTTLS command first");
                await(() -> assertThat(kubernetes.kubectl("-n", namespace, "get", "events", "--field-selector", "reason=TLSRequiredFailed"))
                        .contains("listener/public"));
                assertThat(gateway.stop()).isIn(0, 143);
            }
        }
    }

    private String manifests(Authority authority, int publicPort, int postfixPort) throws Exception {
        String ca = authority.certificatePem().lines().map(l -> "    " + l).collect(Collectors.joining("\n"));
        return Files.readString(Path.of("src/test/resources/system/whole-path.yaml")).replace("@CA@", ca)
                .replace("@PUBLIC@", Integer.toString(publicPort)).replace("@POSTFIX@", Integer.toString(postfixPort));
    }

    private void apply(KubernetesServer kubernetes, String namespace, String manifests) throws Exception {
        Path file = Files.writeString(folder.resolve("manifests.yaml"), manifests);
        kubernetes.kubectl("-n", namespace, "apply", "-f", file.toString());
    }

    private static void await(org.awaitility.core.ThrowingRunnable assertion) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100)).untilAsserted(assertion);
    }
}
