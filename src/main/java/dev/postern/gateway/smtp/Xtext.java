package dev.postern.gateway.smtp;

import dev.postern.gateway.smtp.Parameters.ParameterException;
import java.util.regex.Pattern;

/** The encodings of what DSN parameters carry: xtext (RFC 3461 section 4), and that of addresses beyond ASCII (RFC 6533 section 3). Pure. */
final class Xtext {
    /** xtext whose decoded form is printable (RFC 3461 section 4.4: only graphic characters and white space may be encoded). */
    static final Pattern PRINTABLE = Pattern.compile("(?:[!-*,-<>-~]|\\+[2-6][0-9A-F]|\\+7[0-9A-E])+");
    /** utf-8-addr-xtext and utf-8-addr-unitext: {@code \x{HEX}} for what is not as it is; the backslash stands for nothing else. */
    private static final Pattern UTF8_ADDRESS = Pattern.compile(
            "(?:[!-\\[\\]-~\\x{a0}-\\x{10ffff}]|\\\\x\\{(?:10|[1-9A-F])?(?:[0-9A-F]{4}|[0-9A-F]{2,3})\\})+");
    private static final Pattern ORCPT = Pattern.compile("([A-Za-z0-9][A-Za-z0-9-]*);(.+)");
    private static final int MAX_ORCPT = 500;

    private Xtext() {
    }

    /**
     * Checks an ORCPT.
     *
     * @param value {@code address-type;address}, or null
     * @return the value as it came
     */
    static String orcpt(String value) throws ParameterException {
        if (value == null) {
            return null;
        }
        var matcher = ORCPT.matcher(value);
        boolean valid = value.length() <= MAX_ORCPT && matcher.matches()
                && (matcher.group(1).equalsIgnoreCase("utf-8") ? UTF8_ADDRESS : PRINTABLE).matcher(matcher.group(2)).matches();
        if (!valid) {
            throw new ParameterException(501, "ORCPT is address-type;xtext of at most " + MAX_ORCPT + " characters");
        }
        return value;
    }
}
