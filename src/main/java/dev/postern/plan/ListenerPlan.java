package dev.postern.plan;

import dev.postern.api.ListenerSpec.Access;
import dev.postern.api.ListenerSpec.CipherProfile;
import dev.postern.api.ListenerSpec.Mechanism;
import dev.postern.api.ListenerSpec.Type;
import java.util.List;
import java.util.stream.Stream;

/**
 * One port.
 *
 * @param certificates    names of {@link CertificatePlan}s, the first is the default; empty: no TLS here
 * @param proxies         addresses and CIDR blocks whose connections begin with a PROXY header
 * @param authentication  null where nobody can log in
 * @param hostAccess      first match wins; its senders are valid {@code SenderPattern}s
 * @param recipientAccess first match wins; empty on a Private listener
 */
public record ListenerPlan(ResourceRef resource, Type type, int port, String hostname, List<String> certificates, Tls tls,
        List<String> proxies, Authentication authentication, List<SenderGroup> hostAccess, List<RecipientRule> recipientAccess) {
    private static final String TLS_12 = "TLSv1.2";
    private static final String TLS_13 = "TLSv1.3";

    public ListenerPlan {
        certificates = List.copyOf(certificates);
        proxies = List.copyOf(proxies);
        hostAccess = List.copyOf(hostAccess);
        recipientAccess = List.copyOf(recipientAccess);
    }

    /** Without proxies and authentication. */
    public static ListenerPlan of(ResourceRef resource, Type type, int port, String hostname, List<String> certificates, Tls tls, List<SenderGroup> hostAccess,
            List<RecipientRule> recipientAccess) {
        return new ListenerPlan(resource, type, port, hostname, certificates, tls, List.of(), null, hostAccess, recipientAccess);
    }

    public String name() {
        return resource.name();
    }

    /**
     * How clients log in.
     *
     * @param users  name of the Secret of the users; null where there is none
     * @param digest of the users' verifiers, which travel beside the private keys as {@link UserVerifiers}; null where there are none
     */
    public record Authentication(String users, String digest, List<Mechanism> mechanisms) {
        public Authentication {
            mechanisms = List.copyOf(mechanisms);
        }
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
        public static final Tls STANDARD = new Tls(TLS_12, CipherProfile.Intermediate, List.of(), false);

        public Tls {
            cipherSuites = List.copyOf(cipherSuites);
        }

        /**
         * Cipher suites of both versions, the preferred first. Those of a version that is not {@link #versions served} are absent.
         * The suites of TLS 1.3 are all there or none is: native TLS does not choose among them, and takes the order that is best for the
         * machine.
         */
        public List<String> suites() {
            boolean tls12 = minimum.equals(TLS_12);
            return switch (profile) {
                case Modern -> CipherSuites.MODERN;
                case Intermediate -> tls12 ? Stream.of(CipherSuites.MODERN, CipherSuites.INTERMEDIATE).flatMap(List::stream).toList() : CipherSuites.MODERN;
                case Custom -> cipherSuites.stream().filter(s -> tls12 || CipherSuites.isTls13(s)).toList();
            };
        }

        /** Versions that there are suites for, the oldest first. */
        public List<String> versions() {
            List<String> suites = suites();
            return Stream.of(TLS_12, TLS_13).filter(v -> suites.stream().anyMatch(s -> CipherSuites.isTls13(s) == v.equals(TLS_13))).toList();
        }
    }

    /** One sender group; {@code policy} names a {@link PolicyPlan}. */
    public record SenderGroup(String name, List<String> senders, String policy) {
        public SenderGroup {
            senders = List.copyOf(senders);
        }
    }

    /** One entry of the recipient access table; {@code rejectText} is null where it gives none. */
    public record RecipientRule(List<String> recipients, Access access, String rejectText) {
        public RecipientRule {
            recipients = List.copyOf(recipients);
        }

        public RecipientRule(List<String> recipients, Access access) {
            this(recipients, access, null);
        }
    }
}
