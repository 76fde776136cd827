package dev.postern.gateway.smtp.client;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reply of a server (RFC 5321 section 4.2).
 *
 * @param code  200 to 599
 * @param lines text of each line without code and line end; control characters replaced
 */
public record Reply(int code, List<String> lines) {
    private static final Pattern ENHANCED = Pattern.compile("([245])\\.(\\d{1,3})\\.(\\d{1,3})(?:\\s|$)");

    public Reply {
        lines = List.copyOf(lines);
    }

    public boolean positive() {
        return code / 100 == 2;
    }

    public boolean transientFailure() {
        return code / 100 == 4;
    }

    public boolean permanentFailure() {
        return code / 100 == 5;
    }

    /** The enhanced status code (RFC 3463): the reply's own where it has one of its class, else {@code 5.0.0} and the like. */
    public String status() {
        Matcher found = ENHANCED.matcher(lines.getFirst());
        if (found.lookingAt() && found.group(1).charAt(0) - '0' == code / 100) {
            return found.group(1) + "." + found.group(2) + "." + found.group(3);
        }
        return code / 100 + ".0.0";
    }

    /** Code and text in one line, as log lines and DSNs have it. */
    public String text() {
        return (code + " " + String.join(" ", lines)).strip();
    }
}
