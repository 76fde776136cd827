package dev.postern.plan;

import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.RejectAt;
import dev.postern.api.MailFlowPolicySpec;
import java.time.Duration;
import java.util.Optional;

/** From a MailFlowPolicy to what its sender groups may do. */
final class PolicyCompiler {
    private static final String MAX_MESSAGE_SIZE = "1Gi";
    private static final int MAX_RECIPIENTS = 50_000;
    private static final int MAX_MESSAGES = 1_000_000;
    private static final int MAX_CONNECTIONS = 100_000;
    private static final int MAX_RECIPIENTS_PER_HOUR = 10_000_000;
    private static final int MAX_INVALID_PER_HOUR = 1_000_000;
    private static final int MAX_ERRORS = 1000;

    private final TrustBundles bundles;
    private final Problems problems;

    PolicyCompiler(TrustBundles bundles, Problems problems) {
        this.bundles = bundles;
        this.problems = problems;
    }

    /** Empty where the policy is unusable as it stands. */
    Optional<PolicyPlan> compile(MailFlowPolicy policy) {
        var scope = problems.of(ResourceRef.of(policy));
        var fields = new Fields(scope);
        MailFlowPolicySpec spec = Specs.normal(policy.getSpec(), MailFlowPolicySpec.class, scope);
        var behavior = fields.required(spec.behavior, "spec.behavior", "one of Accept, Relay, Reject, TCPRefuse and Continue");
        if (spec.authentication != Authentication.None && behavior.isPresent() && behavior.get() != Behavior.Relay) {
            scope.invalid("spec.authentication", "'" + spec.authentication + "' is for the behavior Relay: clients log in to relay; remove it, or set behavior: Relay");
        }
        String limits = "spec.limits.";
        Optional<Long> size = fields.bytes(spec.limits.maxMessageSize, limits + "maxMessageSize", MAX_MESSAGE_SIZE);
        int recipients = fields.number(spec.limits.maxRecipientsPerMessage, limits + "maxRecipientsPerMessage", 1, MAX_RECIPIENTS);
        int messages = fields.number(spec.limits.maxMessagesPerConnection, limits + "maxMessagesPerConnection", 1, MAX_MESSAGES);
        int connections = fields.number(spec.limits.maxConnectionsPerClient, limits + "maxConnectionsPerClient", 1, MAX_CONNECTIONS);
        Integer hourly = optional(spec.limits.maxRecipientsPerHour, limits + "maxRecipientsPerHour", 1, MAX_RECIPIENTS_PER_HOUR, fields);
        Integer invalid = optional(spec.limits.maxInvalidRecipientsPerHour, limits + "maxInvalidRecipientsPerHour", 0, MAX_INVALID_PER_HOUR, fields);
        var bounds = new PolicyPlan.Limits(size.orElse(1L), recipients, messages, connections, hourly, invalid, spec.limits.dropConnectionOnInvalidRecipients);
        var tarpit = tarpit(spec.tarpit, fields);
        fields.answer(spec.banner, "spec.banner");
        fields.answer(spec.rejectText, "spec.rejectText");
        unused(spec, scope);
        String bundle = bundles.resolve(spec.tls.clientTrustBundleRef, "spec.tls.clientTrustBundleRef", scope);
        for (int i = 0; i < spec.tls.mandatorySenders.size(); i++) {
            fields.read("spec.tls.mandatorySenders[" + i + "]", spec.tls.mandatorySenders.get(i), SenderAddress::parse);
        }
        if (spec.tls.clientTrustBundleRef != null && spec.tls.clientCertificates == ClientCertificates.None) {
            scope.warning("spec.tls.clientTrustBundleRef", Problem.Reason.CONFLICTED,
                    "counts for nothing, as clients are not asked for certificates; set clientCertificates to Request or Require, or remove it");
        }
        var tls = new PolicyPlan.Tls(spec.tls.mode, spec.tls.clientCertificates, bundle, spec.tls.mandatorySenders);
        if (scope.bad()) {
            return Optional.empty();
        }
        return Optional.of(new PolicyPlan(scope.resource(), behavior.orElseThrow(), tls, bounds, spec.authentication, new PolicyPlan.Rejection(spec.rejectText, spec.rejectAt),
                tarpit, spec.banner));
    }

    private static Integer optional(Integer value, String field, int least, int most, Fields fields) {
        return value == null ? null : fields.number(value, field, least, most);
    }

    private static PolicyPlan.Tarpit tarpit(MailFlowPolicySpec.Tarpit spec, Fields fields) {
        if (spec == null) {
            return null;
        }
        int errors = fields.number(spec.afterErrors, "spec.tarpit.afterErrors", 0, MAX_ERRORS);
        var delay = fields.duration(spec.delay, "spec.tarpit.delay", Duration.ofSeconds(1), Duration.ofMinutes(1));
        return new PolicyPlan.Tarpit(errors, delay.map(Duration::toSeconds).orElse(1L));
    }

    /** What says something of sessions, where there are none. */
    private static void unused(MailFlowPolicySpec spec, Problems.Scope scope) {
        if (spec.behavior == null) {
            return;
        }
        boolean rejects = spec.behavior == Behavior.Reject;
        if (!rejects && spec.rejectAt != RejectAt.Greeting) {
            scope.invalid("spec.rejectAt", "is for behavior: Reject; remove it, or set behavior: Reject");
        }
        if (!rejects && spec.rejectText != null) {
            scope.invalid("spec.rejectText", "is the answer of behavior: Reject; remove it, or set behavior: Reject");
        }
        boolean greeted = spec.behavior == Behavior.Accept || spec.behavior == Behavior.Relay || rejects && spec.rejectAt == RejectAt.Recipient;
        String why = "counts for nothing, as clients with the behavior " + spec.behavior + (rejects ? " and rejectAt Greeting" : "") + " are not greeted; remove it";
        if (!greeted && spec.tarpit != null) {
            scope.warning("spec.tarpit", Problem.Reason.CONFLICTED, why);
        }
        if (!greeted && spec.banner != null) {
            scope.warning("spec.banner", Problem.Reason.CONFLICTED, why);
        }
        if (spec.behavior == Behavior.Relay && spec.limits.maxInvalidRecipientsPerHour != null) {
            scope.warning("spec.limits.maxInvalidRecipientsPerHour", Problem.Reason.CONFLICTED, "counts for nothing, as no recipient of a client with the behavior Relay is rejected; remove it");
        }
    }
}
