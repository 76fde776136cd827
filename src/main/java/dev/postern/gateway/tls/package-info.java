/**
 * TLS as the gateway uses it: contexts for listeners and for delivery, the verification of peers, and the pure table of
 * outbound levels that decides what may be sent.
 */
package dev.postern.gateway.tls;
