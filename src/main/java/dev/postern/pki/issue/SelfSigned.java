package dev.postern.pki.issue;

import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.HostNames;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates signed by their own key: leaves of mail servers, not authorities. */
public final class SelfSigned {
    /** Validity begins this much earlier than asked, for peers whose clock is behind. */
    public static final Duration BACKDATED = Duration.ofMinutes(5);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 128;
    /** Upper bound of a CN (RFC 5280, appendix A). */
    private static final int MAX_COMMON_NAME = 64;

    private SelfSigned() {
    }

    /**
     * @param subject  its CN, where absent, is the first of {@code dnsNames} that fits into 64 characters
     * @param dnsNames host names, {@code *.} before one for a wildcard; IDNs become A-labels; may be empty if there is a CN
     * @throws IllegalArgumentException naming the value that no certificate can have
     */
    public static X509Certificate issue(Subject subject, List<String> dnsNames, KeyPair keyPair, Instant notBefore, Instant notAfter) {
        if (!notBefore.isBefore(notAfter)) {
            throw new IllegalArgumentException("validity from " + notBefore + " to " + notAfter + " ends before it begins");
        }
        List<String> names = dnsNames.stream().map(SelfSigned::dnsName).distinct().toList();
        X500Name name = distinguishedName(subject, names);
        if (name.getRDNs().length == 0) {
            if (names.isEmpty()) {
                throw new IllegalArgumentException("a certificate needs at least one DNS name or a subject");
            }
            name = new X500Name("CN=self-signed");   // every name is too long for a CN, and an issuer must not be empty
        }
        boolean ec = keyPair.getPublic() instanceof ECPublicKey;
        try {
            var builder = new JcaX509v3CertificateBuilder(name, serial(), Date.from(notBefore.minus(BACKDATED)), Date.from(notAfter), name, keyPair.getPublic());
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | (ec ? 0 : KeyUsage.keyEncipherment)));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
            builder.addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keyPair.getPublic()));
            if (!names.isEmpty()) {
                builder.addExtension(Extension.subjectAlternativeName, false,
                        new GeneralNames(names.stream().map(n -> new GeneralName(GeneralName.dNSName, n)).toArray(GeneralName[]::new)));
            }
            var signer = new JcaContentSignerBuilder(signature(keyPair)).build(keyPair.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalArgumentException("a certificate for " + names + " cannot be made: " + e.getMessage(), e);
        }
    }

    /**
     * A name as a certificate carries it: lower-case A-labels, {@code *.} before them or not.
     *
     * @throws IllegalArgumentException saying what was wrong and what is allowed
     */
    public static String dnsName(String name) {
        if (name.startsWith("*.")) {
            return "*." + HostNames.normal(name.substring(2));
        }
        return HostNames.normal(name);
    }

    private static X500Name distinguishedName(Subject subject, List<String> names) {
        String commonName = subject.commonName != null ? subject.commonName
                : names.stream().filter(n -> n.length() <= MAX_COMMON_NAME).findFirst().orElse(null);
        var builder = new X500NameBuilder(BCStyle.INSTANCE);
        add(builder, BCStyle.C, subject.country);
        add(builder, BCStyle.ST, subject.state);
        add(builder, BCStyle.L, subject.locality);
        add(builder, BCStyle.O, subject.organization);
        add(builder, BCStyle.OU, subject.organizationalUnit);
        add(builder, BCStyle.CN, commonName);
        return builder.build();
    }

    private static void add(X500NameBuilder builder, ASN1ObjectIdentifier type, String value) {
        if (value != null && !value.isEmpty()) {
            builder.addRDN(type, value);
        }
    }

    /** Positive, of 128 random bits; the bit above them is set, so that it is never short and never zero. */
    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS);
    }

    private static String signature(KeyPair keyPair) {
        if (keyPair.getPublic() instanceof ECPublicKey ec) {
            return ec.getParams().getCurve().getField().getFieldSize() > 256 ? "SHA384withECDSA" : "SHA256withECDSA";
        }
        return "SHA256withRSA";
    }
}
