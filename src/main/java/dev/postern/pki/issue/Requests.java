package dev.postern.pki.issue;

import dev.postern.api.CertificateSpec.Rotation;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Signing requests that are made here and answered elsewhere: when one must be made, whether one is open, and what an answer
 * does. The certificate in use stays until an answer is good. An answer may be for the key of the open request or for the key
 * in use: so the same request can be signed again, even when a newer one lies ready. Pure but for random numbers.
 */
public final class Requests {
    private Requests() {
    }

    /**
     * A request as it is kept.
     *
     * @param digest {@link Issuance.Request#digest} of what it asks for
     * @param basis  fingerprint of the certificate in use when it was made; empty where there was none
     * @param csr    PKCS#10 in PEM
     * @param key    its private key, PKCS#8 in PEM; never printed
     */
    public record Pending(String digest, String basis, String csr, String key) {
        @Override
        public String toString() {
            return "Pending[" + digest + ", " + basis + "]";
        }
    }

    /**
     * The certificate in use.
     *
     * @param chain as it was given, in PEM
     * @param key   in PEM; never printed
     */
    public record InUse(String chain, String key) {
        /** @throws IllegalArgumentException where no certificate of the chain is for the key */
        public X509Certificate leaf() {
            var pair = KeyPairs.parse(key).getPublic();
            return Chains.parse(chain).stream().filter(c -> KeyPairs.same(c.getPublicKey(), pair)).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("its key does not fit it"));
        }

        String fingerprint() {
            return Fingerprints.sha256(leaf());
        }

        @Override
        public String toString() {
            return "InUse[" + fingerprint() + "]";
        }
    }

    /**
     * Why a request must be made now, or empty where the one at hand will do.
     *
     * @param signer  whether a program signs: then a renewal needs a request of its own, even with the same key. A person has
     *                the same request signed again, unless the key is to change
     * @param pending the request at hand, or null
     * @param inUse   null where there is none that can be read
     */
    public static Optional<String> due(Issuance.Request request, boolean signer, Pending pending, InUse inUse, Instant now) {
        if (pending == null) {
            return Optional.of("there is none yet");
        }
        if (!pending.digest().equals(request.digest())) {
            return Optional.of("what it asks for has changed");
        }
        boolean newKeyOrRequest = signer || request.rotation() == Rotation.Always;
        if (inUse == null || !newKeyOrRequest || pending.basis().equals(inUse.fingerprint())) {
            return Optional.empty();
        }
        Instant renewal = Issuance.renewal(request, inUse.leaf());
        return now.isBefore(renewal) ? Optional.empty() : Optional.of("the certificate is due for renewal since " + renewal);
    }

    /**
     * Makes a request. Its key is that of an earlier one that still waits for its answer, so that an answer under way can be used
     * all the same; else the one in use, where the request says so; in both cases only if it has the algorithm.
     */
    public static Pending make(Issuance.Request request, Pending old, InUse inUse) {
        String waiting = old != null && open(old, inUse) ? old.key() : null;
        String kept = waiting == null && request.rotation() == Rotation.Never ? inUse != null ? inUse.key() : old != null ? old.key() : null : waiting;
        KeyPair pair = Issuance.kept(request, kept);
        return new Pending(request.digest(), inUse == null ? "" : inUse.fingerprint(),
                SigningRequests.make(request.subject(), request.dnsNames(), pair), KeyPairs.toPem(pair.getPrivate()));
    }

    /** Whether a request still waits for its answer: not so where it was answered, or where an earlier one was since it was made. */
    public static boolean open(Pending pending, InUse inUse) {
        return inUse == null || pending.basis().equals(inUse.fingerprint());
    }

    /** What an answer does. */
    public sealed interface Outcome {
    }

    /** It is in use already, as it stands. */
    public record Unchanged() implements Outcome {
    }

    /** It is good, and is to be kept so. */
    public record Taken(InUse pair) implements Outcome {
    }

    /** It is not good: the certificate in use stays. */
    public record Refused(String reason, String message) implements Outcome {
    }

    /** @param answer PEM, with any number of certificates in any order */
    public static Outcome take(Issuance.Request request, Pending pending, InUse inUse, String answer, Instant now) {
        List<KeyPair> keys = new ArrayList<>(List.of(KeyPairs.parse(pending.key())));
        if (inUse != null) {
            if (answer.strip().equals(inUse.chain().strip())) {
                return new Unchanged();
            }
            keys.add(KeyPairs.parse(inUse.key()));
        }
        return switch (Answers.check(request.dnsNames(), keys, answer, now)) {
            case Answers.Refused refused -> again(inUse, answer) ? new Unchanged() : new Refused(refused.reason().name(), refused.message());
            case Answers.Accepted accepted -> {
                InUse pair = new InUse(Chains.toPem(accepted.certificates()), KeyPairs.toPem(accepted.key().getPrivate()));
                yield inUse != null && pair.chain().equals(inUse.chain()) ? new Unchanged() : new Taken(pair);
            }
        };
    }

    /** Whether an answer that would be refused today, for its age or for names that were added since, is the one in use. */
    private static boolean again(InUse inUse, String answer) {
        try {
            return inUse != null && Chains.parse(answer).contains(inUse.leaf());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
