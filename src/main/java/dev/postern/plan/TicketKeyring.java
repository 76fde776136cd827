package dev.postern.plan;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The session ticket keys of a gateway over time. One is in use. The next is known before it is used, so that a pod which hears of
 * a rotation late can read the tickets of those that heard of it in time. The previous one is known until the rotation after its
 * own, so that tickets given shortly before a rotation are good after it. Nothing else is kept: whoever reads a pod's memory, or
 * the Secret, learns nothing of what was sent in TLS 1.2 sessions of earlier keys (RFC 5077 section 5.5).
 *
 * @param rotated  when {@code current} came into use
 * @param previous null before the first rotation
 */
public record TicketKeyring(Instant rotated, String current, String next, String previous) {
    /** How long a key is in use. A ticket is good for this long at least, and for twice as long at most. */
    public static final Duration PERIOD = Duration.ofHours(12);
    private static final int KEY_BYTES = 32;
    private static final int LEAST_LINES = 3;
    private static final int MOST_LINES = 4;

    /** A new one. */
    public static TicketKeyring begin(Instant now, SecureRandom random) {
        return new TicketKeyring(now, key(random), key(random), null);
    }

    /** When it is to be rotated. */
    public Instant due() {
        return rotated.plus(PERIOD);
    }

    /**
     * This one, or the one that follows where its time has come. However long nobody looked, one rotation follows: the keys served all
     * that time. A clock that was set back starts the period anew.
     */
    public TicketKeyring at(Instant now, SecureRandom random) {
        boolean ahead = rotated.isAfter(now.plus(PERIOD));
        return !ahead && now.isBefore(due()) ? this : new TicketKeyring(now, next, key(random), current);
    }

    /** Keys in Base64, the one in use first; for {@link ResourceSet#ticketKeys}. */
    public List<String> keys() {
        return previous == null ? List.of(current, next) : List.of(current, next, previous);
    }

    /** As it is kept: lines of text. */
    public String text() {
        return rotated + "\n" + String.join("\n", keys()) + "\n";
    }

    /** Reads {@link #text}; empty where it is none, as after a write that was cut short: the sessions are lost then, and nothing else. */
    public static Optional<TicketKeyring> parse(String text) {
        List<String> lines = text == null ? List.of() : text.lines().toList();
        if (lines.size() < LEAST_LINES || lines.size() > MOST_LINES || !text.endsWith("\n") || !lines.stream().skip(1).allMatch(TicketKeyring::isKey)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new TicketKeyring(Instant.parse(lines.get(0)), lines.get(1), lines.get(2), lines.size() == MOST_LINES ? lines.get(3) : null));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static boolean isKey(String line) {
        try {
            return Base64.getDecoder().decode(line).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String key(SecureRandom random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "TicketKeyring[rotated " + rotated + "]";
    }
}
