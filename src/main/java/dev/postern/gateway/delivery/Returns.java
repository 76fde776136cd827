package dev.postern.gateway.delivery;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.Settings;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Returns mail to its sender without waiting for the end of its schedule. Safe for use by many threads. */
public final class Returns {
    /** 5.4.7, as for mail whose time ran out. */
    private static final String STATUS = "5.7.0";

    private final Spool spool;
    private final MailLog log;
    private final InstantSource clock;
    private final Supplier<Settings> settings;
    private final Notifier notifier;

    /** @param settings in force; null where there is no plan yet */
    Returns(Spool spool, MailLog log, InstantSource clock, Supplier<Settings> settings) {
        this.spool = spool;
        this.log = log;
        this.clock = clock;
        this.settings = settings;
        notifier = new Notifier(spool, log);
    }

    /**
     * For a spool that nothing delivers from.
     *
     * @param hostname of the gateway, for the notification
     */
    public static Returns ofStanding(Spool spool, MailLog log, InstantSource clock, String hostname) {
        Settings settings = new Settings(hostname, new DestinationPlan.Retry(300, 3600, 86_400), null, null, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 1, 0, null, List.of());
        return new Returns(spool, log, clock, () -> settings);
    }

    /**
     * Settles recipients as failed, with the notification where one is due, in one write. The message must be in no queue meanwhile.
     *
     * @param rids pending ones
     * @param text why, of printable ASCII
     * @return the notification's MID, or null where none was due, once synced; fails with {@link Spool.SpoolException}
     */
    public CompletionStage<Long> toSender(Envelope envelope, List<Integer> rids, String text) throws InterruptedException {
        Settings now = settings.get();
        if (now == null) {
            throw new Spool.SpoolException("there is no plan yet that says who the gateway is", false, null);
        }
        Map<Integer, Outcome> outcomes = new TreeMap<>();
        rids.forEach(rid -> outcomes.put(rid, Outcome.failed(STATUS, text, null)));
        long mid = envelope.mid();
        Settlement result = Settlement.of(envelope, outcomes, now.retry(), clock.millis(), 0);
        if (result.reports.isEmpty()) {
            return spool.update(mid, result.updates).thenApply(last -> {
                tell(mid, result);
                return null;
            });
        }
        Notifier.Notification notification = notifier.compose(envelope, result.reports, now, clock.millis());
        return spool.updateWithDsn(mid, result.updates, notification.envelope(), notification.body()).thenApply(dsn -> {
            tell(mid, result);
            notifier.tell(dsn, notification, mid);
            return dsn;
        });
    }

    private void tell(long mid, Settlement result) {
        result.bounced.forEach((group, rids) -> log.log(new MailEvent.DeliveryBounced(0, mid, rids, group.status(), group.text())));
    }
}
