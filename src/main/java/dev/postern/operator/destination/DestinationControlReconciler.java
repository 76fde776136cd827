package dev.postern.operator.destination;

import dev.postern.api.Certificate;
import dev.postern.api.DestinationControl;
import dev.postern.api.DestinationControlStatus;
import dev.postern.operator.AttachedReconciler;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.GatewayState;
import dev.postern.operator.status.Programming;
import dev.postern.operator.status.Summary;
import dev.postern.operator.status.Verdict;
import dev.postern.plan.DeliveryReport;
import dev.postern.plan.Problem;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Status of DestinationControls. */
@Singleton
@ControllerConfiguration(name = "destinationcontrol", fieldManager = OperatorSettings.NAME)
public class DestinationControlReconciler extends AttachedReconciler<DestinationControl, DestinationControlStatus> {

    /** Between two changes of what one status says of delivery. */
    private static final Duration PAUSE = Duration.ofSeconds(15);

    private final ShownOutcomes shown = new ShownOutcomes(PAUSE);

    public DestinationControlReconciler(Shared shared) {
        super(DestinationControl.class, shared);
    }

    @Override
    protected String gatewayOf(DestinationControl control) {
        return control.getSpec().gatewayRef.name;
    }

    @Override
    protected DestinationControl newResource() {
        return new DestinationControl();
    }

    @Override
    protected DestinationControlStatus newStatus() {
        return new DestinationControlStatus();
    }

    /** A certificate that is shown to servers alone is measured otherwise. */
    @Override
    protected void changed(DestinationControl control) {
        super.changed(control);
        if (control.getSpec().certificateRef != null) {
            shared.triggers().trigger(Certificate.class, control.getMetadata().getNamespace(), control.getSpec().certificateRef.name);
        }
    }

    @Override
    protected void fill(DestinationControlStatus status, ConditionSet set, DestinationControl control, Verdict verdict, GatewayState state, List<Problem> others) {
        Summary.of(set, verdict.problems(), Programming.of(verdict, state), others);
        var meta = control.getMetadata();
        List<DeliveryReport.Control> pods = shown.show(ResourceID.fromResource(control), meta.getUid(),
                shared.board().deliveries(meta.getNamespace(), gatewayOf(control), meta.getName(), meta.getUid()), shared.clock().instant());
        status.outcomes = DestinationControlStatusFactory.outcomes(pods);
        status.recent = DestinationControlStatusFactory.recent(pods);
    }

    @Override
    protected Optional<Duration> nextLook(DestinationControlStatus status, DestinationControl control) {
        return shown.next(ResourceID.fromResource(control), shared.clock().instant());
    }

    @Override
    protected void deleted(DestinationControl control) {
        shown.forget(ResourceID.fromResource(control));
    }
}
