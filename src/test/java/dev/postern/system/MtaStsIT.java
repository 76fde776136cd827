package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.mtasts.PolicyHost;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.testing.CoreDns;
import dev.postern.testing.Passage;
import dev.postern.testing.PosternProcess;
import dev.postern.testing.Postfix;
import dev.postern.testing.Swaks;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program and a domain with a policy: its own DNS (CoreDNS), its web server (Python's) at port 443, its mail server (Postfix) at port 25. */
class MtaStsIT {
    private static final String MAIL = "127.0.84.71";
    private static final String WEB = "127.0.84.72";
    private static final String ZONE = """
            $ORIGIN partner.test.
            $TTL 1
            @        IN SOA ns hostmaster 1 3600 600 86400 1
                     IN NS ns
                     IN MX 10 mx
            ns       IN A 127.0.0.1
            mx       IN A 127.0.84.71
            mta-sts  IN A 127.0.84.72
            _mta-sts IN TXT "v=STSv1; id=1;"
            """;
    private static final String MANIFESTS = """
            apiVersion: postern.dev/v1alpha1
            kind: MailGateway
            metadata: {name: default}
            spec:
              hostname: mail.postern.test
              dns: {servers: ["@DNS@"]}
              alerts: {requiredTLSFailure: {enabled: true}}
            ---
            apiVersion: postern.dev/v1alpha1
            kind: Certificate
            metadata: {name: demo}
            spec: {source: {demo: {}}}
            ---
            apiVersion: postern.dev/v1alpha1
            kind: MailFlowPolicy
            metadata: {name: accepted}
            spec: {behavior: Accept, tls: {mode: Preferred}}
            ---
            apiVersion: postern.dev/v1alpha1
            kind: Listener
            metadata: {name: public}
            spec:
              type: Public
              port: @PORT@
              certificateRefs: [{name: demo}]
              hostAccess: [{senderGroup: EVERYONE, senders: [ALL], policyRef: {name: accepted}}]
              recipientAccess: [{recipients: [partner.test]}]
            ---
            apiVersion: postern.dev/v1alpha1
            kind: DestinationControl
            metadata: {name: default}
            spec: {default: true, tls: {mode: Preferred, mtaSTS: Opportunistic}}
            """;

    @TempDir
    Path folder;

    @Test
    void anEnforcedPolicyIsObeyedAndOutlivesARestartWithoutItsWebServer() throws Exception {
        TestPki.Identity good = TestPki.issue(Request.server("x", "mx.partner.test"), PolicyHost.ROOT);
        TestPki.Identity wrong = TestPki.issue(Request.server("x", "elsewhere.test"), PolicyHost.ROOT);
        int port = PosternProcess.freePort();
        Path data = folder.resolve("data");
        Path manifests = Files.createDirectory(folder.resolve("manifests"));
        try (Postfix postfix = Postfix.start("mx.partner.test", PolicyHost.pem(good));
                Passage passage = new Passage(MAIL, postfix.port());
                CoreDns dns = new CoreDns(Files.createDirectory(folder.resolve("dns")), Map.of("partner.test", ZONE))) {
            Files.writeString(manifests.resolve("all.yaml"), MANIFESTS.replace("@DNS@", dns.address()).replace("@PORT@", Integer.toString(port)));
            try (PolicyHost host = new PolicyHost(Files.createDirectory(folder.resolve("web")), WEB, 443); PosternProcess run = start(manifests, data)) {
                host.publish("partner.test", "1", PolicyHost.ENFORCE);
                Swaks.send(port, "someone@partner.test", "welcome");
                run.awaitLine("the policy", l -> l.endsWith("MTA-STS policy of partner.test is new: mode enforce, mx mx.partner.test, for 604800 s, id 1"));
                Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(postfix.messages()).anySatisfy(m -> assertThat(m).contains("Subject: welcome")));
                assertThat(run.stop()).isIn(0, 143);
            }
            assertThat(data.resolve("mta-sts/partner.test.json")).content().contains("mode: enforce");

            postfix.restart(PolicyHost.pem(wrong));
            try (PosternProcess run = start(manifests, data)) {
                Swaks.send(port, "someone@partner.test", "withheld");
                run.awaitLine("the alert", l -> l.contains("TLSRequiredFailed") && l.contains("partner.test") && l.contains("NameMismatch"));
                assertThat(postfix.messages()).noneSatisfy(m -> assertThat(m).contains("Subject: withheld"));
                assertThat(run.stop()).isIn(0, 143);
            }
        }
    }

    /** What the system trusts is the domain's authority, and no other. */
    private PosternProcess start(Path manifests, Path data) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", PolicyHost.ROOT.certificate());
        Path file = folder.resolve("roots.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, "changeit".toCharArray());
        }
        PosternProcess run = PosternProcess.start(Map.of("JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.trustStore=" + file + " -Djavax.net.ssl.trustStorePassword=changeit"),
                "run", manifests.toString(), "--data", data.toString(), "--http-port", "0");
        run.awaitLine("the listener", l -> l.contains("Listener public on") && l.contains("opened"));
        return run;
    }
}
