package dev.postern.pki;

import dev.postern.pki.Pkcs12.Contents;
import dev.postern.pki.Pkcs12Exception.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1BMPString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertBag;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedData;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.SafeBag;

/** Reads one PKCS#12 file with one form of its password. */
final class Pkcs12Reader {
    private static final String NOT_PKCS12 = "the file is not PKCS#12 (.p12, .pfx)";
    private static final int MAX_NAME = 64;
    private final Pkcs12Protection protection;
    private final List<Certificate> certificates = new ArrayList<>();
    private final List<Key> keys = new ArrayList<>();

    private Pkcs12Reader(char[] password) {
        protection = new Pkcs12Protection(password);
    }

    static Contents read(byte[] file, char[] password) {
        if (file.length > Pkcs12.MAX_SIZE) {
            throw new Pkcs12Exception(Reason.NotPkcs12, "the file has " + file.length + " bytes; allowed are " + Pkcs12.MAX_SIZE);
        }
        List<char[]> forms = password == null || password.length == 0 ? List.of(new char[0], Pkcs12Protection.ZERO) : List.of(password);
        for (char[] form : forms) {
            try {
                return new Pkcs12Reader(form).read(file);
            } catch (Pkcs12Exception e) {
                if (e.reason() != Reason.WrongPassword || form == forms.getLast()) {
                    throw e;
                }
            }
        }
        throw new IllegalStateException("there is always a last form");
    }

    private Contents read(byte[] file) {
        try {
            Pfx pfx = Pfx.getInstance(Asn1.first(file));
            if (!pfx.getAuthSafe().getContentType().equals(PKCSObjectIdentifiers.data)) {
                throw new Pkcs12Exception(Reason.Unsupported, "the PKCS#12 file is protected by a signature; allowed is protection by a password");
            }
            byte[] safe = octets(pfx.getAuthSafe().getContent());
            if (pfx.getMacData() != null) {
                protection.verify(pfx.getMacData(), safe);
            }
            for (ASN1Encodable info : ASN1Sequence.getInstance(Asn1.first(safe))) {
                collect(ContentInfo.getInstance(info));
            }
        } catch (Pkcs12Exception e) {
            throw e;
        } catch (IOException | RuntimeException e) {   // what the library throws for broken structures
            throw new Pkcs12Exception(Reason.NotPkcs12, NOT_PKCS12 + looksLike(file));
        }
        return contents();
    }

    private void collect(ContentInfo info) throws IOException {
        if (info.getContentType().equals(PKCSObjectIdentifiers.data)) {
            collect(ASN1Sequence.getInstance(Asn1.first(octets(info.getContent()))));
        } else if (info.getContentType().equals(PKCSObjectIdentifiers.encryptedData)) {
            EncryptedData data = EncryptedData.getInstance(info.getContent());
            collect(decrypted(protection.decrypt(data.getEncryptionAlgorithm(), data.getContent().getOctets())));
        } else {
            throw new Pkcs12Exception(Reason.Unsupported, "the PKCS#12 file has a part that is encrypted for a certificate; allowed is encryption by a password");
        }
    }

    /** Where there is no MAC, a wrong password shows no earlier than here. */
    private static ASN1Sequence decrypted(byte[] bytes) {
        try {
            return ASN1Sequence.getInstance(Asn1.first(bytes));
        } catch (IOException | RuntimeException e) {
            throw Pkcs12Protection.wrongPassword();
        }
    }

    private void collect(ASN1Sequence bags) {
        for (ASN1Encodable element : bags) {
            SafeBag bag = SafeBag.getInstance(element);
            ASN1ObjectIdentifier type = bag.getBagId();
            if (type.equals(PKCSObjectIdentifiers.keyBag)) {
                keys.add(new Key(PrivateKeyInfo.getInstance(bag.getBagValue()), friendlyName(bag), localKeyId(bag)));
            } else if (type.equals(PKCSObjectIdentifiers.pkcs8ShroudedKeyBag)) {
                var shrouded = EncryptedPrivateKeyInfo.getInstance(bag.getBagValue());
                ASN1Sequence open = decrypted(protection.decrypt(shrouded.getEncryptionAlgorithm(), shrouded.getEncryptedData()));
                keys.add(new Key(PrivateKeyInfo.getInstance(open), friendlyName(bag), localKeyId(bag)));
            } else if (type.equals(PKCSObjectIdentifiers.certBag)) {
                CertBag value = CertBag.getInstance(bag.getBagValue());
                if (value.getCertId().equals(PKCSObjectIdentifiers.x509Certificate)) {
                    certificates.add(new Certificate(certificate(octets(value.getCertValue())), localKeyId(bag)));
                }
            } else if (type.equals(PKCSObjectIdentifiers.safeContentsBag)) {
                collect(ASN1Sequence.getInstance(bag.getBagValue()));
            }   // revocation lists and secrets are nobody's concern here
        }
    }

