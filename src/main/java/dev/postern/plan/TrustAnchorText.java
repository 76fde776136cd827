package dev.postern.plan;

import java.util.regex.Pattern;

/** A DS record in text, as {@code dig} and IANA write it: owner, IN, DS, key tag, algorithm, digest type, digest in hex. */
final class TrustAnchorText {
    private static final Pattern DS = Pattern.compile("(?i)(\\.|[a-z0-9_.-]+)\\s+(?:[0-9]+\\s+)?(?:IN\\s+)?DS\\s+[0-9]{1,5}\\s+[0-9]{1,3}\\s+[124]\\s+([0-9a-f ]+)");

    private TrustAnchorText() {
    }

    /** @throws IllegalArgumentException saying what was wrong and what is allowed */
    static String parse(String text) {
        var matcher = DS.matcher(text.strip());
        if (!matcher.matches() || matcher.group(2).replace(" ", "").length() < 40) {
            throw new IllegalArgumentException("'" + text + "' is not a trust anchor; allowed is a DS record such as '. IN DS 20326 8 2 E06D44B8…'");
        }
        return text.strip();
    }
}
