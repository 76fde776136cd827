package dev.postern.gateway.smtp;

import java.net.IDN;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Parses the paths of MAIL and RCPT (RFC 5321 section 4.1.2, RFC 6531 section 3.3). Pure.
 *
 * <p>Stricter than some: brackets are needed, and a path ends with its bracket. More lenient where real senders are: source
 * routes are read and dropped (RFC 5321 appendix C), labels may have underscores, and a local part may be longer than the 64
 * octets that every receiver must take (VERP and SRS addresses are), as long as the path keeps to 256 (section 4.5.3.1.3).
 * Domains in U-labels become A-labels; a quoted local part that needs no quotes loses them, so that tables see one form of
 * an address.
 */
public final class PathParser {
    /** Longest path in octets, with its brackets. */
    public static final int MAX_PATH = 256;
    /** Longest domain in octets. */
    public static final int MAX_DOMAIN = 255;
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?");
    private static final Pattern IPV4 = Pattern.compile("(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}");
    /** What IDNA2003, which the JDK has, maps to another name than IDNA2008: sharp s, final sigma, the joiners. */
    private static final Pattern DEVIATION = Pattern.compile("[\u00df\u1e9e\u03c2\u200c\u200d]");
    private static final String ATEXT = "!#$%&'*+-/=?^_`{|}~";

    private final String text;
    private int at;

    private PathParser(String text, int from) {
        this.text = text;
        this.at = from;
    }

    /**
     * Parses the path that begins at {@code from}.
     *
     * @return the path and where the text behind it begins
     * @throws PathException saying what was wrong
     */
    public static Parsed parse(String text, int from) throws PathException {
        PathParser parser = new PathParser(text, from);
        Path path = parser.path();
        if (text.substring(from, parser.at).getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
            throw new PathException("path is longer than " + MAX_PATH + " octets");
        }
        return new Parsed(path, parser.at);
    }

    /** A path and the index of what follows it. */
    public record Parsed(Path path, int end) {
    }

    /** Why a text is no path. */
    public static final class PathException extends Exception {
        PathException(String message) {
            super(message, null, false, false);
        }
    }

    /** Whether a text is a domain of LDH labels (underscores allowed), 255 octets at most, without a dot at its end. */
    public static boolean isDomain(String text) {
        if (text.isEmpty() || text.length() > MAX_DOMAIN) {
            return false;
        }
        for (String label : text.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                return false;
            }
        }
        return true;
    }

    /** Whether a text is an IPv4 or IPv6 address literal with its brackets (RFC 5321 section 4.1.3). */
    public static boolean isAddressLiteral(String text) {
        if (text.length() < 3 || text.charAt(0) != '[' || text.charAt(text.length() - 1) != ']') {
            return false;
        }
        String inner = text.substring(1, text.length() - 1);
        if (!inner.regionMatches(true, 0, "IPv6:", 0, 5)) {
            return IPV4.matcher(inner).matches();
        }
        String address = inner.substring(5);
        if (!address.contains(":") || address.contains("%") || address.contains("[")) {
            return false;
        }
        try {
            InetAddress.ofLiteral(address);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Path path() throws PathException {
        expect('<', "path does not begin with <");
        if (peek() == '>') {
            at++;
            return Path.NULL;
        }
        if (peek() == '@') {
            sourceRoute();
        }
        String local = peek() == '"' ? quoted() : dotString();
        if (peek() == '>' && local.equalsIgnoreCase("postmaster")) {
            at++;
            return new Path(local, "");
        }
        expect('@', "local part is not followed by @");
        String domain = domain();
        expect('>', "path does not end with >");
        return new Path(local, domain);
    }

    private void sourceRoute() throws PathException {
        do {
            expect('@', "source route has no @");
            domain();
        } while (accept(','));
        expect(':', "source route does not end with a colon");
    }

    private String dotString() throws PathException {
        int start = at;
        while (isAtext(peek()) || peek() == '.' && at > start && text.charAt(at - 1) != '.') {
            at++;
        }
        if (at == start) {
            throw new PathException("local part is missing or begins with a character that needs quotes");
        }
        if (text.charAt(at - 1) == '.') {
            throw new PathException("local part has a dot at its end or two in a row");
        }
        return text.substring(start, at);
    }

    private String quoted() throws PathException {
        int start = at++;
        StringBuilder content = new StringBuilder();
        while (peek() != '"') {
            int c = peek();
            if (c == '\\') {
                c = at + 1 < text.length() ? text.charAt(++at) : -1;
                if (c < ' ' || c > '~') {
                    throw new PathException("quoted local part has a backslash before a character that cannot be quoted");
                }
            } else if (c < ' ' || c >= 0x7f && c < 0xa0) {
                throw new PathException("quoted local part does not end, or has a control character");
            }
            content.append((char) c);
            at++;
        }
        at++;
        return isDotString(content) ? content.toString() : requoted(content, start);
    }

    /** Backslashes stay only where they are needed. */
    private String requoted(CharSequence content, int start) throws PathException {
        if (content.isEmpty()) {
            throw new PathException("quoted local part is empty");
        }
        StringBuilder quoted = new StringBuilder(at - start).append('"');
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.append('"').toString();
    }

    private static boolean isDotString(CharSequence text) {
        boolean dot = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' ? dot : !isAtext(c)) {
                return false;
            }
            dot = c == '.';
        }
        return !dot;
    }

    private String domain() throws PathException {
        int start = at;
        if (peek() == '[') {
            int end = text.indexOf(']', at);
            at = end < 0 ? text.length() : end + 1;
            String literal = text.substring(start, at);
            if (!isAddressLiteral(literal)) {
                throw new PathException("address literal is neither [IPv4] nor [IPv6:...]");
            }
            return literal;
        }
        while (at < text.length() && ">,: @\"".indexOf(peek()) < 0) {
            at++;
        }
        String domain = ascii(text.substring(start, at));
        if (!isDomain(domain)) {
            throw new PathException("domain is not made of letters, digits and hyphens, or is too long");
        }
        return domain;
    }

    private static String ascii(String domain) throws PathException {
        if (domain.chars().allMatch(c -> c < 0x80)) {
            return domain;
        }
        if (DEVIATION.matcher(domain).find()) {
            throw new PathException("domain has a character that has no one ASCII form; write the domain as xn--");
        }
        try {
            return IDN.toASCII(domain).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw new PathException("domain has no ASCII form (RFC 5890)");
        }
    }

    private static boolean isAtext(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0xa0 || c >= 0 && ATEXT.indexOf(c) >= 0;
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private boolean accept(char c) {
        boolean there = peek() == c;
        at += there ? 1 : 0;
        return there;
    }

    private void expect(char c, String otherwise) throws PathException {
        if (!accept(c)) {
            throw new PathException(otherwise);
        }
    }
}
