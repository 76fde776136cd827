package dev.postern.gateway.delivery;

import dev.postern.gateway.tls.Published;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * One address to try.
 *
 * @param host      name of the route's or MX host, or its address
 * @param routed    whether it is a route's
 * @param published what the recipient domain publishes of it
 * @param proven    whether its name is beyond doubt: configured as a route, proven by DNSSEC, or listed by an enforced policy
 */
record Target(String host, InetAddress address, int port, boolean routed, Published published, boolean proven) {

    /** Of whose domain nothing is known. */
    static Target plain(String host, InetAddress address, int port) {
        return new Target(host, address, port, false, Published.NOTHING, false);
    }

    InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
    }

    /** {@code mx.example.com (192.0.2.1)}, or the address alone. */
    String describe() {
        String ip = address.getHostAddress();
        return host.equals(ip) ? ip : host + " (" + ip + ")";
    }
}
