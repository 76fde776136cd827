package dev.postern.gateway.tls;

/** What a message itself says of the TLS that it travels with (RFC 8689). */
public enum MessageTls {
    /** Nothing: its destination decides. */
    DESTINATION(null),
    /** REQUIRETLS: verified TLS, to servers that take the demand over, or not at all. */
    REQUIRED("REQUIRETLS"),
    /** {@code TLS-Required: No}: what its destination's domain publishes does not hold for it; the DestinationControl does. */
    OPTIONAL("TLS-Required: No");

    private final String demand;

    MessageTls(String demand) {
        this.demand = demand;
    }

    /** As the message says it, or null where it says nothing. */
    public String demand() {
        return demand;
    }
}
