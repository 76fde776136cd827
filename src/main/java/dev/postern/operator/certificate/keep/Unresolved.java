package dev.postern.operator.certificate.keep;

/** Something that a Certificate needs is missing or cannot be used. */
final class Unresolved extends Exception {
    private final String field;
    private final String reason;

    /** @param field of the Certificate */
    Unresolved(String field, String reason, String message) {
        super(message, null, false, false);
        this.field = field;
        this.reason = reason;
    }

    String field() {
        return field;
    }

    String reason() {
        return reason;
    }
}
