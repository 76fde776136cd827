package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.cli.standalone.Standalone;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole gateway, from manifests to the alert. */
@Timeout(120)
class AlertsStandaloneTest {
    @TempDir
    private Path folder;

    @Test
    void mailThatCannotBeEncryptedIsToldToThePostmasterAndCounted() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (ScriptedServer partner = new ScriptedServer("127.0.0.2"); ScriptedServer postmaster = new ScriptedServer("127.0.0.3")) {
            Files.writeString(Files.createDirectory(folder.resolve("manifests")).resolve("all.yaml"), """
                    apiVersion: postern.dev/v1alpha1
                    kind: MailGateway
                    metadata: {name: default}
                    spec:
                      hostname: mail.example.com
                      alerts: {recipients: [postmaster@admin.test]}
                    ---
                    apiVersion: postern.dev/v1alpha1
                    kind: MailFlowPolicy
                    metadata: {name: relay}
                    spec: {behavior: Relay, tls: {mode: "Off"}}
                    ---
                    apiVersion: postern.dev/v1alpha1
                    kind: Listener
                    metadata: {name: private}
                    spec:
                      type: Private
                      port: %d
                      hostAccess: [{senderGroup: here, senders: [127.0.0.1], policyRef: {name: relay}}]
                    ---
                    apiVersion: postern.dev/v1alpha1
                    kind: DestinationControl
                    metadata: {name: partner}
                    spec: {destinations: [partner.test], tls: {mode: Required}, route: {hosts: [{host: 127.0.0.2, port: %d}]}}
                    ---
                    apiVersion: postern.dev/v1alpha1
                    kind: DestinationControl
                    metadata: {name: admin}
                    spec: {destinations: [admin.test], tls: {mode: Preferred}, route: {hosts: [{host: 127.0.0.3, port: %d}]}}
                    """.formatted(port, partner.port(), postmaster.port()));
            var meters = new SimpleMeterRegistry();
            var options = new Standalone.Options(folder.resolve("manifests"), folder.resolve("data"), InetAddress.getByName("127.0.0.1"), null, false, 0, "");
            try (Standalone gateway = Standalone.start(options, meters)) {
                submit(port);
                await().atMost(Duration.ofSeconds(60)).until(() -> postmaster.mails.size() == 1);
                assertThat(postmaster.mails.getFirst().body()).contains("Subject: Warning <System> mail.example.com: TLS required failure, delivery to partner.test",
                        "Messages waiting:     MID ");
                assertThat(partner.mails).isEmpty();
                assertThat(meters.get("postern.delivery.outcomes").tags("resource", "DestinationControl/partner", "outcome", "failed").counter().count()).isEqualTo(1);
                assertThat(meters.get("postern.delivery.outcomes").tags("resource", "DestinationControl/admin", "outcome", "clear").counter().count()).isEqualTo(1);
                assertThat(meters.get("postern.alerts.sent").counter().count()).isEqualTo(1);
            }
        }
    }

    private static void submit(int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            in.readLine();
            for (String command : new String[] {"HELO client.test", "MAIL FROM:<a@sender.test>", "RCPT TO:<b@partner.test>", "DATA", "Subject: x\r\n\r\nx\r\n.", "QUIT"}) {
                socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
                assertThat(in.readLine()).as(command).matches("[23].*");
            }
        }
    }
}
