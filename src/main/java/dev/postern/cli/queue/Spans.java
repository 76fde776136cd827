package dev.postern.cli.queue;

import java.time.Duration;
import java.time.Instant;

/** Times and sizes as people read them in a table: the two largest units, and no more. */
final class Spans {
    private static final String UNITS = "KMGT";

    private Spans() {
    }

    /** {@code 4d3h}, {@code 2h5m}, {@code 45s}. */
    static String of(long seconds) {
        Duration d = Duration.ofSeconds(Math.max(0, seconds));
        if (d.toDays() > 0) {
            return d.toDays() + "d" + d.toHoursPart() + "h";
        }
        if (d.toHours() > 0) {
            return d.toHours() + "h" + d.toMinutesPart() + "m";
        }
        return d.toMinutes() > 0 ? d.toMinutes() + "m" + d.toSecondsPart() + "s" : d.toSeconds() + "s";
    }

    /** {@code in 5m3s}, or {@code now}; null where there is no time. */
    static String until(String time, Instant now) {
        if (time == null) {
            return null;
        }
        long seconds = Duration.between(now, Instant.parse(time)).toSeconds();
        return seconds <= 0 ? "now" : "in " + of(seconds);
    }

    static String since(String time, Instant now) {
        return time == null ? null : of(Duration.between(Instant.parse(time), now).toSeconds());
    }

    /** {@code 823}, {@code 12K}, {@code 3M}: rounded up. */
    static String bytes(long size) {
        int unit = -1;
        long count = size;
        while (count >= 10_000 && unit < UNITS.length() - 1) {
            count = (count + 1023) / 1024;
            unit++;
        }
        return unit < 0 ? Long.toString(count) : count + UNITS.substring(unit, unit + 1);
    }
}
