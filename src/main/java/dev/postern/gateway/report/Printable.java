package dev.postern.gateway.report;

/**
 * Makes text from peers fit for one line: control and format characters, line and paragraph separators, lone surrogates and
 * the backslash itself are escaped as in Java, so that no peer can forge a line or hide part of one; what is too long is cut.
 */
final class Printable {
    /** Longest text from a peer, in characters; SMTP's own limits are well below. */
    static final int MAX = 1000;

    private Printable() {
    }

    static StringBuilder append(StringBuilder out, String text) {
        int length = Math.min(text.length(), MAX);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 127 && c != '\\') {
                out.append(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = text.codePointAt(i++);
                if (isPlain(point)) {
                    out.appendCodePoint(point);
                } else {
                    escape(out, c);
                    escape(out, text.charAt(i));
                }
            } else if (isPlain(c)) {
                out.append(c);
            } else {
                escape(out, c);
            }
        }
        return text.length() > MAX ? out.append('…') : out;
    }

    static String of(String text) {
        return append(new StringBuilder(text.length() + 8), text).toString();
    }

    private static boolean isPlain(int point) {
        if (point < 128) {
            return false;
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE,
                    Character.UNASSIGNED, Character.PRIVATE_USE -> false;
            default -> true;
        };
    }

    private static void escape(StringBuilder out, char c) {
        switch (c) {
            case '\\' -> out.append("\\\\");
            case '\r' -> out.append("\\r");
            case '\n' -> out.append("\\n");
            case '\t' -> out.append("\\t");
            default -> {
                out.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    out.append(Character.forDigit(c >> shift & 15, 16));
                }
            }
        }
    }
}
