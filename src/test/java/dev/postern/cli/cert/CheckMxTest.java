package dev.postern.cli.cert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postern.dns.DnsOptions;
import dev.postern.dns.DnsjavaDns;
import dev.postern.testing.CoreDns;
import dev.postern.testing.OpensslServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code postern cert check --mx DOMAIN}, with a real name server: each MX host is asked for its own name. */
@Timeout(120)
class CheckMxTest {
    private static final String ZONE = """
            $ORIGIN example.com.
            $TTL 0
            @     IN SOA ns hostmaster 1 3600 600 86400 0
                  IN NS ns
                  IN MX 20 backup.example.com.
                  IN MX 10 mail.example.com.
            ns     IN A 192.0.2.53
            mail   IN A 127.0.0.1
            backup IN A 127.0.0.1
            none   IN MX 0 .
            """;
    @TempDir
    Path folder;

    @Test
    void eachHostIsCheckedForItsOwnNameTheMostPreferredFirst() throws IOException {
        OpensslPki pki = new OpensslPki(folder);
        pki.root("root");
        pki.leaf("mail", "root", "mail.example.com");
        try (var dns = new CoreDns(folder, Map.of("example.com", ZONE)); var server = new OpensslServer(pki.file("mail.crt"), pki.file("mail.key"), null);
                var client = new DnsjavaDns(DnsOptions.of(List.of(dns.address())))) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> client.mx("example.com").toCompletableFuture().join().size() == 2);
            int port = server.smtp("220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "220 go\r\n");

            Ran ran = Ran.cert("check", "--mx", "example.com", "--dns", dns.address(), "--mx-port", port, "--trust", pki.file("root.crt"), "-o", "json");

            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.json()).extracting((JsonNode e) -> e.get("target").asText() + " " + e.get("accepted").asBoolean())
                    .containsExactly("mail.example.com:" + port + " true", "backup.example.com:" + port + " false");
            assertThat(ran.json().get(1).get("verdicts")).extracting((JsonNode v) -> v.get("message").asText())
                    .anySatisfy(message -> assertThat(message).startsWith("The certificate is not for backup.example.com, but for mail.example.com."));

            Ran both = Ran.cert("check", pki.file("mail.crt"), "--mx", "example.com", "--dns", dns.address(), "--mx-port", port, "--trust", pki.file("root.crt"), "-o", "name");
            assertThat(both.out().lines()).hasSize(3);
            Ran none = Ran.cert("check", "--mx", "none.example.com", "--dns", dns.address());
            assertThat(none.code()).isEqualTo(2);
            assertThat(none.err()).contains("the MX hosts of none.example.com cannot be looked up");
        }
    }
}
