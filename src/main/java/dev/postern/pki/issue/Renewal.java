package dev.postern.pki.issue;

import java.time.Duration;
import java.time.Instant;

/** When a certificate that is made here is made anew. */
public final class Renewal {
    private Renewal() {
    }

    /**
     * @param renewBefore how long before the end, or null for a third of the certificate's life; what is not shorter than the
     *                    life counts as null, since it would renew for ever
     */
    public static Instant at(Instant notBefore, Instant notAfter, Duration renewBefore) {
        Duration life = Duration.between(notBefore, notAfter);
        boolean given = renewBefore != null && !renewBefore.isNegative() && renewBefore.compareTo(life) < 0;
        return notAfter.minus(given ? renewBefore : life.dividedBy(3));
    }
}
