package dev.postern.cli.cert.look;

import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Pkcs12;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/** Reads certificates, with a key or without, from what authorities and people hand over: PEM, DER, PKCS#7 and PKCS#12. */
public final class MaterialReader {
    /** Upper bound of a file, in bytes: that of a Secret. */
    public static final int LONGEST = Pkcs12.MAX_SIZE;
    /** {@link Material#form} of PKCS#12 files. */
    public static final String PKCS12 = "PKCS#12";
    private static final String NEEDED = "needed are certificates in PEM (-----BEGIN CERTIFICATE-----), DER, PKCS#7 (.p7b) or PKCS#12 (.p12, .pfx)";
    private static final String BEGIN = "-----BEGIN ";
    private static final int PFX_VERSION = 3;

    private MaterialReader() {
    }

    /**
     * Reads files that belong together: a key beside its certificates, intermediates beside the server's own.
     *
     * @throws IllegalArgumentException as {@link #read}
     */
    public static Material readAll(List<byte[]> files, Supplier<char[]> password) {
        if (files.size() == 1) {
            return read(files.getFirst(), password);
        }
        StringBuilder pem = new StringBuilder();
        for (byte[] file : files) {
            boolean isText = new String(file, StandardCharsets.ISO_8859_1).contains(BEGIN);
            pem.append(isText ? new String(file, StandardCharsets.ISO_8859_1) : Chains.toPem(withoutKey(read(file, password)))).append('\n');
        }
        return read(pem.toString().getBytes(StandardCharsets.ISO_8859_1), password);
    }

    /**
     * Reads a file.
     *
     * @param password asked for where the file is PKCS#12, and only then
     * @throws IllegalArgumentException where there is no certificate to be had, saying what is needed
     */
    public static Material read(byte[] file, Supplier<char[]> password) {
        if (file.length > LONGEST) {
            throw new IllegalArgumentException("it is larger than " + LONGEST + " bytes");
        }
        String text = new String(file, StandardCharsets.ISO_8859_1);
        if (text.contains(BEGIN)) {
            return pem(text);
        }
        ASN1Encodable first = first(file);
        return switch (first) {
            case ASN1ObjectIdentifier type -> new Material("PKCS#7", signedData(file), null, null);
            case ASN1Integer version when version.hasValue(PFX_VERSION) -> {
                Pkcs12.Contents contents = Pkcs12.read(file, password.get());
                yield new Material(PKCS12, contents.certificates(), contents.key(), null);
            }
            case ASN1Sequence certificate -> new Material("DER", List.of(certificate(file)), null, null);
            case null, default -> throw new IllegalArgumentException("there is no certificate; " + NEEDED);
        };
    }

    private static List<X509Certificate> withoutKey(Material material) {
        if (material.key() != null) {
            throw new IllegalArgumentException("a PKCS#12 file has key and chain; give it alone");
        }
        return material.certificates();
    }

    private static Material pem(String text) {
        List<X509Certificate> certificates = new ArrayList<>();
        boolean hasKey = false;
        try (var reader = new PemReader(new StringReader(text))) {
            for (PemObject object = reader.readPemObject(); object != null; object = reader.readPemObject()) {
                switch (object.getType()) {
                    case "CERTIFICATE", "X509 CERTIFICATE" -> certificates.add(certificate(object.getContent()));
                    case "PKCS7", "CMS" -> certificates.addAll(signedData(object.getContent()));
                    default -> hasKey |= object.getType().endsWith("PRIVATE KEY");
                }
            }
        } catch (IOException | IllegalStateException e) {
            // PemReader throws IllegalStateException for what is not Base64. No cause: it could quote a key.
            throw new IllegalArgumentException("it is not valid PEM");
        }
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("there is no certificate" + (hasKey ? ", only a private key" : "") + "; " + NEEDED);
        }
        if (!hasKey) {
            return new Material("PEM", certificates, null, null);
        }
        try {
            return new Material("PEM", certificates, KeyPairs.parse(text), null);
        } catch (IllegalArgumentException e) {
            return new Material("PEM", certificates, null, e.getMessage());
        }
    }

    private static ASN1Encodable first(byte[] file) {
        try (var in = new ASN1InputStream(file)) {
            return in.readObject() instanceof ASN1Sequence sequence && sequence.size() > 0 ? sequence.getObjectAt(0) : null;
        } catch (IOException | RuntimeException e) {
            return null;   // not ASN.1, whatever the library calls it
        }
    }

    private static List<X509Certificate> signedData(byte[] der) {
        try {
            List<X509Certificate> certificates = new ArrayList<>();
            for (X509CertificateHolder holder : new CMSSignedData(der).getCertificates().getMatches(null)) {
                certificates.add(certificate(holder.getEncoded()));
            }
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("the PKCS#7 structure has no certificate");
            }
            return certificates;
        } catch (CMSException | IOException | ClassCastException | IllegalStateException e) {
            throw new IllegalArgumentException("the PKCS#7 structure cannot be read");
        }
    }

    private static X509Certificate certificate(byte[] der) {
        try (InputStream in = new ByteArrayInputStream(der)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (CertificateException | IOException e) {
            throw new IllegalArgumentException("a certificate in it cannot be read");
        }
    }
}
