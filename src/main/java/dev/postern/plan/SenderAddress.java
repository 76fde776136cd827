package dev.postern.plan;

import dev.postern.pki.HostNames;
import java.util.Locale;

/**
 * Reverse paths that something holds for: a domain, {@code .domain} for its subdomains, or one whole address, whose local part
 * is compared without regard to case, as senders write theirs as they like. Immutable.
 */
public final class SenderAddress {
    private final String local;
    private final String domain;
    private final boolean subdomains;

    private SenderAddress(String local, String domain, boolean subdomains) {
        this.local = local;
        this.domain = domain;
        this.subdomains = subdomains;
    }

    /** @throws IllegalArgumentException saying what was wrong and what is allowed */
    public static SenderAddress parse(String text) {
        int at = text.lastIndexOf('@');
        boolean subdomains = at < 0 && text.startsWith(".");
        try {
            if (at == 0) {
                throw new IllegalArgumentException("it has no local part");
            }
            return new SenderAddress(at < 0 ? null : text.substring(0, at).toLowerCase(Locale.ROOT),
                    HostNames.normal(text.substring(subdomains ? 1 : at + 1)), subdomains);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not a sender; allowed are domain, .domain (its subdomains) and user@domain: " + e.getMessage(), e);
        }
    }

    /** @param sender reverse path without brackets; the null sender matches nothing */
    public boolean matches(String sender) {
        int at = sender.lastIndexOf('@');
        if (at < 0 || local != null && !sender.substring(0, at).toLowerCase(Locale.ROOT).equals(local)) {
            return false;
        }
        String of;
        try {
            of = HostNames.normal(sender.substring(at + 1));
        } catch (IllegalArgumentException e) {
            return false;
        }
        return subdomains ? of.endsWith("." + domain) : of.equals(domain);
    }
}
