package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.pki.KeyPairs;
import dev.postern.plan.DestinationPlan;
import dev.postern.testing.OpensslOcsp;
import dev.postern.testing.OpensslServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real openssl staples its authority's word to the handshake. */
class StapledRevocationTest {
    private static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Root"), null);

    @TempDir
    Path folder;

    private interface Check {
        void run(Rig rig) throws Exception;
    }

    /** @param revoked null: nothing is stapled */
    private void deliver(Request request, Boolean revoked, Check check) throws Exception {
        TestPki.Identity leaf = TestPki.issue(request, ROOT);
        Path certificate = Files.writeString(folder.resolve("leaf.pem"), leaf.pem());
        Path key = Files.writeString(folder.resolve("leaf.key"), KeyPairs.toPem(leaf.keys().getPrivate()));
        String[] status = {};
        if (revoked != null) {
            Path staple = Files.write(folder.resolve("staple.der"), new OpensslOcsp(folder).response(leaf, ROOT, ROOT, revoked));
            status = new String[] {"-status_file", staple.toString()};
        }
        try (OpensslServer server = new OpensslServer(certificate, key, null, status); Rig rig = new Rig()) {
            int port = server.smtp("220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n");
            rig.bundles = Map.of("ca/ca.crt", ROOT.pem());
            rig.hosts.put("mx.partner.test", List.of(Rig.address("127.0.0.1")));
            rig.plan(DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false, DestinationPlan.Tls.of(TlsMode.RequiredVerify, Identity.Hosted, "ca/ca.crt"), null, DestinationPlan.Limits.of(20, 100),
                    List.of(Rig.host("mx.partner.test", port)), null));
            rig.delivery.start();
            rig.send("a@sender.test", "b@partner.test");
            await().until(() -> !rig.logged(MailEvent.DeliveryTls.class).isEmpty());
            check.run(rig);
        }
    }

    private static void refused(Rig rig, String reason) {
        await().until(() -> !rig.alerts.isEmpty());
        assertThat(rig.alerts.getFirst().reason()).isEqualTo(reason);
        assertThat(rig.alerts.getFirst().stage()).isEqualTo(TlsFailures.Stage.Verification);
        assertThat(rig.logged(MailEvent.DeliveryTls.class).getFirst().verified()).isFalse();
    }

    @Test
    void aCertificateOfWhichTheStapleSaysThatItIsRevokedIsNotVerified() throws Exception {
        deliver(Request.server("x", "partner.test"), true, rig -> refused(rig, "Revoked"));
    }

    @Test
    void oneOfWhichItSaysThatItIsGoodIs() throws Exception {
        deliver(Request.server("x", "partner.test").promisingStaple(), false, rig -> assertThat(rig.logged(MailEvent.DeliveryTls.class).getFirst().verified()).isTrue());
    }

    @Test
    void withoutAStapleAGoodCertificateIsVerified() throws Exception {
        deliver(Request.server("x", "partner.test"), null, rig -> assertThat(rig.logged(MailEvent.DeliveryTls.class).getFirst().verified()).isTrue());
    }

    @Test
    void aPromisedStapleThatDoesNotComeIsAFailure() throws Exception {
        deliver(Request.server("x", "partner.test").promisingStaple(), null, rig -> refused(rig, "NotStapled"));
    }
}
