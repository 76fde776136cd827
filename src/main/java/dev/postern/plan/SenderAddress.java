package dev.postern.plan;

import dev.postern.pki.HostNames;
import java.util.Locale;

/**
 * A reverse path that something holds for: a domain, {@code .domain} for its subdomains, or one whole address, whose local part
 * is compared without regard to case, as senders write theirs as they like. Immutable; {@link SenderAddresses} finds them.
 *
 * @param local  null for all of the domain
 * @param domain in lower-case A-labels; with a leading dot for its subdomains
 */
record SenderAddress(String local, String domain) {

    /** @throws IllegalArgumentException saying what was wrong and what is allowed */
    static SenderAddress parse(String text) {
        int at = text.lastIndexOf('@');
        String dot = at < 0 && text.startsWith(".") ? "." : "";
        try {
            if (at == 0) {
                throw new IllegalArgumentException("it has no local part");
            }
            return new SenderAddress(at < 0 ? null : plain(text.substring(0, at)), dot + HostNames.normal(text.substring(dot.isEmpty() ? at + 1 : 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not a sender; allowed are domain, .domain (its subdomains) and user@domain: " + e.getMessage(), e);
        }
    }

    /** A local part in the form in which they are compared: in lower case and without quotes that add nothing (RFC 5321 section 4.1.2). */
    static String plain(String local) {
        String text = local.toLowerCase(Locale.ROOT);
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1") : text;
    }
}