    private X509Certificate certificate(byte[] der) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new Pkcs12Exception(Reason.NotPkcs12, "certificate " + (certificates.size() + 1) + " of the PKCS#12 file is not a valid X.509 certificate");
        }
    }

    private Contents contents() {
        if (keys.isEmpty()) {
            throw new Pkcs12Exception(Reason.NoKey, "there is no private key in the PKCS#12 file, only " + certificates.size()
                    + " certificates; export the certificate with its private key");
        }
        List<Key> distinct = new ArrayList<>();
        for (Key key : keys) {
            if (distinct.stream().noneMatch(key::same)) {
                distinct.add(key);
            }
        }
        if (distinct.size() > 1) {
            throw new Pkcs12Exception(Reason.SeveralKeys, "there are " + distinct.size() + " private keys in the PKCS#12 file, needed is one: "
                    + distinct.stream().map(this::described).collect(Collectors.joining("; ")));
        }
        Key key = distinct.getFirst();
        KeyPair pair = pair(key);
        X509Certificate leaf = certificates.stream().filter(c -> KeyPairs.same(c.certificate.getPublicKey(), pair.getPublic()))
                .max(Comparator.comparing((Certificate c) -> c.of(key)).thenComparing(c -> c.certificate.getNotAfter()))
                .orElseThrow(() -> new Pkcs12Exception(Reason.NoCertificate, certificates.isEmpty() ? "there is no certificate in the PKCS#12 file"
                        : "none of the certificates in the PKCS#12 file fits its private key: " + certificates.stream().map(Certificate::described).distinct().collect(Collectors.joining("; "))))
                .certificate;
        List<X509Certificate> all = new ArrayList<>(List.of(leaf));
        certificates.forEach(c -> all.add(c.certificate));
        return new Contents(all.stream().distinct().toList(), pair);
    }

    private static KeyPair pair(Key key) {
        try {
            return KeyPairs.of(key.info);
        } catch (IllegalArgumentException e) {
            throw new Pkcs12Exception(Reason.UnsupportedKey, e.getMessage());
        }
    }

    private String described(Key key) {
        String subject = certificates.stream().filter(c -> c.of(key)).map(Certificate::described).findFirst().orElse("no certificate that is marked as its own");
        return (key.friendlyName.isEmpty() ? "without a name" : "'" + key.friendlyName + "'") + " (" + subject + ")";
    }

    private static byte[] octets(ASN1Encodable object) {
        return ASN1OctetString.getInstance(object).getOctets();
    }

    private static String looksLike(byte[] file) {
        String start = new String(file, 0, Math.min(file.length, 16), StandardCharsets.ISO_8859_1);
        if (start.startsWith("-----BEGIN")) {
            return " but PEM, which goes into a kubernetes.io/tls Secret as it is";
        }
        if (start.startsWith("\u00fe\u00ed\u00fe\u00ed")) {
            return " but a Java key store (JKS); keytool -importkeystore -deststoretype pkcs12 converts it";
        }
        if (start.startsWith("MII")) {
            return " but Base64, perhaps of a PKCS#12 file; it must be decoded once more";
        }
        return ", or it is damaged";
    }

    private static String friendlyName(SafeBag bag) {
        String name = attribute(bag, PKCSObjectIdentifiers.pkcs_9_at_friendlyName) instanceof ASN1BMPString text ? text.getString() : "";
        return printable(name);
    }

    private static byte[] localKeyId(SafeBag bag) {
        return attribute(bag, PKCSObjectIdentifiers.pkcs_9_at_localKeyId) instanceof ASN1OctetString id ? id.getOctets() : null;
    }

    private static ASN1Encodable attribute(SafeBag bag, ASN1ObjectIdentifier type) {
        if (bag.getBagAttributes() != null) {
            for (ASN1Encodable element : bag.getBagAttributes()) {
                Attribute attribute = Attribute.getInstance(element);
                if (attribute.getAttrType().equals(type) && attribute.getAttrValues().size() > 0) {
                    return attribute.getAttrValues().getObjectAt(0);
                }
            }
        }
        return null;
    }

    private static String printable(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= MAX_NAME ? clean : clean.substring(0, MAX_NAME) + "…";
    }

    /** @param localKeyId null for none */
    private record Key(PrivateKeyInfo info, String friendlyName, byte[] localKeyId) {
        boolean same(Key other) {
            return Arrays.equals(info.getPrivateKey().getOctets(), other.info.getPrivateKey().getOctets());
        }
    }

    /** @param localKeyId null for none */
    private record Certificate(X509Certificate certificate, byte[] localKeyId) {
        /** Whether the file marks it as the key's own. */
        boolean of(Key key) {
            return localKeyId != null && Arrays.equals(localKeyId, key.localKeyId);
        }

        String described() {
            return printable(Names.subject(certificate));
        }
    }
}
