package dev.postern.gateway.delivery;

import dev.postern.gateway.tls.MessageTls;

/**
 * Mail of one domain that asks the same of TLS and goes the same way. Each lane has its own connections, and its own failures: what no host of the domain
 * does for the one may be no matter for the other.
 *
 * @param route HOST or HOST:PORT in the place of the destination's hosts, or null
 */
record Lane(String domain, MessageTls tls, String route) {

    /** By the hosts of its destination. */
    Lane(String domain, MessageTls tls) {
        this(domain, tls, null);
    }
}
