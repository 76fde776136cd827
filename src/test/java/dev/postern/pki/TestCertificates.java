package dev.postern.pki;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates as tests need them, also such as nobody should issue. */
public final class TestCertificates {
    public static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
    public static final Instant UNTIL = Instant.parse("2056-01-01T00:00:00Z");

    private TestCertificates() {
    }

    /** An authority that signed itself. */
    public static X509Certificate authority(String name, KeyPair keys) {
        return issue(name, keys.getPublic(), null, true, name, keys.getPrivate(), FROM, UNTIL);
    }

    /** A leaf of {@code issuer}. */
    public static X509Certificate leaf(String subject, PublicKey key, GeneralNames names, X509Certificate issuer, PrivateKey issuerKey) {
        return issue(subject, key, names, false, issuer.getSubjectX500Principal().getName(), issuerKey, FROM, UNTIL);
    }

    /** @param names null for none; any ASN.1 structure, also one that is no GeneralNames */
    public static X509Certificate issue(String subject, PublicKey key, ASN1Encodable names, boolean authority, String issuer, PrivateKey issuerKey,
            Instant from, Instant until) {
        try {
            var builder = new JcaX509v3CertificateBuilder(new X500Name(issuer), BigInteger.valueOf(System.nanoTime()), Date.from(from), Date.from(until),
                    new X500Name(subject), key);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (names != null) {
                builder.addExtension(Extension.subjectAlternativeName, false, names);
            }
            String algorithm = switch (issuerKey.getAlgorithm()) {
                case "EC" -> "SHA256withECDSA";
                case "EdDSA" -> "Ed25519";
                default -> "SHA256withRSA";
            };
            return new JcaX509CertificateConverter().getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(issuerKey)));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public static GeneralNames dns(String... names) {
        return new GeneralNames(List.of(names).stream().map(n -> new GeneralName(GeneralName.dNSName, n)).toArray(GeneralName[]::new));
    }

    public static GeneralNames address(byte... address) {
        return new GeneralNames(new GeneralName(GeneralName.iPAddress, new DEROctetString(address)));
    }
}
