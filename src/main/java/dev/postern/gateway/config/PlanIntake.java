package dev.postern.gateway.config;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Objects;

/**
 * Decides about every plan that a source brings: a good one is swapped in, a bad one refused while the old one goes on serving.
 * Safe for use by several sources.
 */
public final class PlanIntake {
    private final PlanLoader loader;
    private final PlanHolder holder;
    private final MailLog log;
    private final Runnable changed;
    private final Counter taken;
    private final Counter refusals;
    private volatile Refusal refusal;

    /** A plan that was refused, and why. */
    public record Refusal(String revision, long serial, String reason) {
    }

    /** @param changed called after every change of what is in force or refused; must not block */
    public PlanIntake(PlanLoader loader, PlanHolder holder, MailLog log, MeterRegistry meters, Runnable changed) {
        this.loader = loader;
        this.holder = holder;
        this.log = log;
        this.changed = changed;
        taken = Counter.builder("postern.plan.taken").description("Plans swapped in").register(meters);
        refusals = Counter.builder("postern.plan.refused").description("Plans refused").register(meters);
        Gauge.builder("postern.plan.serial", holder, h -> h.current() == null ? 0 : h.current().index().serial())
                .description("Serial of the plan in force, 0 before the first").register(meters);
        Gauge.builder("postern.plan.refusing", this, i -> i.refusal == null ? 0 : 1)
                .description("1 while the newest plan is one that was refused").register(meters);
    }

    /** Takes a plan from where the truth is: whatever its serial. */
    public synchronized void accept(PlanSource.Written written) {
        ActivePlan current = holder.current();
        var index = written.parts().index();
        if (current != null && current.index().equals(index)) {
            settle(null);
            return;
        }
        ActivePlan next;
        try {
            next = loader.load(written, current);
        } catch (RuntimeException e) {
            // Whatever is wrong with a plan must not end the source's thread, nor what is in force.
            refuse(index.revision(), index.serial(), e instanceof IllegalArgumentException ? e.getMessage() : "cannot be loaded: " + e);
            return;
        }
        refusal = null;
        holder.swap(next);
        taken.increment();
        log.log(new MailEvent.PlanInForce(index.revision(), index.serial()));
        changed.run();
    }

    /** Takes a copy that may be old, such as the mounted one: only where it is newer than the plan in force. */
    public synchronized void acceptCopy(PlanSource.Written written) {
        ActivePlan current = holder.current();
        if (current == null || written.parts().index().serial() > current.index().serial()) {
            accept(written);
        }
    }

    /** Refuses what is not even readable as a plan. */
    public synchronized void refuse(String revision, long serial, String reason) {
        settle(new Refusal(revision, serial, reason));
    }

    /** The refusal of the newest plan, or null where the newest plan is in force. */
    public Refusal refusal() {
        return refusal;
    }

    /** Says a thing once, however often a source brings it. */
    private void settle(Refusal now) {
        if (Objects.equals(refusal, now)) {
            return;
        }
        refusal = now;
        if (now != null) {
            refusals.increment();
            log.log(new MailEvent.PlanRefused(now.revision(), now.reason()));
        }
        changed.run();
    }
}
