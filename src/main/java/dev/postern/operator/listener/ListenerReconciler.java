package dev.postern.operator.listener;

import dev.postern.api.Listener;
import dev.postern.api.ListenerStatus;
import dev.postern.operator.AttachedReconciler;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.GatewayState;
import dev.postern.operator.status.Verdict;
import dev.postern.plan.Problem;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import jakarta.inject.Singleton;
import java.util.List;

/** Status of Listeners. Their Services belong to the gateway, whose plan says which port is in force. */
@Singleton
@ControllerConfiguration(name = "listener", fieldManager = OperatorSettings.NAME)
public class ListenerReconciler extends AttachedReconciler<Listener, ListenerStatus> {

    public ListenerReconciler(Shared shared) {
        super(Listener.class, shared);
    }

    @Override
    protected String gatewayOf(Listener listener) {
        return listener.getSpec().gatewayRef.name;
    }

    @Override
    protected Listener newResource() {
        return new Listener();
    }

    @Override
    protected ListenerStatus newStatus() {
        return new ListenerStatus();
    }

    /** What is said of its certificates depends on its host name and its domains. */
    @Override
    protected void changed(Listener listener) {
        super.changed(listener);
        shared.triggers().triggerCertificates(listener);
    }

    @Override
    protected void fill(ListenerStatus status, ConditionSet set, Listener listener, Verdict verdict, GatewayState state, List<Problem> others) {
        ListenerStatusFactory.fill(status, set, listener.getMetadata().getName(), verdict, state);
    }
}
