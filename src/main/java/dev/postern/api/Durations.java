package dev.postern.api;

import java.time.Duration;
import java.util.regex.Pattern;

/** Durations as the resources write them: {@code 90s}, {@code 15m}, {@code 1h30m}, {@code 4d}; a day is 24 hours. */
public final class Durations {
    private static final Pattern WHOLE = Pattern.compile(Api.DURATION);
    private static final Pattern TERM = Pattern.compile("([0-9]+)([dhms])");

    private Durations() {
    }

    /** @throws IllegalArgumentException saying what was wrong and what is allowed */
    public static Duration parse(String text) {
        if (text == null || !WHOLE.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + (text == null ? "" : text)
                    + "' is not a duration; allowed are whole numbers of d, h, m or s, such as 90s, 15m, 1h30m or 4d");
        }
        long seconds = 0;
        var term = TERM.matcher(text);
        try {
            while (term.find()) {
                seconds = Math.addExact(seconds, Math.multiplyExact(Long.parseLong(term.group(1)), unit(term.group(2))));
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is longer than any duration that is allowed", e);
        }
        return Duration.ofSeconds(seconds);
    }

    /** The shortest text that {@link #parse} reads as this duration, in whole seconds: {@code 1h30m}. */
    public static String format(Duration duration) {
        if (duration.toSeconds() == 0) {
            return "0s";
        }
        var text = new StringBuilder();
        append(text, duration.toDaysPart(), 'd');
        append(text, duration.toHoursPart(), 'h');
        append(text, duration.toMinutesPart(), 'm');
        append(text, duration.toSecondsPart(), 's');
        return text.toString();
    }

    private static void append(StringBuilder text, long count, char unit) {
        if (count > 0) {
            text.append(count).append(unit);
        }
    }

    private static long unit(String unit) {
        return switch (unit) {
            case "d" -> 86_400;
            case "h" -> 3_600;
            case "m" -> 60;
            default -> 1;
        };
    }
}
