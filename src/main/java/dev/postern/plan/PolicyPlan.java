package dev.postern.plan;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.TlsMode;

/** A MailFlowPolicy. {@code rejectText} is null where the policy gives none. */
public record PolicyPlan(ResourceRef resource, Behavior behavior, TlsMode tls, long maxMessageSize, int maxRecipientsPerMessage,
        int maxMessagesPerConnection, int maxConnectionsPerClient, String rejectText) {

    public String name() {
        return resource.name();
    }
}
