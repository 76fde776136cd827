package dev.postern.gateway.delivery;

import dev.postern.gateway.tls.MessageTls;

/**
 * Mail of one domain that asks the same of TLS. Each lane has its own connections, and its own failures: what no host of the domain does for
 * the one may be no matter for the other.
 */
record Lane(String domain, MessageTls tls) {
}
