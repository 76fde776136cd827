package dev.postern.plan;

import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** From a MailFlowPolicy to what its sender groups may do. */
final class PolicyCompiler {
    private static final String MAX_MESSAGE_SIZE = "1Gi";
    private static final Pattern ANSWER = Pattern.compile("[ -~]{1,400}");
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
        String limits = "spec.limits.";
        Optional<Long> size = fields.bytes(spec.limits.maxMessageSize, limits + "maxMessageSize", MAX_MESSAGE_SIZE);
        int recipients = fields.number(spec.limits.maxRecipientsPerMessage, limits + "maxRecipientsPerMessage", 1, MAX_RECIPIENTS);
        int messages = fields.number(spec.limits.maxMessagesPerConnection, limits + "maxMessagesPerConnection", 1, MAX_MESSAGES);
        int connections = fields.number(spec.limits.maxConnectionsPerClient, limits + "maxConnectionsPerClient", 1, MAX_CONNECTIONS);
        Integer hourly = optional(spec.limits.maxRecipientsPerHour, limits + "maxRecipientsPerHour", 1, MAX_RECIPIENTS_PER_HOUR, fields);
        Integer invalid = optional(spec.limits.maxInvalidRecipientsPerHour, limits + "maxInvalidRecipientsPerHour", 0, MAX_INVALID_PER_HOUR, fields);
        var bounds = new PolicyPlan.Limits(size.orElse(1L), recipients, messages, connections, hourly, invalid, spec.limits.dropConnectionOnInvalidRecipients);
        var tarpit = tarpit(spec.tarpit, fields);
        answer(spec.banner, "spec.banner", scope);
        answer(spec.rejectText, "spec.rejectText", scope);
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

    /** The text goes out as it is: a line end in it would be a second answer. */
    private static void answer(String text, String field, Problems.Scope scope) {
        if (text != null && !ANSWER.matcher(text).matches()) {
            scope.invalid(field, "'" + text.replaceAll("[^ -~]", "?") + "' cannot be an SMTP answer; allowed is one line of printable ASCII, 1 to 400 characters");
        }
    }
}
