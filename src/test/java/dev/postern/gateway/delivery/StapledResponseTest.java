package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testing.Command;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StapledResponseTest {
    @TempDir
    private Path folder;

    @Test
    void aClientThatAsksIsToldThatTheCertificateIsRevoked() throws Exception {
        try (ScriptedServer server = OutboundServer.REVOKED.start("127.0.0.1", 0)) {
            String seen = Command.attempt(folder, "openssl", "s_client", "-starttls", "smtp", "-status", "-connect", "127.0.0.1:" + server.port()).output();
            assertThat(seen).contains("OCSP Response Status: successful", "Cert Status: revoked", "TLSv1.3");
        }
    }
}
