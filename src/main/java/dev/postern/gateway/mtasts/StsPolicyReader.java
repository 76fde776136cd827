package dev.postern.gateway.mtasts;

import dev.postern.gateway.mtasts.StsPolicy.Mode;
import dev.postern.pki.HostNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads policies (RFC 8461 section 3.2). Fields that are not known are passed over; of one that is repeated the first counts, but every
 * mx does. Empty lines are passed over, too: they cannot mean anything. Pure.
 */
final class StsPolicyReader {
    /** A year, in seconds. */
    static final long MAX_AGE = 31_557_600;
    private static final Pattern FIELD = Pattern.compile("(?<name>[A-Za-z0-9][A-Za-z0-9_.-]{0,31}):[ \\t]*(?<value>.*?)[ \\t]*", Pattern.DOTALL);
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,10}");

    private final List<String> mx = new ArrayList<>();
    private final Map<String, String> single = new HashMap<>();
    private Mode mode;
    private long maxAge;

    private StsPolicyReader() {
    }

    /**
     * Reads one.
     *
     * @param id   of the TXT record that announced it
     * @param text as the policy host gave it; lines end with LF or CRLF
     * @throws StsException of kind INVALID, naming the line and what is allowed there
     */
    static StsPolicy read(String id, String text) throws StsException {
        List<String> lines = text.lines().toList();
        if (text.replace("\r\n", "\n").indexOf('\r') >= 0) {
            throw invalid("there is a CR without LF; lines end with LF or CRLF");
        }
        StsPolicyReader reader = new StsPolicyReader();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                reader.line(i + 1, lines.get(i));
            }
        }
        reader.check();
        return new StsPolicy(id, reader.mode, reader.mx, reader.maxAge, lines);
    }

    private void line(int number, String line) throws StsException {
        Matcher parts = FIELD.matcher(line);
        if (!parts.matches()) {
            throw invalid("line " + number + " '" + line + "' is not NAME: VALUE; allowed are version, mode, mx, max_age and other names of up to 32 letters,"
                    + " digits, '_', '-' and '.'");
        }
        String name = parts.group("name");
        String value = parts.group("value");
        if (name.equals("mx")) {
            mx.add(pattern(number, value));
            return;
        }
        if (single.putIfAbsent(name, value) != null) {
            return;
        }
        switch (name) {
            case "version" -> {
                if (!value.equals("STSv1")) {
                    throw invalid("line " + number + ": version '" + value + "' is not known; allowed is STSv1");
                }
            }
            case "mode" -> mode = switch (value) {
                case "enforce" -> Mode.ENFORCE;
                case "testing" -> Mode.TESTING;
                case "none" -> Mode.NONE;
                default -> throw invalid("line " + number + ": mode '" + value + "' is not known; allowed are enforce, testing and none");
            };
            case "max_age" -> {
                maxAge = SECONDS.matcher(value).matches() ? Long.parseLong(value) : -1;
                if (maxAge < 0 || maxAge > MAX_AGE) {
                    throw invalid("line " + number + ": max_age '" + value + "' is not allowed; it is in seconds, 0 to " + MAX_AGE);
                }
            }
            default -> { }   // of a later version, or somebody's own
        }
    }

    /** A host name, or {@code *.} and one. */
    private static String pattern(int number, String value) throws StsException {
        String name = value.startsWith("*.") ? value.substring(2) : value;
        try {
            if (name.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
                return (value.startsWith("*.") ? "*." : "") + HostNames.normal(name);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw invalid("line " + number + ": mx '" + value + "' is not allowed; it is a host name in A-labels, or *. and one");
    }

    private void check() throws StsException {
        for (String name : List.of("version", "mode", "max_age")) {
            if (!single.containsKey(name)) {
                throw invalid("no line has " + name + "; version, mode and max_age are needed");
            }
        }
        if (mx.isEmpty() && mode != Mode.NONE) {
            throw invalid("no line has mx; mode " + single.get("mode") + " needs at least one");
        }
    }

    private static StsException invalid(String what) {
        return new StsException(StsAnswer.Failure.INVALID, "policy: " + what);
    }
}
