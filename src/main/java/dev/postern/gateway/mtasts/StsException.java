package dev.postern.gateway.mtasts;

/** Why a policy that is announced could not be had, in {@value #LONGEST} characters at most: it is remembered, and what a host sent may be long. */
final class StsException extends Exception {
    private static final int LONGEST = 500;

    private final StsAnswer.Failure failure;

    StsException(StsAnswer.Failure failure, String message) {
        super(shortened(message));
        this.failure = failure;
    }

    static String shortened(String text) {
        return text == null || text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }

    StsAnswer.Failure failure() {
        return failure;
    }
}
