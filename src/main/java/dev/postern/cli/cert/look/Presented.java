package dev.postern.cli.cert.look;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a server showed.
 *
 * @param chain    as it came, the server's own first; empty where it came to no handshake
 * @param how      for people: "SMTP with STARTTLS", "TLS"
 * @param protocol TLS version, or null where the handshake did not end
 * @param cipher   cipher suite, or null where the handshake did not end
 * @param trouble  what kept TLS from being used, or null
 */
public record Presented(List<X509Certificate> chain, String how, String protocol, String cipher, String trouble) {
    public Presented {
        chain = List.copyOf(chain);
    }
}
