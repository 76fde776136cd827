package dev.postern.plan;

import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec;
import java.util.Optional;
import java.util.regex.Pattern;

/** From a MailFlowPolicy to what its sender groups may do. */
final class PolicyCompiler {
    private static final String MAX_MESSAGE_SIZE = "1Gi";
    private static final Pattern REJECT_TEXT = Pattern.compile("[ -~]{1,400}");
    private static final int MAX_RECIPIENTS = 50_000;
    private static final int MAX_MESSAGES = 1_000_000;
    private static final int MAX_CONNECTIONS = 100_000;

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
        if (spec.rejectText != null && !REJECT_TEXT.matcher(spec.rejectText).matches()) {
            // The text goes out as it is: a line end in it would be a second answer.
            scope.invalid("spec.rejectText", "'" + spec.rejectText.replaceAll("[^ -~]", "?") + "' cannot be an SMTP answer; allowed is one line of printable ASCII, 1 to 400 characters");
        }
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
        return Optional.of(new PolicyPlan(scope.resource(), behavior.orElseThrow(), tls, size.orElseThrow(), recipients, messages, connections, spec.rejectText));
    }
}
