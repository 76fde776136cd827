package dev.postern.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What certificates that OpenSSL made are for. */
class PurposesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"'', true, true", "serverAuth, true, false", "clientAuth, false, true", "'serverAuth,clientAuth', true, true", "anyExtendedKeyUsage, true, true", "emailProtection, false, false"})
    void theExtendedKeyUsageDecidesAndItsAbsenceAllowsAll(String usage, boolean servers, boolean clients) throws Exception {
        Path file = folder.resolve("leaf.crt");
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=a.example",
                "-keyout", folder.resolve("key").toString(), "-out", file.toString()));
        if (!usage.isEmpty()) {
            command.addAll(List.of("-addext", "extendedKeyUsage=" + usage));
        }
        assertThat(new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start().waitFor()).isZero();
        X509Certificate leaf = Chains.parse(Files.readString(file)).getFirst();
        assertThat(Purposes.forServers(leaf)).isEqualTo(servers);
        assertThat(Purposes.forClients(leaf)).isEqualTo(clients);
    }
}
