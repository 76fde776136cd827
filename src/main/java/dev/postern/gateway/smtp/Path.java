package dev.postern.gateway.smtp;

import java.nio.charset.StandardCharsets;

/**
 * A reverse or forward path without brackets and source route.
 *
 * @param local  local part, quoted only where it has to be; empty for the null reverse path
 * @param domain domain in A-labels, or an address literal in brackets; empty for the null path and for {@code <Postmaster>}
 */
public record Path(String local, String domain) {
    /** {@code <>}. */
    public static final Path NULL = new Path("", "");

    public boolean isNull() {
        return local.isEmpty();
    }

    /** {@code local@domain}; empty for the null path, the local part alone where there is no domain. */
    public String address() {
        return domain.isEmpty() ? local : local + "@" + domain;
    }

    /** Whether the local part has characters beyond ASCII, so that it can travel under SMTPUTF8 alone (RFC 6531). */
    public boolean needsUtf8() {
        return !StandardCharsets.US_ASCII.newEncoder().canEncode(local);
    }

    @Override
    public String toString() {
        return "<" + address() + ">";
    }
}
