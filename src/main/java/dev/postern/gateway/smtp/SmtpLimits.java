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
 * @param abuse          what only hostile clients reach
 */
public record SmtpLimits(Duration command, Duration dataBlock, Duration hostName, Duration handshake, Duration rejected, Duration linger,
        int maxErrors, int maxConnections, Duration proxyHeader, Abuse abuse) {

    private static final Duration PROXY_HEADER = Duration.ofSeconds(5);

    /** What production uses. */
    public static final SmtpLimits DEFAULT = new SmtpLimits(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofSeconds(5),
            Duration.ofMinutes(1), Duration.ofSeconds(30), Duration.ofSeconds(5), 20, 10_000);

    /** With the bounds of abuse, and the wait for a PROXY header, that production uses. */
    public SmtpLimits(Duration command, Duration dataBlock, Duration hostName, Duration handshake, Duration rejected, Duration linger, int maxErrors,
            int maxConnections) {
        this(command, dataBlock, hostName, handshake, rejected, linger, maxErrors, maxConnections, PROXY_HEADER, Abuse.STANDARD);
    }

    /** With the wait for a PROXY header that production has. */
    SmtpLimits(Duration command, Duration dataBlock, Duration hostName, Duration handshake, Duration rejected, Duration linger, int maxErrors, int maxConnections,
            Abuse abuse) {
        this(command, dataBlock, hostName, handshake, rejected, linger, maxErrors, maxConnections, PROXY_HEADER, abuse);
    }

    /** Connections of one listener from which on its clients get no longer than {@link Abuse#crowded} for anything. */
    int crowd() {
        return Math.max(1, maxConnections - maxConnections / 5);
    }

    /**
     * Bounds that no client reaches which has mail to bring.
     *
     * @param idleCommands      commands (NOOP, RSET, EHLO, HELP, VRFY, MAIL and the like) without a message between them, after which comes 421
     * @param refusedRecipients recipients of one connection that were answered 4yz or 5yz, after which comes 421
     * @param content           wait for the whole content of one message
     * @param crowded           wait for anything while four fifths of a listener's connections are taken, or what is shorter
     */
    public record Abuse(int idleCommands, int refusedRecipients, Duration content, Duration crowded) {
        public static final Abuse STANDARD = new Abuse(200, 1000, Duration.ofHours(1), Duration.ofSeconds(20));
    }
}
