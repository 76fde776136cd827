package dev.postern.cli.tool;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.issue.Authority;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Client keys of kubeconfigs, as files and as data: the library must be able to make TLS of them. */
class ClientKeyTest {
    private final Authority authority = new Authority("Cluster", Instant.now(), Duration.ofDays(10));
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(value = Algorithm.class, names = {"RSA_2048", "ECDSA_P256", "ECDSA_P384"})
    void aKeyInPkcs8IsUsed(Algorithm algorithm) throws Exception {
        KeyPair pair = KeyPairs.generate(algorithm);
        String csr = dev.postern.pki.issue.SigningRequests.make(new dev.postern.api.CertificateSpec.Subject(), List.of("admin.example"), pair);
        String certificate = authority.sign(csr, Duration.ofDays(5));
        String key = KeyPairs.toPem(pair.getPrivate());
        opens(new ConfigBuilder(Config.empty()).withMasterUrl("https://127.0.0.1:1").withClientCertData(base64(certificate)).withClientKeyData(base64(key)).build());
        opens(new ConfigBuilder(Config.empty()).withMasterUrl("https://127.0.0.1:1").withClientCertFile(Files.writeString(folder.resolve("crt"), certificate).toString())
                .withClientKeyFile(Files.writeString(folder.resolve("key"), key).toString()).build());
    }

    @Test
    void aConfigurationWithoutOneStaysAsItIs() {
        opens(new ConfigBuilder(Config.empty()).withMasterUrl("https://127.0.0.1:1").withOauthToken("token").build());
    }

    private static void opens(Config config) {
        assertThatCode(() -> {
            ClientKey.readable(config);
            new KubernetesClientBuilder().withConfig(config).build().close();
        }).doesNotThrowAnyException();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
