package dev.postern.gateway.tls;

import dev.postern.dns.TlsaRecord;
import dev.postern.gateway.tls.Published.Dane;
import dev.postern.gateway.tls.Verdict.Reason;
import dev.postern.pki.HostNames;
import dev.postern.pki.path.Paths;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Verifies a server's chain against TLSA records (RFC 7672 section 3, RFC 7671): one that fits is enough. No other authority counts.
 * Costs CPU: not for event loops.
 *
 * <p>Usage 3 is about the server's certificate alone: neither its names nor its dates matter. Usage 2 names an authority, which must
 * stand above the server's certificate; the path to it must be valid, and the certificate must be for one of the names.
 */
public final class DaneVerifier {
    /** Of what a server shows no more is looked at. */
    private static final int MOST = 32;
    /** Signatures that are checked with bare keys of records. */
    private static final int MOST_SIGNATURES = 128;
    private static final int SHOWN = 3;
    /** Characters of a record: with SHA-512 it has 134. */
    private static final int MOST_SHOWN = 134;

    private final Dane.Usable dane;
    private final List<TlsaRecord> records;
    private final List<X509Certificate> chain;
    private final Instant now;

    private DaneVerifier(Dane.Usable dane, List<X509Certificate> chain, Instant now) {
        this.dane = dane;
        this.records = TlsaRecords.agile(dane.records());
        this.chain = chain;
        this.now = now;
    }

    /**
     * Verifies.
     *
     * @param chain as the peer sent it, the leaf first; may be empty
     * @param now   time at which what leads to an authority of usage 2 must be valid
     * @return with DaneMismatch where no record fits; with what is wrong with the path or the name where one of usage 2 does
     */
    public static Verdict verify(Dane.Usable dane, List<X509Certificate> chain, Instant now) {
        if (chain.isEmpty()) {
            return Verdict.failed(Reason.NoCertificate, "the server showed no certificate");
        }
        return new DaneVerifier(dane, chain.subList(0, Math.min(MOST, chain.size())), now).verdict();
    }

    private Verdict verdict() {
        X509Certificate leaf = chain.getFirst();
        for (TlsaRecord record : records) {
            if (record.usage() == TlsaRecords.END_ENTITY && fits(record, leaf)) {
                return Verdict.verified(null);
            }
        }
        Set<X509Certificate> anchors = anchors();
        if (anchors.isEmpty()) {
            return mismatch(leaf);
        }
        Paths.Result path = Paths.validate(chain, anchors, now);
        if (path.reason() == Paths.Reason.UNKNOWN_ISSUER || path.reason() == Paths.Reason.SELF_SIGNED) {
            return mismatch(leaf);
        }
        if (!path.trusted()) {
            return Verdict.failed(PeerVerifier.reason(path.reason()), "under an authority of a TLSA record: " + path.detail());
        }
        for (String name : dane.names()) {
            if (HostNames.matches(leaf, name)) {
                return Verdict.verified(name);
            }
        }
        return Verdict.failed(Reason.NameMismatch, "a TLSA record fits, but the certificate is not for " + String.join(" nor ", dane.names())
                + " but for " + PeerNames.describe(leaf));
    }

    /**
     * What usage 2 lets us trust: authorities above the leaf that a record fits or holds, and whatever the bare key of a record signed, which may
     * be the leaf. What is no authority must not be taken for one, though one has issued it; nor the leaf for its own.
     */
    private Set<X509Certificate> anchors() {
        X509Certificate leaf = chain.getFirst();
        Set<X509Certificate> anchors = new LinkedHashSet<>();
        int signatures = 0;
        for (TlsaRecord record : records.stream().filter(r -> r.usage() == TlsaRecords.TRUST_ANCHOR).toList()) {
            List<X509Certificate> candidates = new ArrayList<>(chain.subList(1, chain.size()));
            PublicKey key = null;
            if (record.matching() == TlsaRecords.FULL && record.selector() == TlsaRecords.CERTIFICATE) {
                candidates.add(TlsaRecords.certificate(record));
            } else if (record.matching() == TlsaRecords.FULL) {
                key = TlsaRecords.key(record);
            }
            for (X509Certificate candidate : candidates) {
                boolean authority = isAuthority(candidate) && !candidate.equals(leaf);
                if (authority && (fits(record, candidate) || key != null && ++signatures <= MOST_SIGNATURES && signed(key, candidate))) {
                    anchors.add(candidate);
                }
            }
            if (key != null && !key.equals(leaf.getPublicKey()) && signed(key, leaf)) {
                anchors.add(leaf);
            }
        }
        return anchors;
    }

    private Verdict mismatch(X509Certificate leaf) {
        String shown = records.stream().limit(SHOWN).map(DaneVerifier::describe).collect(Collectors.joining(", "));
        String more = records.size() > SHOWN ? " and " + (records.size() - SHOWN) + " more" : "";
        return Verdict.failed(Reason.DaneMismatch, "no TLSA record fits: published are " + shown + more + "; the server's certificate would be 3 1 1 "
                + HexFormat.of().formatHex(digest("SHA-256", leaf.getPublicKey().getEncoded())));
    }

    /** A record in one line of a log: whole certificates and keys are cut. */
    private static String describe(TlsaRecord record) {
        String text = record.toString();
        return text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "…" : text;
    }

    private static boolean fits(TlsaRecord record, X509Certificate certificate) {
        byte[] selected = selected(record, certificate);
        return Arrays.equals(record.data(), switch (record.matching()) {
            case TlsaRecords.SHA_256 -> digest("SHA-256", selected);
            case TlsaRecords.SHA_512 -> digest("SHA-512", selected);
            default -> selected;
        });
    }

    private static byte[] selected(TlsaRecord record, X509Certificate certificate) {
        try {
            return record.selector() == TlsaRecords.PUBLIC_KEY ? certificate.getPublicKey().getEncoded() : certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("what was read can be written", e);
        }
    }

    private static byte[] digest(String algorithm, byte[] data) {
        try {
            return MessageDigest.getInstance(algorithm).digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    private static boolean isAuthority(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0 || certificate.getVersion() < 3;
    }

    private static boolean signed(PublicKey key, X509Certificate certificate) {
        try {
            certificate.verify(key);
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }
}
