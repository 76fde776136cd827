package dev.postern.gateway.smtp.client;

import java.time.Duration;

/**
 * How long a client waits (RFC 5321 section 4.5.3.2); connect and handshake are shorter than TCP's own patience.
 *
 * @param greeting    for the server's first 220
 * @param command     for EHLO, STARTTLS, MAIL, RCPT, RSET
 * @param data        for the 354
 * @param block       for one piece of the body to be taken
 * @param termination for the answer to the final dot
 * @param quit        for the answer to QUIT
 */
public record Timeouts(Duration connect, Duration greeting, Duration command, Duration handshake, Duration data, Duration block,
        Duration termination, Duration quit) {
    public static final Timeouts STANDARD = new Timeouts(Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(5),
            Duration.ofSeconds(60), Duration.ofMinutes(2), Duration.ofMinutes(3), Duration.ofMinutes(10), Duration.ofSeconds(5));

    /** The same limit for everything. */
    public static Timeouts all(Duration limit) {
        return new Timeouts(limit, limit, limit, limit, limit, limit, limit, limit);
    }
}
