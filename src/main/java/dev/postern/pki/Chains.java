package dev.postern.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/** Certificates in PEM, read and written, and who issued whom. */
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
}
