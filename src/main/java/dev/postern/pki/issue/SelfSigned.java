package dev.postern.pki.issue;

import dev.postern.api.CertificateSpec.Subject;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;

/** Certificates signed by their own key: leaves of mail servers, not authorities. */
public final class SelfSigned {
    /** Validity begins this much earlier than asked, for peers whose clock is behind. */
    public static final Duration BACKDATED = Duration.ofMinutes(5);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 128;

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
        List<String> names = Subjects.dnsNames(dnsNames);
        X500Name name = Subjects.distinguishedName(subject, names);
        if (name.getRDNs().length == 0) {
            name = new X500Name("CN=self-signed");   // every name is too long for a CN, and an issuer must not be empty
        }
        try {
            var builder = new JcaX509v3CertificateBuilder(name, serial(), Date.from(notBefore.minus(BACKDATED)), Date.from(notAfter), name, keyPair.getPublic());
            Extensions profile = LeafProfile.extensions(keyPair.getPublic(), names, true);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.subjectKeyIdentifier, false, new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keyPair.getPublic()));
            for (ASN1ObjectIdentifier id : profile.getExtensionOIDs()) {
                builder.addExtension(profile.getExtension(id));
            }
            return new JcaX509CertificateConverter().getCertificate(builder.build(LeafProfile.signer(keyPair.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalArgumentException("a certificate for " + names + " cannot be made: " + e.getMessage(), e);
        }
    }

    /** Positive, of 128 random bits; the bit above them is set, so that it is never short and never zero. */
    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS);
    }
}
