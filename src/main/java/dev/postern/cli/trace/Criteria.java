package dev.postern.cli.trace;

import dev.postern.gateway.delivery.Domains;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;

/**
 * Which messages are wanted: those that meet all of it. What is null does not matter.
 *
 * @param mids      message IDs
 * @param messageId with or without brackets
 * @param sender    an address, a domain, with a dot before it any domain below that one, or {@code <>}
 * @param recipient as the sender, but for {@code <>}
 */
record Criteria(Set<Long> mids, String messageId, String sender, String recipient) {
    /** Whether a line can be known to be wanted by its MID alone. */
    boolean names(long mid) {
        return mids != null && mids.contains(mid);
    }

    /** Whether what is known of a message by now suffices. */
    boolean met(long mid, String id, String from, Collection<String> to) {
        return (mids == null || mids.contains(mid))
                && (messageId == null || id != null && bare(id).equals(bare(messageId)))
                && (sender == null || from != null && address(sender, from))
                && (recipient == null || to.stream().anyMatch(a -> address(recipient, a)));
    }

    private static boolean address(String wanted, String address) {
        if (wanted.equals("<>")) {
            return address.isEmpty();
        }
        if (wanted.contains("@")) {
            return wanted.equalsIgnoreCase(address);
        }
        String domain = Domains.ascii(address.substring(address.lastIndexOf('@') + 1));
        String lower = wanted.startsWith(".") ? "." + Domains.ascii(wanted.substring(1)) : Domains.ascii(wanted.toLowerCase(Locale.ROOT));
        return address.contains("@") && (lower.startsWith(".") ? domain.endsWith(lower) : domain.equals(lower));
    }

    private static String bare(String id) {
        return id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id;
    }
}
