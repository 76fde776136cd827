package dev.postern.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.Gateway;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.manifest.ManifestReader;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.testing.Command;
import dev.postern.testing.PosternProcess;
import dev.postern.testing.Postfix;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client, two gateways and a Postfix behind them: REQUIRETLS goes as far as it is offered, and the notification comes all the way back. */
class RequireTlsPathTest {
    private static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Test Root"), null);
    private static final TestPki.Identity SERVER = TestPki.issue(Request.server("127.0.0.1").address("127.0.0.1"), ROOT);
    private static final String CLIENT = """
            import smtplib, ssl, sys
            context = ssl.create_default_context(cafile=sys.argv[2])
            with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20) as smtp:
                smtp.ehlo()
                print("in clear:", smtp.has_extn("requiretls"))
                smtp.starttls(context=context)
                smtp.ehlo()
                print("over TLS:", smtp.has_extn("requiretls"))
                for to in sys.argv[3:]:
                    smtp.sendmail("ada@sender.test", [to], "Subject: to " + to + "\\r\\n\\r\\nthe secret\\r\\n", mail_options=["REQUIRETLS"])
            """;

    @TempDir
    Path folder;

    private record Started(Gateway gateway, List<MailEvent> log) implements AutoCloseable {
        boolean said(String text) {
            return log.stream().anyMatch(e -> e.toString().contains(text));
        }

        long demands() {
            return log.stream().filter(MailEvent.TlsDemand.class::isInstance).count();
        }

        @Override
        public void close() {
            gateway.close();
        }
    }

    @Test
    void itIsHandedOnWhereItIsOfferedAndBouncesWhereItIsNot() throws Exception {
        Command.assumeInstalled("python3");
        Path anchors = Files.writeString(folder.resolve("ca.pem"), ROOT.pem());
        Path client = Files.writeString(folder.resolve("client.py"), CLIENT);
        int firstPort = PosternProcess.freePort();
        int secondPort = PosternProcess.freePort();
        try (Postfix postfix = Postfix.start("mail.home.test", KeyPairs.toPem(SERVER.keys().getPrivate()) + Chains.toPem(SERVER.chain()));
                Started first = start("first.test", firstPort, destination("far", "receiver.test", secondPort) + destination("home", "sender.test", postfix.port()));
                Started second = start("second.test", secondPort, destination("far", "receiver.test", postfix.port()) + destination("home", "sender.test", firstPort))) {
            String said = Command.run(folder, "python3", client.toString(), Integer.toString(firstPort), anchors.toString(), "bob@receiver.test");

            assertThat(said).contains("in clear: False", "over TLS: True");
            await().atMost(Duration.ofSeconds(60)).until(() -> !postfix.messages().isEmpty());
            // The second gateway had the message with REQUIRETLS, for nothing else has that status; and so had its notification.
            assertThat(postfix.messages()).singleElement().asString()
                    .contains("Reporting-MTA: dns; second.test", "Status: 5.7.30", "Final-Recipient: rfc822; bob@receiver.test", "Subject: to bob@receiver.test")
                    .contains("by second.test (Postern) with ESMTPS", "by first.test (Postern) with ESMTPS")
                    .doesNotContain("the secret");
            assertThat(second.demands()).as("the message, and its notification").isEqualTo(2);
            assertThat(first.demands()).as("the same two, the other way round").isEqualTo(2);
            assertThat(first.said("is a notification and goes on without REQUIRETLS")).isTrue();
        }
    }

    private Started start(String name, int port, String destinations) throws Exception {
        Path manifests = Files.createDirectories(folder.resolve(name));
        Files.writeString(manifests.resolve("all.yaml"), """
                apiVersion: postern.dev/v1alpha1
                kind: MailGateway
                metadata: {name: default}
                spec: {hostname: %s}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: server}
                type: kubernetes.io/tls
                stringData:
                  tls.crt: |
                %s
                  tls.key: |
                %s
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: anchors}
                data:
                  ca.crt: |
                %s
                ---
                apiVersion: postern.dev/v1alpha1
                kind: Certificate
                metadata: {name: server}
                spec: {source: {secretRef: {name: server}}}
                ---
                apiVersion: postern.dev/v1alpha1
                kind: MailFlowPolicy
                metadata: {name: relayed}
                spec: {behavior: Relay, tls: {mode: Required}}
                ---
                apiVersion: postern.dev/v1alpha1
                kind: Listener
                metadata: {name: private}
                spec:
                  type: Private
                  port: %d
                  certificateRefs: [{name: server}]
                  hostAccess: [{senderGroup: LOCALHOST, senders: [127.0.0.1], policyRef: {name: relayed}}]
                """.formatted(name, indented(Chains.toPem(SERVER.chain())), indented(KeyPairs.toPem(SERVER.keys().getPrivate())), indented(ROOT.pem()), port)
                + destinations);
        FolderPlans.Result plan = new FolderPlans(null, new LocalCertificates(folder.resolve(name + "-data")), Map.of(), FolderPlans.Tickets.NONE, problem -> false)
                .compile(new ManifestReader("default").parse(ManifestReader.contents(manifests)), Instant.now());
        assertThat(plan.complaints()).isEmpty();
        List<MailEvent> log = new CopyOnWriteArrayList<>();
        Path data = folder.resolve(name);
        Gateway gateway = new Gateway(new Gateway.Options(data.resolve("spool"), data.resolve("mta-sts"), InetAddress.getLoopbackAddress(), Duration.ofSeconds(1)), log::add,
                failure -> { }, new SimpleMeterRegistry(), InstantSource.system());
        gateway.intake().accept(plan.written().orElseThrow());
        await().until(() -> gateway.addresses().containsKey("private"));
        return new Started(gateway, log);
    }

    private static String destination(String name, String domain, int port) {
        return """
                ---
                apiVersion: postern.dev/v1alpha1
                kind: DestinationControl
                metadata: {name: %s}
                spec:
                  destinations: [%s]
                  tls: {mode: Preferred, trustBundleRef: {name: anchors}}
                  route: {hosts: [{host: 127.0.0.1, port: %d}]}
                """.formatted(name, domain, port);
    }

    private static String indented(String pem) {
        return pem.strip().indent(4).stripTrailing();
    }
}
