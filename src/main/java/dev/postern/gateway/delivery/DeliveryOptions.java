package dev.postern.gateway.delivery;

import dev.postern.gateway.smtp.client.Timeouts;
import java.time.Duration;

/**
 * Bounds that no resource sets.
 *
 * @param connections connections at most, over all destinations
 * @param recipients  recipients of one transaction at most; RFC 5321 section 4.5.3.1.8 asks servers to take 100
 * @param linger      how long a connection waits for the next message of its domain
 * @param timeouts    of SMTP
 */
public record DeliveryOptions(int connections, int recipients, Duration linger, Timeouts timeouts) {
    public static final DeliveryOptions STANDARD = new DeliveryOptions(500, 100, Duration.ofSeconds(1), Timeouts.STANDARD);
}
