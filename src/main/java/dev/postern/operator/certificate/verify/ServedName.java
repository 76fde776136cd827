package dev.postern.operator.certificate.verify;

import dev.postern.api.Listener;
import dev.postern.api.ListenerSpec;
import dev.postern.pki.HostNames;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A listener that serves a certificate, as far as names go.
 *
 * @param hostname in the greeting, lower case
 * @param domains  that it takes mail for, by name: neither ALL nor .subdomains, whose MX records cannot be asked for; empty for a
 *                 private one
 * @param others   whether another certificate of the listener covers a name
 */
record ServedName(String listener, boolean isPublic, String hostname, List<String> domains, Predicate<String> others) {
    ServedName {
        domains = List.copyOf(domains);
    }

    static ServedName of(Listener listener, String gatewayHostname, Predicate<String> others) {
        ListenerSpec spec = listener.getSpec();
        boolean isPublic = spec.type == ListenerSpec.Type.Public;
        return new ServedName(listener.getMetadata().getName(), isPublic, normal(spec.hostname == null ? gatewayHostname : spec.hostname),
                isPublic ? accepted(spec) : List.of(), others);
    }

    /** Domains that are accepted, wholly or for some users, and not refused by an entry before. */
    private static List<String> accepted(ListenerSpec spec) {
        Set<String> refused = new HashSet<>();
        Set<String> accepted = new LinkedHashSet<>();
        for (ListenerSpec.RecipientAccess entry : spec.recipientAccess == null ? List.<ListenerSpec.RecipientAccess>of() : spec.recipientAccess) {
            for (String recipient : entry.recipients == null ? List.<String>of() : entry.recipients) {
                String domain = recipient.substring(recipient.lastIndexOf('@') + 1);
                if (domain.isEmpty() || domain.startsWith(".") || recipient.equals("ALL")) {
                    continue;
                }
                String name = normal(domain);
                if (entry.access == ListenerSpec.Access.Accept && !refused.contains(name)) {
                    accepted.add(name);
                } else if (entry.access == ListenerSpec.Access.Reject && domain.length() == recipient.length()) {
                    refused.add(name);
                }
            }
        }
        return List.copyOf(accepted);
    }

    /** In A-labels and lower case; as it stands where it is no name, which the plan says. */
    static String normal(String name) {
        try {
            return name == null ? "" : HostNames.normal(name);
        } catch (IllegalArgumentException e) {
            return name;
        }
    }
}
