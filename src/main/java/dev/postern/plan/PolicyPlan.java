package dev.postern.plan;

import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.RejectAt;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import java.util.List;

/**
 * A MailFlowPolicy.
 *
 * @param tarpit null where no client is slowed down
 * @param banner of the greeting, or null
 */
public record PolicyPlan(ResourceRef resource, Behavior behavior, Tls tls, Limits limits, Authentication authentication, Rejection rejection, Tarpit tarpit,
        String banner) {

    /** Of what every policy has; without authentication, tarpit and texts. */
    public static PolicyPlan of(ResourceRef resource, Behavior behavior, Tls tls, Limits limits) {
        return new PolicyPlan(resource, behavior, tls, limits, Authentication.None, Rejection.STANDARD, null, null);
    }

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

    /**
     * Bounds of a session and of a client.
     *
     * @param messageSize              octets
     * @param recipientsPerHour        of one address; null: no limit
     * @param invalidRecipientsPerHour of one address; null: no limit
     * @param dropOnInvalidRecipients  whether a connection in which the latter is passed ends
     */
    public record Limits(long messageSize, int recipientsPerMessage, int messagesPerConnection, int connectionsPerClient, Integer recipientsPerHour,
            Integer invalidRecipientsPerHour, boolean dropOnInvalidRecipients) {
        /** Without limits by the hour. */
        public static Limits of(long messageSize, int recipientsPerMessage, int messagesPerConnection, int connectionsPerClient) {
            return new Limits(messageSize, recipientsPerMessage, messagesPerConnection, connectionsPerClient, null, null, true);
        }
    }

    /** How Reject answers. {@code text} is null where the policy gives none. */
    public record Rejection(String text, RejectAt at) {
        /** At once, in the gateway's words. */
        public static final Rejection STANDARD = new Rejection(null, RejectAt.Greeting);
    }

    /** After {@code afterErrors} mistakes in a connection each answer is {@code delaySeconds} late. */
    public record Tarpit(int afterErrors, long delaySeconds) {
    }

    public String name() {
        return resource.name();
    }
}
