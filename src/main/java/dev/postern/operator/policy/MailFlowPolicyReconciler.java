package dev.postern.operator.policy;

import dev.postern.api.MailFlowPolicy;
import dev.postern.api.PosternStatus;
import dev.postern.operator.AttachedReconciler;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.GatewayState;
import dev.postern.operator.status.Programming;
import dev.postern.operator.status.Summary;
import dev.postern.operator.status.Verdict;
import dev.postern.plan.Problem;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import jakarta.inject.Singleton;
import java.util.List;

/** Status of MailFlowPolicies. */
@Singleton
@ControllerConfiguration(name = "mailflowpolicy", fieldManager = OperatorSettings.NAME)
public class MailFlowPolicyReconciler extends AttachedReconciler<MailFlowPolicy, PosternStatus> {

    public MailFlowPolicyReconciler(Shared shared) {
        super(MailFlowPolicy.class, shared);
    }

    @Override
    protected String gatewayOf(MailFlowPolicy policy) {
        return policy.getSpec().gatewayRef.name;
    }

    @Override
    protected MailFlowPolicy newResource() {
        return new MailFlowPolicy();
    }

    @Override
    protected PosternStatus newStatus() {
        return new PosternStatus();
    }

    @Override
    protected void fill(PosternStatus status, ConditionSet set, MailFlowPolicy policy, Verdict verdict, GatewayState state, List<Problem> others) {
        Summary.of(set, verdict.problems(), Programming.of(verdict, state), others);
    }
}
