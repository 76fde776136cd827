package dev.postern.plan;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import java.util.List;

/** A MailFlowPolicy. {@code rejectText} is null where the policy gives none. */
public record PolicyPlan(ResourceRef resource, Behavior behavior, Tls tls, long maxMessageSize, int maxRecipientsPerMessage,
        int maxMessagesPerConnection, int maxConnectionsPerClient, String rejectText) {

    /**
     * What TLS its clients need.
     *
     * @param clientTrustBundle bundle ID that their certificates are verified against, or null for the system's authorities
     * @param mandatorySenders  valid {@code SenderAddress}es: mail from these is taken over TLS only
     */
    public record Tls(TlsMode mode, ClientCertificates clientCertificates, String clientTrustBundle, List<String> mandatorySenders) {
        public Tls {
            mandatorySenders = List.copyOf(mandatorySenders);
        }

        /** Without client certificates. */
        public static Tls of(TlsMode mode) {
            return new Tls(mode, ClientCertificates.None, null, List.of());
        }
    }

    public String name() {
        return resource.name();
    }
}
