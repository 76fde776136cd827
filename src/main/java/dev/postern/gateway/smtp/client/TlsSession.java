package dev.postern.gateway.smtp.client;

import javax.net.ssl.SSLSession;

/**
 * A handshake that is over.
 *
 * @param staple OCSP response that the server stapled to it (RFC 6066 section 8), or null
 */
public record TlsSession(SSLSession session, byte[] staple) {
}
