package dev.postern.gateway.tls;

import dev.postern.gateway.tls.Verdict.Reason;
import dev.postern.pki.path.Paths;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Verifies a client's certificate after the handshake, in which the client proved that it has the key: the chain and its purpose
 * ({@link Paths}, RFC 5280). Which client it is for, the host access table says. Costs CPU: not for event loops.
 */
public final class ClientVerifier {
    private static final int SHOWN = 300;
    /** Of a client whose handshake asked for no certificate. */
    public static final Verdict NOT_ASKED = Verdict.failed(Reason.NoCertificate, "the handshake asked for none");
    /** Of a client that was asked and showed none. */
    public static final Verdict NONE = Verdict.failed(Reason.NoCertificate, "the client showed none");

    private ClientVerifier() {
    }

    /**
     * Verifies.
     *
     * @param chain as {@link #read} has it, the leaf first; not empty
     * @param now   time at which the chain must be valid
     */
    public static Verdict verify(List<X509Certificate> chain, TrustAnchors anchors, Instant now) {
        Paths.Result result = Paths.validate(chain, anchors.certificates(), Paths.Purpose.CLIENT, now);
        return result.trusted() ? Verdict.verified(null) : Verdict.failed(PeerVerifier.reason(result.reason()), brief(result.detail()));
    }

    /**
     * Reads what a client showed: TLS hands it over as it came.
     *
     * @throws CertificateException where something in it is no certificate
     */
    public static List<X509Certificate> read(List<X509Certificate> shown) throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> chain = new ArrayList<>();
        for (X509Certificate certificate : shown) {
            chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(certificate.getEncoded())));
        }
        return chain;
    }

    /** What is to be said of a chain that cannot be read. */
    public static Verdict unreadable(CertificateException cause) {
        return Verdict.failed(Reason.InvalidChain, brief("the certificate cannot be read: " + cause.getMessage()));
    }

    /** A stranger's certificate may be long, and what is said of it goes into every log. */
    public static String brief(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
