package dev.postern.gateway.smtp;

import java.time.Duration;

/**
 * Bounds of every session that no policy sets.
 *
 * @param command        wait for a whole command line (RFC 5321 section 4.5.3.2.7: at least 5 minutes)
 * @param dataBlock      wait for each {@value MessageIntake#BLOCK} octets of content, so that a trickle ends too
 * @param hostName       wait for the client's host name before the greeting; then it is unknown
 * @param handshake      wait for a TLS handshake to end
 * @param rejected       wait for QUIT of a client that was answered 554 at the greeting
 * @param linger         wait for the client to close after the server's last word
 * @param maxErrors      commands answered with 5yz for their form or order, after which comes 421
 * @param maxConnections connections of one listener
 * @param proxyHeader    wait for the PROXY header of a proxy's connection
 */
public record SmtpLimits(Duration command, Duration dataBlock, Duration hostName, Duration handshake, Duration rejected, Duration linger,
        int maxErrors, int maxConnections, Duration proxyHeader) {

    /** What production uses. */
    public static final SmtpLimits DEFAULT = new SmtpLimits(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofSeconds(5),
            Duration.ofMinutes(1), Duration.ofSeconds(30), Duration.ofSeconds(5), 20, 10_000);

    /** With the wait for a PROXY header that production has. */
    SmtpLimits(Duration command, Duration dataBlock, Duration hostName, Duration handshake, Duration rejected, Duration linger, int maxErrors, int maxConnections) {
        this(command, dataBlock, hostName, handshake, rejected, linger, maxErrors, maxConnections, Duration.ofSeconds(5));
    }
}
