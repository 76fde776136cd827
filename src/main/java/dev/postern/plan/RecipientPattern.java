package dev.postern.plan;

import dev.postern.pki.HostNames;
import java.util.Locale;
import java.util.regex.Pattern;

/** One entry of the recipient access table: {@code domain}, {@code .domain}, {@code user@domain}, {@code user@}, or {@code ALL}. Immutable. */
public final class RecipientPattern {
    /** What can be before the @: not what would end the path, unless it is quoted. */
    private static final Pattern USER = Pattern.compile("[^\\s\\p{Cntrl}<>()\\[\\]:;@\\\\,\"]{1,64}|\"[^\\p{Cntrl}]{0,62}\"");
    private static final String ALLOWED = "allowed are domain, .domain (its subdomains), user@domain, user@ (in any domain), or ALL";

    private final String text;
    private final String user;
    private final String domain;
    private final boolean subdomains;

    private RecipientPattern(String text, String user, String domain, boolean subdomains) {
        this.text = text;
        this.user = user;
        this.domain = domain;
        this.subdomains = subdomains;
    }

    /** @throws IllegalArgumentException saying what was wrong and what is allowed */
    public static RecipientPattern parse(String text) {
        if (text.equals("ALL")) {
            return new RecipientPattern(text, null, null, false);
        }
        if (text.equalsIgnoreCase("ALL")) {
            throw bad(text, "would be the domain of that name; write ALL in capitals");   // never meant, and never matched
        }
        int at = text.lastIndexOf('@');
        String user = at < 0 ? null : text.substring(0, at).toLowerCase(Locale.ROOT);
        if (user != null && !USER.matcher(user).matches()) {
            throw bad(text, "has no user before the @ that an address can have");
        }
        String domain = text.substring(at + 1);
        if (user != null && domain.isEmpty()) {
            return new RecipientPattern(text, user, null, false);
        }
        boolean subdomains = user == null && domain.startsWith(".");
        try {
            return new RecipientPattern(text, user, HostNames.normal(subdomains ? domain.substring(1) : domain), subdomains);
        } catch (IllegalArgumentException e) {
            throw bad(text, "is not a recipient pattern");
        }
    }

    /**
     * @param address a forward path without brackets; local parts are compared without regard to case, domains also
     *                between A-labels and U-labels. One without a domain (Postmaster) is matched by ALL alone.
     */
    public boolean matches(String address) {
        if (user == null && domain == null) {
            return true;
        }
        int at = address.lastIndexOf('@');
        if (at < 0 || user != null && !user.equals(address.substring(0, at).toLowerCase(Locale.ROOT))) {
            return false;
        }
        if (domain == null) {
            return !address.endsWith("]");   // an address literal is of no domain
        }
        String given = asciiDomain(address.substring(at + 1));
        return subdomains ? given.endsWith("." + domain) : given.equals(domain);
    }

    /** Cheap for what is ASCII, as nearly all is. */
    private static String asciiDomain(String domain) {
        if (domain.chars().allMatch(c -> c < 0x80)) {
            return domain.toLowerCase(Locale.ROOT);
        }
        try {
            return HostNames.normal(domain);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** Whether this is everything below a top-level domain: the domains of very many. */
    boolean isTopLevel() {
        return subdomains && domain.indexOf('.') < 0;
    }

    /** Whether this is a user in any domain. */
    boolean isAnyDomain() {
        return user != null && domain == null;
    }

    /** In one form: lower case, the domain in A-labels. */
    public String normal() {
        return user == null && domain == null ? text : (user == null ? subdomains ? "." : "" : user + "@") + (domain == null ? "" : domain);
    }

    private static IllegalArgumentException bad(String text, String why) {
        return new IllegalArgumentException("'" + text + "' " + why + "; " + ALLOWED);
    }

    @Override
    public String toString() {
        return text;
    }
}
