package dev.postern.pki.path;

import dev.postern.pki.Chains;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * What a certificate's authority says of it in an OCSP response that the server stapled to its handshake (RFC 6960, RFC 6066
 * section 8). Nothing is fetched. A response that is not the authority's, not of now or not of this certificate says nothing.
 */
public final class Staples {
    /** Clocks differ. */
    private static final Duration SKEW = Duration.ofMinutes(5);
    /** Of a response that does not say when the next one comes. */
    private static final Duration LIFE = Duration.ofDays(7);
    /** The TLS feature extension (RFC 7633): status_request in it promises a staple. */
    private static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24";
    private static final byte STATUS_REQUEST = 5;

    private Staples() {
    }

    /** What a staple says. */
    public enum Status {
        /** Not revoked. */
        GOOD,
        /** Revoked. */
        REVOKED,
        /** Nothing that can be believed, or nothing at all. */
        SILENT
    }

    /**
     * Reads a staple.
     *
     * @param staple DER of an OCSPResponse, or null where there was none
     * @param issuer whose key signed {@code leaf}
     */
    public static Status read(byte[] staple, X509Certificate leaf, X509Certificate issuer, Instant at) {
        if (staple == null) {
            return Status.SILENT;
        }
        try {
            return new OCSPResp(staple).getResponseObject() instanceof BasicOCSPResp response && signed(response, issuer, at)
                    ? status(response, leaf, issuer, at) : Status.SILENT;
        } catch (IOException | OCSPException | GeneralSecurityException | OperatorCreationException | RuntimeException e) {
            return Status.SILENT;   // it comes from a stranger, and may be anything
        }
    }

    /** Whether a certificate promises that its server staples (RFC 7633), so that a missing staple is as bad as a revocation. */
    public static boolean promised(X509Certificate leaf) {
        byte[] extension = leaf.getExtensionValue(TLS_FEATURE);
        return extension != null && extension.length >= 5 && contains(extension, STATUS_REQUEST);
    }

    /** Of a SEQUENCE of small INTEGERs, in an OCTET STRING: 04 n 30 n 02 01 v … */
    private static boolean contains(byte[] extension, byte feature) {
        for (int i = 4; i + 2 < extension.length; i += 2 + extension[i + 1]) {
            if (extension[i] != 2 || extension[i + 1] < 1) {
                return false;
            }
            if (extension[i + 1] == 1 && extension[i + 2] == feature) {
                return true;
            }
        }
        return false;
    }

    private static Status status(BasicOCSPResp response, X509Certificate leaf, X509Certificate issuer, Instant at)
            throws GeneralSecurityException, OperatorCreationException, OCSPException {
        var digests = new JcaDigestCalculatorProviderBuilder().build();
        for (SingleResp single : response.getResponses()) {
            if (single.getCertID().getSerialNumber().equals(leaf.getSerialNumber())
                    && single.getCertID().matchesIssuer(new JcaX509CertificateHolder(issuer), digests) && current(single, at)) {
                return single.getCertStatus() == null ? Status.GOOD : single.getCertStatus() instanceof RevokedStatus ? Status.REVOKED : Status.SILENT;
            }
        }
        return Status.SILENT;
    }

    private static boolean current(SingleResp single, Instant at) {
        Instant from = single.getThisUpdate().toInstant();
        Instant until = single.getNextUpdate() == null ? from.plus(LIFE) : single.getNextUpdate().toInstant();
        return !at.isBefore(from.minus(SKEW)) && !at.isAfter(until.plus(SKEW));
    }

    /** By the issuer itself, or by one whom it lets sign responses (RFC 6960 section 4.2.2.2). */
    private static boolean signed(BasicOCSPResp response, X509Certificate issuer, Instant at)
            throws GeneralSecurityException, OperatorCreationException, OCSPException {
        if (verifies(response, issuer.getPublicKey())) {
            return true;
        }
        for (X509CertificateHolder holder : List.of(response.getCerts())) {
            X509Certificate responder = new JcaX509CertificateConverter().getCertificate(holder);
            List<String> purposes = responder.getExtendedKeyUsage();
            if (purposes != null && purposes.contains(KeyPurposeId.id_kp_OCSPSigning.getId()) && Chains.issued(issuer, responder)
                    && !Date.from(at).before(responder.getNotBefore()) && !Date.from(at).after(responder.getNotAfter()) && verifies(response, responder.getPublicKey())) {
                return true;
            }
        }
        return false;
    }

    private static boolean verifies(BasicOCSPResp response, PublicKey key) throws OperatorCreationException {
        try {
            return response.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key));
        } catch (OCSPException e) {
            return false;   // of another type of key
        }
    }
}
