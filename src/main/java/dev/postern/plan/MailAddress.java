package dev.postern.plan;

import dev.postern.pki.HostNames;
import java.util.regex.Pattern;

/** Addresses that the gateway itself writes from or to: a dot-string and a domain, in ASCII. */
public final class MailAddress {
    private static final Pattern LOCAL = Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
    private static final int LOCAL_LENGTH = 64;

    private MailAddress() {
    }

    /**
     * The address with its domain in lower-case A-labels.
     *
     * @throws IllegalArgumentException saying what was wrong and what is allowed
     */
    public static String parse(String text) {
        int at = text.lastIndexOf('@');
        String local = at < 0 ? "" : text.substring(0, at);
        if (!LOCAL.matcher(local).matches() || local.length() > LOCAL_LENGTH) {
            throw new IllegalArgumentException("'" + text + "' is not a mail address; allowed is such as postmaster@example.com");
        }
        try {
            return local + "@" + HostNames.normal(text.substring(at + 1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not a mail address: " + e.getMessage(), e);
        }
    }
}
