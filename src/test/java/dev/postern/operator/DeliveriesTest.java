package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ConditionTypes;
import dev.postern.api.DestinationControl;
import dev.postern.api.DestinationControlStatus.Outcomes;
import dev.postern.plan.DeliveryReport.Control;
import dev.postern.plan.DeliveryReport.Failure;
import dev.postern.plan.DeliveryReport.Recent;
import dev.postern.plan.DeliveryReport;
import dev.postern.plan.PlanNames;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What pods tell of delivery, in the status of DestinationControls on a real API server. */
class DeliveriesTest {
    private static final String TIME = "2026-11-06T10:00:00Z";
    private final OperatorFixture f = new OperatorFixture();

    @AfterEach
    void stop() {
        f.close();
    }

    private void tells(Pod pod, String uid, long verified, long failed) {
        List<Recent> recent = failed == 0 ? List.of() : List.of(new Recent("partner.test", "Failed", TIME, new Failure(TIME, "mx.partner.test", "NotOffered", "STARTTLS not offered")));
        f.tells(PlanNames.deliveries("edge"), pod, new DeliveryReport(pod.getMetadata().getUid(),
                Map.of("partner", new Control(uid, verified, 0, 0, failed, recent), "built-in", new Control("", 5, 0, 0, 0, List.of())), 0).toJson());
    }

    private Outcomes outcomes() {
        return f.get(DestinationControl.class, "partner").getStatus().outcomes;
    }

    private void awaitOutcomes(long verified, long failed) {
        await().untilAsserted(() -> assertThat(outcomes()).isNotNull().extracting(o -> o.verified, o -> o.failed).containsExactly(verified, failed));
    }

    @Test
    void theReportsOfAllPodsAreInTheStatusWhichIsWrittenSeldomAndNotInALoop() {
        f.apply(Samples.ALL);
        f.settled();
        assertThat(outcomes()).isNull();
        String uid = f.get(DestinationControl.class, "partner").getMetadata().getUid();
        Pod first = f.readyPod("edge", "edge-0");
        Pod second = f.readyPod("edge", "edge-1");
        tells(first, uid, 3, 1);
        awaitOutcomes(3, 1);
        assertThat(f.get(DestinationControl.class, "partner").getStatus().recent).singleElement().satisfies(d -> {
            assertThat(d.domain).isEqualTo("partner.test");
            assertThat(d.lastFailure.reason).isEqualTo("NotOffered");
        });
        assertThat(f.condition(DestinationControl.class, "partner", ConditionTypes.ACCEPTED).getStatus()).isEqualTo("True");

        // What comes soon after is shown later, in one write.
        String version = f.get(DestinationControl.class, "partner").getMetadata().getResourceVersion();
        tells(second, uid, 4, 0);
        tells(second, uid, 5, 0);
        f.settled();
        assertThat(f.get(DestinationControl.class, "partner").getMetadata().getResourceVersion()).isEqualTo(version);
        f.ahead = Duration.ofSeconds(20);
        tells(second, uid, 6, 0);
        awaitOutcomes(9, 1);
        Map<String, String> settled = f.settled();

        // An operator that starts again has nothing to write.
        f.stop();
        f.start();
        assertThat(f.settled()).isEqualTo(settled);

        // Counts go with their pod, and those of an earlier DestinationControl of the name are not its.
        f.ahead = Duration.ofSeconds(60);
        f.client.pods().inNamespace(f.namespace).withName("edge-0").withGracePeriod(0).delete();
        awaitOutcomes(6, 0);
        f.ahead = Duration.ofSeconds(100);
        tells(second, "another", 70, 7);
        await().until(() -> outcomes() == null);
    }
}
