package dev.postern.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.report.MailEvent;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ServingReport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PlanIntakeTest {
    private final List<MailEvent> log = new ArrayList<>();
    private final PlanHolder holder = new PlanHolder();
    private final AtomicInteger changes = new AtomicInteger();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final PlanIntake intake = new PlanIntake(TestPlans.loader(), holder, log::add, meters, changes::incrementAndGet);

    @Test
    void swapsAGoodPlanInAndSaysSo() {
        var written = good("a.example.com", 1);
        intake.accept(written);
        assertThat(holder.current().plan().settings().hostname()).isEqualTo("a.example.com");
        assertThat(log).containsExactly(new MailEvent.PlanInForce(written.parts().index().revision(), 1));
        assertThat(meters.get("postern.plan.serial").gauge().value()).isEqualTo(1);
        assertThat(changes).hasValue(1);
    }

    @Test
    void keepsTheOldPlanWhenTheNewOneIsBadAndSaysWhyOnce() {
        intake.accept(good("a.example.com", 1));
        intake.accept(bad(2));
        intake.accept(bad(2));
        assertThat(holder.current().index().serial()).isEqualTo(1);
        assertThat(log).hasSize(2).last().isInstanceOfSatisfying(MailEvent.PlanRefused.class, e -> assertThat(e.reason()).contains("private key"));
        assertThat(intake.refusal().serial()).isEqualTo(2);
        assertThat(meters.get("postern.plan.refused").counter().count()).isEqualTo(1);
        assertThat(meters.get("postern.plan.refusing").gauge().value()).isEqualTo(1);
        assertThat(changes).hasValue(2);
    }

    @Test
    void forgetsARefusalWhenTheOldPlanIsTheNewestAgain() {
        intake.accept(good("a.example.com", 1));
        intake.accept(bad(2));
        intake.accept(good("a.example.com", 1));
        assertThat(intake.refusal()).isNull();
        assertThat(holder.current().index().serial()).isEqualTo(1);
    }

    @Test
    void neverTakesAnOlderCopy() {
        intake.accept(good("new.example.com", 7));
        intake.acceptCopy(good("old.example.com", 6));
        assertThat(holder.current().index().serial()).isEqualTo(7);
        intake.acceptCopy(good("newer.example.com", 8));
        assertThat(holder.current().index().serial()).isEqualTo(8);
    }

    @Test
    void takesALowerSerialFromWhereTheTruthIs() {
        intake.accept(good("new.example.com", 7));
        intake.accept(good("restored.example.com", 1));
        assertThat(holder.current().index().serial()).isEqualTo(1);
    }

    @Test
    void reportsWhatIsServedAndWhatWasRefused() {
        assertThat(Serving.report("uid", null, null, Map.of())).isEqualTo(new ServingReport("uid", null, 0, null, Map.of()));
        var written = good("a.example.com", 1);
        intake.accept(written);
        intake.accept(bad(2));
        ServingReport report = Serving.report("uid", holder.current(), intake.refusal(), Map.of("public", "port 25 is in use"));
        assertThat(report.revision()).isEqualTo(written.parts().index().revision());
        assertThat(report.refused()).contains(bad(2).parts().index().revision()).contains("private key");
        assertThat(report.listeners()).containsEntry("public", new ServingReport.Served(List.of(TestPlans.ONE.fingerprint()), "port 25 is in use"));
        assertThat(ServingReport.parse(report.toJson())).isEqualTo(report);
    }

    private static PlanSource.Written good(String hostname, long serial) {
        return TestPlans.written(TestPlans.plan(hostname, TestPlans.ONE), serial, TestPlans.ONE);
    }

    private static PlanSource.Written bad(long serial) {
        return new PlanSource.Written(PlanParts.split(TestPlans.plan("bad.example.com", TestPlans.ONE), serial), Map.of());
    }
}
