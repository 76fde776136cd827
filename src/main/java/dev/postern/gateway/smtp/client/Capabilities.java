package dev.postern.gateway.smtp.client;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a server offers in its answer to EHLO: keywords in upper case with their parameters. Immutable. */
public record Capabilities(Map<String, String> keywords) {
    public static final Capabilities NONE = new Capabilities(Map.of());

    public Capabilities {
        keywords = Map.copyOf(keywords);
    }

    /** @param lines of the reply; the first is the greeting */
    static Capabilities of(List<String> lines) {
        Map<String, String> found = new HashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.strip().split("[ =]+", 2);
            found.put(words[0].toUpperCase(Locale.ROOT), words.length > 1 ? words[1] : "");
        }
        return new Capabilities(found);
    }

    public boolean offers(String keyword) {
        return keywords.containsKey(keyword);
    }

    /** A limit that the server names (RFC 9422), such as MAILMAX or RCPTMAX; {@link Integer#MAX_VALUE} where it names none or none that makes sense. */
    public int limit(String name) {
        for (String word : keywords.getOrDefault("LIMITS", "").strip().split(" +")) {
            if (word.regionMatches(true, 0, name + "=", 0, name.length() + 1) && word.substring(name.length() + 1).matches("[1-9][0-9]{0,5}")) {
                return Integer.parseInt(word.substring(name.length() + 1));
            }
        }
        return Integer.MAX_VALUE;
    }

    /** Largest message in bytes (RFC 1870); {@link Long#MAX_VALUE} where the server names none. */
    public long maxSize() {
        try {
            long size = Long.parseLong(keywords.getOrDefault("SIZE", "0").strip());
            return size > 0 ? size : Long.MAX_VALUE;
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
