package dev.postern.plan;

import dev.postern.pki.HostNames;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/** Senders that something holds for: domains, {@code .domain}s and whole addresses. A lookup costs the same however many there are. Immutable. */
public final class SenderAddresses {
    private final Set<SenderAddress> addresses;

    /** @throws IllegalArgumentException naming what is none, and saying what is allowed */
    public SenderAddresses(Collection<String> addresses) {
        this.addresses = addresses.stream().map(SenderAddress::parse).collect(Collectors.toUnmodifiableSet());
    }

    /** @param sender reverse path without brackets; the null sender matches nothing */
    public boolean matches(String sender) {
        int at = sender.lastIndexOf('@');
        if (at < 0 || addresses.isEmpty()) {
            return false;
        }
        String domain;
        try {
            domain = HostNames.normal(sender.substring(at + 1));
        } catch (IllegalArgumentException e) {
            return false;   // an address literal
        }
        boolean found = addresses.contains(new SenderAddress(null, domain))
                || addresses.contains(new SenderAddress(SenderAddress.plain(sender.substring(0, at)), domain));
        for (int dot = domain.indexOf('.'); dot >= 0 && !found; dot = domain.indexOf('.', dot + 1)) {
            found = addresses.contains(new SenderAddress(null, domain.substring(dot)));
        }
        return found;
    }
}
