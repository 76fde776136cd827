package dev.postern.gateway.smtp.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a message or of a part, as far as its body's encoding depends on it (RFC 2045).
 *
 * @param fields   every field with its folds and its last CRLF, in order
 * @param type     {@code type/subtype} in lower case, or null where there is no Content-Type or none that can be read
 * @param boundary of a multipart, or null
 * @param encoding Content-Transfer-Encoding in lower case, or null
 */
record MimeEntity(List<String> fields, String type, String boundary, String encoding) {
    private static final Pattern TYPE = Pattern.compile("\\s*([^\\s;/()\"]+)\\s*/\\s*([^\\s;()\"]+)");
    private static final Pattern BOUNDARY = Pattern.compile(";\\s*boundary\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s;\"]+))", Pattern.CASE_INSENSITIVE);
    private static final Pattern COMMENT = Pattern.compile("\\([^()]*\\)");

    /** @param header octets as characters, each line with its CRLF; without the empty line */
    static MimeEntity of(String header) {
        List<String> fields = new ArrayList<>();
        int from = 0;
        for (int end = header.indexOf("\r\n"); end >= 0; end = header.indexOf("\r\n", end + 2)) {
            int next = end + 2;
            if (next >= header.length() || header.charAt(next) != ' ' && header.charAt(next) != '\t') {
                fields.add(header.substring(from, next));
                from = next;
            }
        }
        String type = null;
        String boundary = null;
        String contentType = value(fields, "content-type");
        Matcher found = contentType == null ? null : TYPE.matcher(contentType);
        if (found != null && found.lookingAt()) {
            type = (found.group(1) + "/" + found.group(2)).toLowerCase(Locale.ROOT);
            Matcher parameter = BOUNDARY.matcher(contentType);
            if (type.startsWith("multipart/") && parameter.find()) {
                boundary = parameter.group(1) == null ? parameter.group(2) : parameter.group(1).replaceAll("\\\\(.)", "$1");
            }
        }
        String encoding = value(fields, "content-transfer-encoding");
        return new MimeEntity(fields, type, boundary, encoding == null ? null : COMMENT.matcher(encoding).replaceAll(" ").strip().toLowerCase(Locale.ROOT));
    }

    boolean multipart() {
        return type != null && type.startsWith("multipart/");
    }

    /** Whether the body is a message of its own, which only its own parts can be encoded in (RFC 2046 section 5.2.1). */
    boolean message(boolean digest) {
        return type == null ? digest : type.equals("message/rfc822") || type.equals("message/news") || type.equals("message/external-body");
    }

    /** Whether what it holds must reach the reader octet for octet (RFC 1847), or in pieces that nobody can encode (RFC 2046 section 5.2.2). */
    boolean sealed() {
        return type != null && (type.equals("multipart/signed") || type.equals("multipart/encrypted") || type.equals("message/partial"));
    }

    /** Whether the body is as it is: not encoded. */
    boolean identity() {
        return encoding == null || encoding.isEmpty() || encoding.equals("7bit") || labelledEightBit();
    }

    boolean labelledEightBit() {
        return "8bit".equals(encoding) || "binary".equals(encoding);
    }

    /**
     * The header with another encoding; octets as characters.
     *
     * @param whole whether it is the header of the message itself, which then has to say that it is MIME (RFC 1428 section 3)
     */
    String with(String newEncoding, boolean whole) {
        StringBuilder text = new StringBuilder();
        fields.stream().filter(f -> !name(f).equals("content-transfer-encoding")).forEach(text::append);
        if (whole && value(fields, "mime-version") == null) {
            text.append("MIME-Version: 1.0\r\n");
        }
        if (whole && value(fields, "content-type") == null) {
            text.append("Content-Type: text/plain; charset=unknown-8bit\r\n");
        }
        return text.append("Content-Transfer-Encoding: ").append(newEncoding).append("\r\n").toString();
    }

    /** Whether a line can stand in a header. */
    static boolean isField(byte[] line, int length) {
        if (length > 0 && (line[0] == ' ' || line[0] == '\t')) {
            return true;
        }
        String text = new String(line, 0, Math.min(length, 1000), StandardCharsets.ISO_8859_1);
        int colon = text.indexOf(':');
        return colon > 0 && text.substring(0, colon).stripTrailing().chars().allMatch(c -> c > ' ' && c < 127);
    }

    private static String value(List<String> fields, String name) {
        return fields.stream().filter(f -> name(f).equals(name)).findFirst().map(f -> f.substring(f.indexOf(':') + 1).replace("\r\n", "").strip()).orElse(null);
    }

    private static String name(String field) {
        return field.substring(0, Math.max(0, field.indexOf(':'))).strip().toLowerCase(Locale.ROOT);
    }
}
