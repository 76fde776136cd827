package dev.postern.gateway.delivery;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * One address to try.
 *
 * @param host name of the route's or MX host, or its address
 */
record Target(String host, InetAddress address, int port) {

    InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
    }

    /** {@code mx.example.com (192.0.2.1)}, or the address alone. */
    String describe() {
        String ip = address.getHostAddress();
        return host.equals(ip) ? ip : host + " (" + ip + ")";
    }
}
