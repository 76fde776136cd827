package dev.postern.pki.issue;

import java.io.IOException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.util.List;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** What the certificates of mail servers have in common, whoever signs them: what they may be used for, and how they are signed. */
final class LeafProfile {
    private LeafProfile() {
    }

    /**
     * Key usage, extended key usage (servers, and clients when mail goes out) and subject alternative name.
     *
     * @param named whether there is a subject; without one the alternative name is critical (RFC 5280, 4.2.1.6)
     */
    static Extensions extensions(PublicKey key, List<String> dnsNames, boolean named) {
        int encipherment = key instanceof RSAKey ? KeyUsage.keyEncipherment : 0;   // no other key can do that
        var generator = new ExtensionsGenerator();
        try {
            generator.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | encipherment));
            generator.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
            if (!dnsNames.isEmpty()) {
                generator.addExtension(Extension.subjectAlternativeName, !named,
                        new GeneralNames(dnsNames.stream().map(n -> new GeneralName(GeneralName.dNSName, n)).toArray(GeneralName[]::new)));
            }
        } catch (IOException e) {
            throw new IllegalStateException("these extensions have an encoding", e);
        }
        return generator.generate();
    }

    /** Signs as fits the key: ECDSA with a digest of the curve's strength, RSA with SHA-256, Ed25519 as it is. */
    static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
        String algorithm = switch (key) {
            case RSAKey rsa -> "SHA256withRSA";
            case ECKey ec -> switch (ec.getParams().getCurve().getField().getFieldSize()) {
                case 384 -> "SHA384withECDSA";
                case 521 -> "SHA512withECDSA";
                default -> "SHA256withECDSA";
            };
            default -> "Ed25519";
        };
        return new JcaContentSignerBuilder(algorithm).build(key);
    }
}
