package dev.postern.pki.issue;

import dev.postern.pki.Fingerprints;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * When a certificate is made or requested anew: by default at two thirds of its life. Certificates that were made together are
 * not renewed together: each is a little earlier, by up to a tenth of the time that is left then, as its fingerprint says. So
 * the time is the same whoever asks, and thousands of renewals do not come as a herd.
 */
public final class Renewal {
    private static final int SPREAD = 10;
    private static final long STEPS = 1L << 32;

    private Renewal() {
    }

    /**
     * @param renewBefore how long before the end, or null for a third of the certificate's life; what is not shorter than the
     *                    life counts as null, since it would renew for ever
     */
    public static Instant at(X509Certificate leaf, Duration renewBefore) {
        Instant notBefore = leaf.getNotBefore().toInstant();
        Instant notAfter = leaf.getNotAfter().toInstant();
        Duration before = before(notBefore, notAfter, renewBefore);
        Duration spread = min(before, Duration.between(notBefore, notAfter).minus(before)).dividedBy(SPREAD);
        long step = Long.parseLong(Fingerprints.sha256(leaf).substring(0, 8), 16);
        return notAfter.minus(before).minusMillis((long) (spread.toMillis() * ((double) step / STEPS)));
    }

    private static Duration before(Instant notBefore, Instant notAfter, Duration renewBefore) {
        Duration life = Duration.between(notBefore, notAfter);
        boolean given = renewBefore != null && !renewBefore.isNegative() && renewBefore.compareTo(life) < 0;
        return given ? renewBefore : life.dividedBy(3);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
