package dev.postern.gateway.smtp.client;

/** A session came to an end that SMTP's replies did not announce. */
public final class ClientException extends Exception {
    private final Kind kind;
    private final boolean inDoubt;

    public ClientException(Kind kind, String message) {
        this(kind, message, false);
    }

    /** @param inDoubt whether the server may have taken the message over: the final dot was sent and not answered */
    public ClientException(Kind kind, String message, boolean inDoubt) {
        super(message);
        this.kind = kind;
        this.inDoubt = inDoubt;
    }

    public Kind kind() {
        return kind;
    }

    public boolean inDoubt() {
        return inDoubt;
    }

    /** What happened. */
    public enum Kind {
        /** No connection was made. */
        CONNECT,
        /** The server did not answer in time. */
        TIMEOUT,
        /** The connection was closed, or the server said 421. */
        CLOSED,
        /** What came is not SMTP. */
        PROTOCOL,
        /** Bytes came in clear between the 220 to STARTTLS and the handshake. */
        INJECTED,
        /** The TLS handshake failed, or the server ended TLS with an alert. */
        HANDSHAKE,
        /** The message's body could not be read. */
        BODY
    }
}
