package dev.postern.plan;

import java.util.Locale;
import java.util.regex.Pattern;

/** One entry of the recipient access table: {@code domain}, {@code .domain}, {@code user@domain}, {@code user@}, or {@code ALL}. Immutable. */
public final class RecipientPattern {
    private static final Pattern DOMAIN = Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
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
        int at = text.lastIndexOf('@');
        String user = at < 0 ? null : text.substring(0, at).toLowerCase(Locale.ROOT);
        String domain = text.substring(at + 1).toLowerCase(Locale.ROOT);
        boolean subdomains = at < 0 && domain.startsWith(".");
        if (subdomains) {
            domain = domain.substring(1);
        }
        boolean anyDomain = at >= 0 && domain.isEmpty();
        if (at == 0 || !anyDomain && !DOMAIN.matcher(domain).matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a recipient pattern; " + ALLOWED);
        }
        return new RecipientPattern(text, user, anyDomain ? null : domain, subdomains);
    }

    /** @param address a forward path without brackets; local parts are compared without regard to case */
    public boolean matches(String address) {
        int at = address.lastIndexOf('@');
        String givenDomain = address.substring(at + 1).toLowerCase(Locale.ROOT);
        if (domain != null && !(subdomains ? givenDomain.endsWith("." + domain) : givenDomain.equals(domain))) {
            return false;
        }
        return user == null || at >= 0 && user.equals(address.substring(0, at).toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return text;
    }
}
