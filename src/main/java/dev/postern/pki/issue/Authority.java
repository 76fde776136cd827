package dev.postern.pki.issue;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/** A certificate authority that lives in memory: for the catcher of the quickstart, and for tests. Its own keys are ECDSA P-256. */
public final class Authority {
    /** Peers whose clock is a little behind take the certificate too. */
    private static final Duration BACKDATED = Duration.ofMinutes(5);
    private final KeyPair key = KeyPairs.generate(Algorithm.ECDSA_P256);
    private final X500Name name;
    private final Instant now;
    private final X509Certificate certificate;
    /** What goes with a certificate that is issued here, so that a peer who trusts the root can verify it: this authority and those above it, without the root. */
    private final List<X509Certificate> intermediates = new ArrayList<>();

    /** @param lifetime validity of its own certificate from {@code now} on */
    public Authority(String commonName, Instant now, Duration lifetime) {
        this.now = now;
        name = name(commonName);
        certificate = authority(name, key.getPublic(), lifetime);
    }

    private Authority(String commonName, Duration lifetime, Authority above) {
        now = above.now;
        name = name(commonName);
        certificate = above.authority(name, key.getPublic(), lifetime);
        intermediates.add(certificate);
        intermediates.addAll(above.intermediates);
    }

    /** An authority under this one. */
    public Authority intermediate(String commonName, Duration lifetime) {
        return new Authority(commonName, lifetime, this);
    }

    /** Its own certificate: of a root, what a peer has to trust. */
    public String certificatePem() {
        return Chains.toPem(List.of(certificate));
    }

    /** Issues a server certificate for the names, the first of which is the CN, valid from a little before now. */
    public Issued issue(List<String> dnsNames, Duration lifetime) {
        return issue(dnsNames, now.minus(BACKDATED), now.plus(lifetime));
    }

    /** Issues a server certificate for a stretch of time, which may be over or yet to come. */
    public Issued issue(List<String> dnsNames, Instant notBefore, Instant notAfter) {
        KeyPair pair = KeyPairs.generate(Algorithm.ECDSA_P256);
        return new Issued(leaf(name(dnsNames.getFirst()), pair.getPublic(), dnsNames, notBefore, notAfter), KeyPairs.toPem(pair.getPrivate()));
    }

    /**
     * Answers a signing request: its subject, its DNS names and its key, valid from a little before now.
     *
     * @param request PKCS#10 in PEM
     * @return the certificate and the intermediates, in PEM
     * @throws IllegalArgumentException when the request cannot be read or is not signed with its key
     */
    public String sign(String request, Duration lifetime) {
        SigningRequests.Description description = SigningRequests.parse(request);
        if (!description.verified()) {
            throw new IllegalArgumentException("the signing request is not signed with the key that it is for");
        }
        PKCS10CertificationRequest structure = SigningRequests.request(request);
        return leaf(structure.getSubject(), description.publicKey(), description.dnsNames(), now.minus(BACKDATED), now.plus(lifetime));
    }

    /** A leaf certificate, with its intermediates, and its key (PKCS#8), both in PEM. */
    public record Issued(String certificatePem, String keyPem) {
        @Override
        public String toString() {
            return "Issued[" + certificatePem + "]";
        }
    }

    private String leaf(X500Name subject, PublicKey subjectKey, List<String> dnsNames, Instant notBefore, Instant notAfter) {
        List<X509Certificate> chain = new ArrayList<>(intermediates);
        Extensions profile = LeafProfile.extensions(subjectKey, dnsNames, subject.getRDNs().length > 0);
        chain.addFirst(certificate(subject, subjectKey, notBefore, notAfter, new BasicConstraints(false), profile));
        return Chains.toPem(chain);
    }

    private X509Certificate authority(X500Name subject, PublicKey subjectKey, Duration lifetime) {
        return certificate(subject, subjectKey, now.minus(BACKDATED), now.plus(lifetime), new BasicConstraints(true),
                new Extensions(extension(new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))));
    }

    private X509Certificate certificate(X500Name subject, PublicKey subjectKey, Instant notBefore, Instant notAfter, BasicConstraints constraints, Extensions more) {
        try {
            var builder = new JcaX509v3CertificateBuilder(name, new BigInteger(127, new SecureRandom()), Date.from(notBefore), Date.from(notAfter), subject, subjectKey);
            var utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(subjectKey));
            builder.addExtension(Extension.authorityKeyIdentifier, false, utils.createAuthorityKeyIdentifier(key.getPublic()));
            builder.addExtension(Extension.basicConstraints, true, constraints);
            for (ASN1ObjectIdentifier id : more.getExtensionOIDs()) {
                builder.addExtension(more.getExtension(id));
            }
            return new JcaX509CertificateConverter().getCertificate(builder.build(LeafProfile.signer(key.getPrivate())));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Extension extension(KeyUsage usage) {
        try {
            return new Extension(Extension.keyUsage, true, usage.getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException("a key usage has an encoding", e);
        }
    }

    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, commonName).build();
    }
}
