package dev.postern.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/** Certificate chains in PEM: read, written and checked. */
public final class Chains {
    private Chains() {
    }

    /**
     * The certificates of a PEM text, in its order. Whatever else the text has is passed over.
     *
     * @throws IllegalArgumentException when there is no certificate, or when one cannot be read, saying which
     */
    public static List<X509Certificate> parse(String pem) {
        List<X509Certificate> chain = new ArrayList<>();
        try (var reader = new PemReader(new StringReader(pem))) {
            var factory = CertificateFactory.getInstance("X.509");
            for (PemObject object = reader.readPemObject(); object != null; object = reader.readPemObject()) {
                if (object.getType().equals("CERTIFICATE") || object.getType().equals("X509 CERTIFICATE")) {
                    chain.add(certificate(factory, object, chain.size() + 1));
                }
            }
        } catch (IOException | CertificateException | IllegalStateException e) {
            // PemReader throws IllegalStateException for what is not Base64.
            throw new IllegalArgumentException("certificate " + (chain.size() + 1) + " is not valid PEM", e);
        }
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("there is no certificate; needed are certificates in PEM (-----BEGIN CERTIFICATE-----)");
        }
        return chain;
    }

    /** The certificates in PEM and in order, and nothing else. */
    public static String toPem(List<X509Certificate> chain) {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            for (X509Certificate certificate : chain) {
                writer.writeObject(new PemObject("CERTIFICATE", certificate.getEncoded()));
            }
        } catch (IOException | CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
        return text.toString().replace("\r\n", "\n");
    }

    /**
     * What is wrong with a chain that a TLS server is to present.
     *
     * @param chain leaf first; not empty
     * @param key   the public half of the server's key
     * @return empty where all is well; otherwise the findings, the worst first
     */
    public static List<Finding> check(List<X509Certificate> chain, PublicKey key, Instant at) {
        List<Finding> findings = new ArrayList<>();
        X509Certificate leaf = chain.getFirst();
        String unsupported = KeyPairs.unsupported(leaf.getPublicKey());
        if (unsupported != null) {
            findings.add(new Finding(Kind.UNSUPPORTED_KEY, "the key of the certificate " + unsupported));
        }
        if (!KeyPairs.same(leaf.getPublicKey(), key)) {
            int fits = 1;
            while (fits < chain.size() && !KeyPairs.same(chain.get(fits).getPublicKey(), key)) {
                fits++;
            }
            findings.add(fits < chain.size()
                    ? new Finding(Kind.LEAF_NOT_FIRST, "the private key fits certificate " + (fits + 1) + " of " + chain.size() + ", not the first; the server's own certificate must come first")
                    : new Finding(Kind.KEY_MISMATCH, "the private key does not fit the certificate " + Names.subject(leaf)));
        }
        if (at.isBefore(leaf.getNotBefore().toInstant())) {
            findings.add(new Finding(Kind.NOT_YET_VALID, "the certificate is not valid before " + leaf.getNotBefore().toInstant()));
        }
        if (at.isAfter(leaf.getNotAfter().toInstant())) {
            findings.add(new Finding(Kind.EXPIRED, "the certificate expired at " + leaf.getNotAfter().toInstant()));
        }
        boolean inOrder = findings.stream().noneMatch(f -> f.kind() == Kind.LEAF_NOT_FIRST);
        for (int i = 0; inOrder && i + 1 < chain.size(); i++) {
            if (!issued(chain.get(i + 1), chain.get(i))) {
                findings.add(new Finding(Kind.BROKEN_CHAIN, "certificate " + (i + 2) + " of " + chain.size() + " did not issue the one before it; each must be followed by its issuer"));
                break;
            }
        }
        return findings;
    }

    /** Whether a certificate names another as its issuer and is signed by its key. */
    public static boolean issued(X509Certificate issuer, X509Certificate certificate) {
        if (!issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static X509Certificate certificate(CertificateFactory factory, PemObject object, int position) {
        try {
            return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(object.getContent()));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("certificate " + position + " is not a valid X.509 certificate", e);
        }
    }

    /** What can be wrong with a chain. */
    public enum Kind { UNSUPPORTED_KEY, LEAF_NOT_FIRST, KEY_MISMATCH, NOT_YET_VALID, EXPIRED, BROKEN_CHAIN }

    /** One thing that is wrong; the message is a clause without a full stop. */
    public record Finding(Kind kind, String message) {
    }
}
