package dev.postern.gateway.auth;

/** What follows from what a client sent in an exchange. */
public sealed interface Step {
    /** The client has to answer this. */
    record Challenge(byte[] data) implements Step {
    }

    /** The client is this user. */
    record Success(String user) implements Step {
    }

    /**
     * The client is not logged in.
     *
     * @param user   whom it said that it is, as it said it; null where it did not come to that
     * @param detail for the log; never with anything secret
     */
    record Failure(Reason reason, String user, String detail) implements Step {
    }

    /** Why. */
    enum Reason {
        /** Name, password, proof or certificate are wrong; which of them, nobody is told. */
        Credentials,
        /** What came is not what the mechanism sends. */
        Malformed,
        /** It cannot be looked at now; later it may. */
        Unavailable
    }
}
