package dev.postern.gateway.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as messages write them (RFC 5322 section 3.3), in UTC. */
public final class MailDate {
    private static final DateTimeFormatter FORM = DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private MailDate() {
    }

    public static String of(Instant time) {
        return FORM.format(time);
    }
}
