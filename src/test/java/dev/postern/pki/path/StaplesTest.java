package dev.postern.pki.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.tls.TestPki;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.pki.path.Staples.Status;
import dev.postern.testing.OpensslOcsp;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stapled responses say, made by openssl. */
class StaplesTest {
    private static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Root"), null);
    private static final TestPki.Identity OTHER = TestPki.issue(Request.ca("Other"), null);
    private static final TestPki.Identity RESPONDER = TestPki.issue(Request.server("responder").purpose(KeyPurposeId.id_kp_OCSPSigning), ROOT);
    private static final TestPki.Identity LEAF = TestPki.issue(Request.server("x", "partner.test"), ROOT);
    private static final TestPki.Identity SIBLING = TestPki.issue(Request.server("x", "partner.test"), ROOT);
    private static OpensslOcsp ocsp;

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() {
        ocsp = new OpensslOcsp(folder);
    }

    private static Status read(byte[] staple) {
        return Staples.read(staple, LEAF.certificate(), ROOT.certificate(), Instant.now());
    }

    @Test
    void theAuthoritysOwnWordCounts() throws Exception {
        assertThat(read(ocsp.response(LEAF, ROOT, ROOT, false))).isEqualTo(Status.GOOD);
        assertThat(read(ocsp.response(LEAF, ROOT, ROOT, true))).isEqualTo(Status.REVOKED);
    }

    @Test
    void soDoesThatOfOneWhomItLetsSign() throws Exception {
        assertThat(read(ocsp.response(LEAF, ROOT, RESPONDER, true))).isEqualTo(Status.REVOKED);
        assertThat(read(ocsp.response(LEAF, ROOT, RESPONDER, false))).isEqualTo(Status.GOOD);
    }

    @Test
    void nobodyElsesDoes() throws Exception {
        assertThat(read(ocsp.response(LEAF, ROOT, OTHER, true))).as("a stranger").isEqualTo(Status.SILENT);
        assertThat(read(ocsp.response(LEAF, ROOT, SIBLING, true))).as("a certificate of the same authority that may not sign responses").isEqualTo(Status.SILENT);
        assertThat(read(ocsp.response(SIBLING, ROOT, ROOT, true))).as("of another certificate").isEqualTo(Status.SILENT);
    }

    @Test
    void aResponseOfAnotherTimeSaysNothing() throws Exception {
        byte[] revoked = ocsp.response(LEAF, ROOT, ROOT, true);
        assertThat(Staples.read(revoked, LEAF.certificate(), ROOT.certificate(), Instant.now().plus(Duration.ofDays(30)))).isEqualTo(Status.SILENT);
        assertThat(Staples.read(revoked, LEAF.certificate(), ROOT.certificate(), Instant.now().minus(Duration.ofDays(30)))).isEqualTo(Status.SILENT);
    }

    @Test
    void whateverIsDamagedSaysNothingOrTheSame() throws Exception {
        byte[] revoked = ocsp.response(LEAF, ROOT, ROOT, true);
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = revoked.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
            assertThat(read(damaged)).isNotEqualTo(Status.GOOD);
        }
        assertThat(read(null)).isEqualTo(Status.SILENT);
        assertThat(read(new byte[0])).isEqualTo(Status.SILENT);
        assertThat(read("HTTP/1.1 404".getBytes())).isEqualTo(Status.SILENT);
    }

    @Test
    void aCertificateMayPromiseAStaple() {
        assertThat(Staples.promised(LEAF.certificate())).isFalse();
        assertThat(Staples.promised(TestPki.issue(Request.server("x", "partner.test").promisingStaple(), ROOT).certificate())).isTrue();
    }
}
