package dev.postern.gateway.mtasts;

/** Why a policy that is announced could not be had. */
final class StsException extends Exception {
    private final StsAnswer.Failure failure;

    StsException(StsAnswer.Failure failure, String message) {
        super(message);
        this.failure = failure;
    }

    StsAnswer.Failure failure() {
        return failure;
    }
}
