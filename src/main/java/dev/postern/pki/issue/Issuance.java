package dev.postern.pki.issue;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec;
import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Rotation;
import dev.postern.api.CertificateSpec.Subject;
import dev.postern.api.Durations;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Certificates that are made here, of sources selfSigned and demo: when one must be made, and how; {@link Requests} has those of others. Pure but for random numbers. */
public final class Issuance {
    /** Annotation of a Certificate: any new value of it makes or requests the certificate anew at once. */
    public static final String RENEW = "postern.dev/renew";
    private static final Duration DEMO_DURATION = Duration.ofDays(365);
    private static final String DEMO_NAME = "Postern demo certificate";

    private Issuance() {
    }

    /**
     * What is to be made.
     *
     * @param renewBefore null for a third of the duration
     * @param renew       what someone wrote who wants it anew though it is not due: whatever differs from before; or null
     */
    public record Request(Subject subject, List<String> dnsNames, Algorithm algorithm, Rotation rotation, Duration duration, Duration renewBefore, String renew) {
        public Request {
            dnsNames = List.copyOf(dnsNames);
        }

        /** Changes when a new certificate is needed although the old one is not due: kept beside what was made. */
        public String digest() {
            String asked = String.join("\n", text(subject.commonName), text(subject.organization), text(subject.organizationalUnit),
                    text(subject.locality), text(subject.state), text(subject.country), dnsNames.toString(), algorithm.name(), duration.toString());
            return Fingerprints.sha256(renew == null ? asked : asked + "\n" + renew);
        }

        private static String text(String value) {
            return value == null ? "" : value;
        }
    }

    /**
     * What a Certificate asks for.
     *
     * @param hostname the gateway's, which a demo certificate gets
     * @throws IllegalArgumentException where a duration cannot be read
     */
    public static Request request(Certificate certificate, String hostname) {
        CertificateSpec spec = certificate.getSpec();
        var annotations = certificate.getMetadata().getAnnotations();
        String renew = annotations == null ? null : annotations.get(RENEW);
        if (spec.source.demo != null) {
            Subject subject = new Subject();
            subject.commonName = DEMO_NAME;
            return new Request(subject, List.of(hostname), Algorithm.ECDSA_P256, Rotation.Always, DEMO_DURATION, null, renew);
        }
        Duration renewBefore = spec.renewBefore == null ? null : Durations.parse(spec.renewBefore);
        return new Request(spec.subject, spec.dnsNames, spec.privateKey.algorithm, spec.privateKey.rotation, Durations.parse(spec.duration), renewBefore, renew);
    }

    /**
     * Why a certificate must be made now, or empty where the one at hand will do.
     *
     * @param made  {@link Request#digest} of what was made, or null where nothing was
     * @param chain   what was made, in PEM, or null
     * @param key     its key, in PEM, or null
     */
    public static Optional<String> due(Request request, String made, String chain, String key, Instant now) {
        if (made == null || chain == null || key == null) {
            return Optional.of("there is none yet");
        }
        if (!made.equals(request.digest())) {
            return Optional.of("what it asks for has changed");
        }
        try {
            X509Certificate leaf = Chains.parse(chain).getFirst();
            if (!KeyPairs.same(leaf.getPublicKey(), KeyPairs.parse(key).getPublic())) {
                return Optional.of("its key does not fit it");
            }
            Instant renewal = renewal(request, leaf);
            return now.isBefore(renewal) ? Optional.empty() : Optional.of("it is due for renewal since " + renewal);
        } catch (IllegalArgumentException e) {
            return Optional.of("what there is cannot be read: " + e.getMessage());
        }
    }

    /** When a certificate that was made for the request is to be made anew. */
    public static Instant renewal(Request request, X509Certificate leaf) {
        return Renewal.at(leaf, request.renewBefore());
    }

    /**
     * Makes a key, or keeps the old one where the request says so and it has the algorithm, and a certificate for it.
     *
     * @param oldKey in PEM, or null
     */
    public static Authority.Issued make(Request request, String oldKey, Instant now) {
        KeyPair pair = request.rotation() == Rotation.Never ? kept(request, oldKey) : KeyPairs.generate(request.algorithm());
        X509Certificate certificate = SelfSigned.issue(request.subject(), request.dnsNames(), pair, now, now.plus(request.duration()));
        return new Authority.Issued(Chains.toPem(List.of(certificate)), KeyPairs.toPem(pair.getPrivate()));
    }

    /** The old key where it can be read and has the algorithm that is asked for, else a new one. */
    static KeyPair kept(Request request, String oldKey) {
        if (oldKey != null) {
            try {
                KeyPair old = KeyPairs.parse(oldKey);
                if (fits(request.algorithm(), old.getPublic())) {
                    return old;
                }
            } catch (IllegalArgumentException e) {
                return KeyPairs.generate(request.algorithm());   // what cannot be read cannot be kept
            }
        }
        return KeyPairs.generate(request.algorithm());
    }

    private static boolean fits(Algorithm algorithm, PublicKey key) {
        int bits = switch (key) {
            case RSAPublicKey rsa -> rsa.getModulus().bitLength();
            case ECPublicKey ec -> ec.getParams().getCurve().getField().getFieldSize();
            default -> 0;
        };
        return switch (algorithm) {
            case RSA_2048 -> key instanceof RSAPublicKey && bits == 2048;
            case RSA_3072 -> key instanceof RSAPublicKey && bits == 3072;
            case RSA_4096 -> key instanceof RSAPublicKey && bits == 4096;
            case ECDSA_P256 -> key instanceof ECPublicKey && bits == 256;
            case ECDSA_P384 -> key instanceof ECPublicKey && bits == 384;
            case ED25519 -> key instanceof EdECPublicKey;
        };
    }
}
