package dev.postern.gateway.tls;

import dev.postern.dns.TlsaRecord;
import dev.postern.gateway.tls.Published.Dane;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Which TLSA records say something to a mail server (RFC 7672 section 3.1), and which of those count (RFC 7671 section 9). Pure. */
public final class TlsaRecords {
    static final int TRUST_ANCHOR = 2;
    static final int END_ENTITY = 3;
    static final int CERTIFICATE = 0;
    static final int PUBLIC_KEY = 1;
    static final int FULL = 0;
    static final int SHA_256 = 1;
    static final int SHA_512 = 2;

    private TlsaRecords() {
    }

    /**
     * What follows from proven records.
     *
     * @param records that DNSSEC proves; at least one
     * @param names   of the certificate where the usage is 2, as of {@link Dane.Usable}
     */
    public static Dane of(List<TlsaRecord> records, List<String> names) {
        List<TlsaRecord> usable = records.stream().filter(TlsaRecords::usable).toList();
        return usable.isEmpty() ? new Dane.Unusable(records) : new Dane.Usable(usable, names);
    }

    /**
     * Whether a record can be compared with a chain at all: usages 0 and 1 cannot (RFC 7672 section 3.1.3), nor selectors and matching types that nobody
     * knows, digests of a wrong length, and what is to be a certificate or key and is none.
     */
    static boolean usable(TlsaRecord record) {
        if (record.usage() != TRUST_ANCHOR && record.usage() != END_ENTITY || record.selector() != CERTIFICATE && record.selector() != PUBLIC_KEY) {
            return false;
        }
        return switch (record.matching()) {
            case FULL -> record.selector() == CERTIFICATE ? certificate(record) != null : key(record) != null;
            case SHA_256 -> record.data().length == 32;
            case SHA_512 -> record.data().length == 64;
            default -> false;
        };
    }

    /** Of usable records of the same usage and selector, those with the strongest digest, and all that are not digests. */
    static List<TlsaRecord> agile(List<TlsaRecord> usable) {
        return usable.stream().filter(r -> r.matching() == FULL || usable.stream()
                .noneMatch(o -> o.usage() == r.usage() && o.selector() == r.selector() && o.matching() > r.matching())).toList();
    }

    /** The certificate that a record with selector 0 and matching type 0 is; null where it is none. */
    static X509Certificate certificate(TlsaRecord record) {
        try {
            byte[] data = record.data();
            X509Certificate found = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(data));
            return Arrays.equals(found.getEncoded(), data) ? found : null;
        } catch (CertificateException e) {
            return null;
        }
    }

    /** The key that a record with selector 1 and matching type 0 is; null where it is none that is known. */
    static PublicKey key(TlsaRecord record) {
        try {
            byte[] data = record.data();
            PublicKey key = new JcaPEMKeyConverter().getPublicKey(SubjectPublicKeyInfo.getInstance(data));
            return Arrays.equals(key.getEncoded(), data) ? key : null;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }
}
