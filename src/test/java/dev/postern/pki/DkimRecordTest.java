package dev.postern.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.api.CertificateSpec.Algorithm;
import java.security.PublicKey;
import java.util.Base64;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;

class DkimRecordTest {
    private static byte[] data(String record) {
        return Base64.getDecoder().decode(record.substring(record.indexOf("p=") + 2));
    }

    @Test
    void rsaKeysStandWithTheirStructureAndEd25519KeysWithout() {
        PublicKey rsa = KeyPairs.generate(Algorithm.RSA_2048).getPublic();
        assertThat(DkimRecord.of(rsa, "tlsrpt")).startsWith("v=DKIM1; k=rsa; s=tlsrpt; p=");
        assertThat(data(DkimRecord.of(rsa, "tlsrpt"))).isEqualTo(rsa.getEncoded());
        PublicKey ed25519 = KeyPairs.generate(Algorithm.ED25519).getPublic();
        assertThat(DkimRecord.of(ed25519, "*")).startsWith("v=DKIM1; k=ed25519; s=*; p=");
        assertThat(data(DkimRecord.of(ed25519, "*"))).hasSize(32).isEqualTo(SubjectPublicKeyInfo.getInstance(ed25519.getEncoded()).getPublicKeyData().getBytes());
        assertThat(DkimRecord.algorithm(ed25519)).isEqualTo("ed25519-sha256");
    }

    @Test
    void dkimHasNoEcdsa() {
        PublicKey key = KeyPairs.generate(Algorithm.ECDSA_P256).getPublic();
        assertThatIllegalArgumentException().isThrownBy(() -> DkimRecord.of(key, "tlsrpt")).withMessage("is of type ECDSA-P256; DKIM has RSA and Ed25519");
    }
}
