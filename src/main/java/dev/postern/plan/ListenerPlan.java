package dev.postern.plan;

import dev.postern.api.ListenerSpec.Access;
import dev.postern.api.ListenerSpec.CipherProfile;
import dev.postern.api.ListenerSpec.Type;
import java.util.List;

/**
 * One port.
 *
 * @param certificates    names of {@link CertificatePlan}s, the first is the default; empty: no TLS here
 * @param hostAccess      first match wins; its senders are valid {@code SenderPattern}s
 * @param recipientAccess first match wins; empty on a Private listener
 */
public record ListenerPlan(ResourceRef resource, Type type, int port, String hostname, List<String> certificates, Tls tls,
        List<SenderGroup> hostAccess, List<RecipientRule> recipientAccess) {

    public ListenerPlan {
        certificates = List.copyOf(certificates);
        hostAccess = List.copyOf(hostAccess);
        recipientAccess = List.copyOf(recipientAccess);
    }

    public String name() {
        return resource.name();
    }

    /**
     * TLS of the port.
     *
     * @param minimum      {@code TLSv1.2} or {@code TLSv1.3}
     * @param cipherSuites of Custom, by their IANA names; else empty
     * @param implicit     whether TLS begins with the connection
     */
    public record Tls(String minimum, CipherProfile profile, List<String> cipherSuites, boolean implicit) {
        /** What a Listener has that says nothing. */
        public static final Tls STANDARD = new Tls("TLSv1.2", CipherProfile.Intermediate, List.of(), false);

        public Tls {
            cipherSuites = List.copyOf(cipherSuites);
        }
    }

    /** One sender group; {@code policy} names a {@link PolicyPlan}. */
    public record SenderGroup(String name, List<String> senders, String policy) {
        public SenderGroup {
            senders = List.copyOf(senders);
        }
    }

    /** One entry of the recipient access table. */
    public record RecipientRule(List<String> recipients, Access access) {
        public RecipientRule {
            recipients = List.copyOf(recipients);
        }
    }
}
