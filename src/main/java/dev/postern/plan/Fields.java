package dev.postern.plan;

import dev.postern.api.Durations;
import dev.postern.pki.HostNames;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads single values of a resource; what cannot be read becomes a problem of its field and an empty result. */
final class Fields {
    private static final Pattern ANSWER = Pattern.compile("[ -~]{1,400}");

    private final Problems.Scope scope;

    Fields(Problems.Scope scope) {
        this.scope = scope;
    }

    /** A value that must be there. */
    <T> Optional<T> required(T value, String field, String what) {
        if (value == null) {
            scope.invalid(field, "is required: " + what);
        }
        return Optional.ofNullable(value);
    }

    /** A host name, as it is written. */
    Optional<String> hostname(String value, String field) {
        return read(field, value, text -> {
            HostNames.normal(text);
            if (!text.chars().allMatch(c -> c < 0x80)) {
                throw new IllegalArgumentException("'" + text + "' is not ASCII; write its A-labels, '" + HostNames.normal(text) + "'");
            }
            return text;
        });
    }

    /** Whole seconds within bounds. */
    Optional<Duration> duration(String value, String field, Duration least, Duration most) {
        return read(field, value, text -> {
            Duration duration = Durations.parse(text);
            if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
                throw new IllegalArgumentException("'" + text + "' is out of bounds; allowed is from " + Durations.format(least) + " to " + Durations.format(most));
            }
            return duration;
        });
    }

    /** Whole bytes, at least one. */
    Optional<Long> bytes(Quantity value, String field, String most) {
        return read(field, value, quantity -> {
            BigDecimal bytes;
            try {
                bytes = Quantity.getAmountInBytes(quantity).setScale(0, RoundingMode.FLOOR);
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new IllegalArgumentException("'" + quantity + "' is not a quantity of bytes; allowed are such as 512Ki, 20Mi or 1Gi, up to " + most, e);
            }
            if (bytes.signum() <= 0 || bytes.compareTo(Quantity.getAmountInBytes(new Quantity(most))) > 0) {
                throw new IllegalArgumentException("'" + quantity + "' is out of bounds; allowed is more than nothing, up to " + most);
            }
            return bytes.longValueExact();
        });
    }

    /** The number, or {@code least} after a problem, so that what follows can go on. */
    int number(Integer value, String field, int least, int most) {
        if (value == null || value < least || value > most) {
            scope.invalid(field, (value == null ? "is required" : "'" + value + "' is out of bounds") + "; allowed is from " + least + " to " + most);
            return least;
        }
        return value;
    }

    /** The text of an SMTP answer, or null. It goes out as it is: a line end in it would be a second answer. */
    void answer(String text, String field) {
        if (text != null && !ANSWER.matcher(text).matches()) {
            scope.invalid(field, "'" + text.replaceAll("[^ -~]", "?") + "' cannot be an SMTP answer; allowed is one line of printable ASCII, 1 to 400 characters");
        }
    }

    /** Whatever {@code parser} makes of a value; its IllegalArgumentException becomes the problem. */
    <S, T> Optional<T> read(String field, S value, Function<S, T> parser) {
        if (value == null) {
            scope.invalid(field, "is required");
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(value));
        } catch (IllegalArgumentException e) {
            scope.invalid(field, e.getMessage());
            return Optional.empty();
        }
    }
}
