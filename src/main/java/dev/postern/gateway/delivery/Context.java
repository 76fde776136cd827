package dev.postern.gateway.delivery;

import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.config.PlanHolder;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.Spool;
import java.time.InstantSource;

/** What every worker works with. */
record Context(PlanHolder plans, Spool spool, Discovery discovery, MailLog log, InstantSource clock, DeliveryOptions options, Scheduler scheduler, Settler settler,
        Dialer dialer, DeliveryMetrics metrics) {

    ActivePlan plan() {
        return plans.current();
    }
}
