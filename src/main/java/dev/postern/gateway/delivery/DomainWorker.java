package dev.postern.gateway.delivery;

import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.client.ClientException;
import dev.postern.gateway.smtp.client.Outgoing;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.plan.DestinationPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/** Delivers what is due in one lane of a domain over one connection at a time. Runs on a virtual thread of its own. */
final class DomainWorker implements Runnable {
    private final Context context;
    private final Scheduler scheduler;
    private final DomainQueue queue;
    private final Entry first;
    private Link link;
    /** Whether it is to end, as another connection is of no use now. */
    private boolean spent;
    /** RIDs of the entry that is being tried and that nobody else has; null once they were handed on. */
    private int[] mine;

    DomainWorker(Context context, DomainQueue queue, Entry first) {
        this.context = context;
        this.scheduler = context.scheduler();
        this.queue = queue;
        this.first = first;
    }

    @Override
    public void run() {
        Entry entry = first;
        int served = 0;
        try {
            while (entry != null) {
                deliver(entry);
                served++;
                spent |= link != null && link.spent();
                entry = spent ? null : link == null ? scheduler.next(queue, Duration.ZERO, served, null)
                        : scheduler.next(queue, context.options().linger(), served, link.target().address());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();   // stopping: what is not settled stays pending
        } catch (RuntimeException | Error e) {
            context.log().log(new MailEvent.Notice(MailEvent.Level.Critical, "delivery to " + queue.domain() + " failed unexpectedly: " + e));
            putBack(entry);
        } finally {
            drop();
            scheduler.finished(queue);
        }
    }

    /** A fault of ours must not spin: later is soon enough. */
    private void putBack(Entry entry) {
        if (mine == null) {
            return;
        }
        long wait = Destinations.find(context.plan(), queue.domain()).retry().initialSeconds() * 1000;
        scheduler.putBack(queue.lane(), entry, mine, context.clock().millis() + wait);
        mine = null;
    }

    private void deliver(Entry entry) throws InterruptedException {
        mine = entry.rids();
        Envelope envelope = envelope(entry);
        if (envelope == null) {
            return;
        }
        List<Integer> rids = rids(entry).stream().filter(r -> envelope.recipients().get(r).state() == Envelope.State.PENDING).toList();
        if (rids.isEmpty() || envelope.held()) {
            mine = null;
            scheduler.done(entry.mid(), false);
            return;
        }
        ActivePlan active = context.plan();
        DestinationPlan plan = Destinations.find(active, queue.lane());
        if (plan.suspended() || !Objects.equals(envelope.route(), queue.lane().route())) {
            mine = null;
            scheduler.putBack(new Lane(queue.domain(), queue.lane().tls(), envelope.route()), entry, entry.rids(), entry.due());
            return;
        }
        String damage = context.spool().damage(envelope.mid());
        if (damage != null) {
            settle(envelope, damaged(envelope, rids, damage), 0, active, plan);
            return;
        }
        if (envelope.recipients().get(rids.getFirst()).attempts() == 0) {
            context.metrics().stage(DeliveryMetrics.Stage.QUEUE, context.clock().millis() - envelope.receivedAt());
        }
        if (link != null && !link.fits(plan, active)) {
            drop();
        }
        if (link != null) {
            List<Integer> some = admitted(entry, envelope, rids, link.target(), plan);
            if (some.isEmpty()) {
                return;
            }
            Map<Integer, Outcome> outcomes = transact(envelope, some);
            if (outcomes != null) {
                settle(envelope, outcomes, link.dcid(), active, plan);
                return;
            }
            drop();
            rids = some;
        }
        dial(entry, envelope, rids, active, plan);
    }

    /** Those of the recipients that may go to an address now; the others wait. Where none may, the entry is put back, and the worker ends. */
    private List<Integer> admitted(Entry entry, Envelope envelope, List<Integer> rids, Target target, DestinationPlan plan) {
        int may = scheduler.feedback().admit(queue, target.address(), rids.size(), plan);
        if (may == 0) {
            waits(entry, rids);
        } else if (may < rids.size()) {
            mine = rids.subList(0, may).stream().mapToInt(Integer::intValue).toArray();
            scheduler.requeue(queue.lane(), envelope, rids.subList(may, rids.size()), entry.due());
        }
        return rids.subList(0, may);
    }

    /** A limit leaves no room: nothing failed. */
    private void waits(Entry entry, List<Integer> rids) {
        spent = true;
        mine = null;
        scheduler.putBack(queue.lane(), entry, rids.stream().mapToInt(Integer::intValue).toArray(), entry.due());
    }

    /** Goes from host to host until one takes the message. */
    private void dial(Entry entry, Envelope envelope, List<Integer> all, ActivePlan active, DestinationPlan plan) throws InterruptedException {
        List<Integer> rids = all;
        boolean opened = false;
        boolean full = false;
        Undeliverable failure;
        Dials.Dial dialing = scheduler.feedback().dialing(queue);
        try {
            HostWalk walk = HostWalk.begin(queue.domain(), plan, queue.lane().tls(), active.plan().settings().hostname(), context.discovery());
            for (Target target = walk.next(); target != null && scheduler.running(); target = full ? walk.nextAlike() : walk.next()) {
                full = !scheduler.feedback().enter(queue, target.address(), plan);
                if (full) {
                    continue;
                }
                rids = admitted(entry, envelope, rids, target, plan);
                if (rids.isEmpty()) {
                    scheduler.feedback().leave(target.address());
                    return;
                }
                try {
                    link = context.dialer().open(queue.domain(), target, plan, active, queue.lane().tls());
                } catch (Undeliverable e) {
                    scheduler.feedback().leave(target.address());
                    walk.failed(e);
                    stopIfInterrupted();
                    continue;
                }
                opened = true;
                scheduler.feedback().dialed(dialing);
                scheduler.feedback().opened(queue);
                Map<Integer, Outcome> outcomes = transact(envelope, rids);
                if (outcomes != null) {
                    settle(envelope, outcomes, link.dcid(), active, plan);
                    return;
                }
                drop();
                walk.failed(Undeliverable.later("4.4.2", target.describe() + ": connection lost before the message was taken", target, false));
            }
            failure = walk.failure();
        } catch (Undeliverable e) {
            failure = e;
        } finally {
            if (!opened) {
                scheduler.feedback().dialed(dialing);
            }
        }
        if (!scheduler.running()) {
            throw new InterruptedException();
        }
        if (full) {
            waits(entry, rids);
            return;
        }
        if (leavesLane(envelope, failure)) {
            context.log().log(new MailEvent.Notice(MailEvent.Level.Warning, "MID " + envelope.mid() + " is a notification and goes on without REQUIRETLS: "
                    + failure.outcome().text()));
            mine = null;
            scheduler.requeue(new Lane(queue.domain(), MessageTls.DESTINATION, queue.lane().route()), envelope, rids, context.clock().millis());
            scheduler.done(envelope.mid(), false);
            return;
        }
        if (opened || failure.outcome().kind() == Outcome.Kind.FAILED) {
            settle(envelope, same(rids, failure.outcome()), 0, active, plan);
        } else {
            domainFailed(envelope, rids, failure.outcome(), active, plan);
        }
    }

    /** REQUIRETLS must not make a notification be lost (RFC 8689 section 5): it goes at its destination's level then. */
    private boolean leavesLane(Envelope envelope, Undeliverable failure) {
        return queue.lane().tls() == MessageTls.REQUIRED && envelope.sender().isEmpty() && failure.tls();
    }

    /** No host took a connection: that is the domain's failure. The lane rests, and what else waits in it stays as it is. */
    private void domainFailed(Envelope envelope, List<Integer> rids, Outcome outcome, ActivePlan active, DestinationPlan plan) throws InterruptedException {
        int failures = scheduler.feedback().failed(queue);
        if (failures == 0) {
            spent = true;
            settle(envelope, same(rids, outcome.again()), 0, active, plan);
            return;
        }
        if (outdated(active, plan)) {
            settle(envelope, same(rids, outcome), 0, active, plan);
            return;
        }
        scheduler.feedback().rest(queue, Backoff.millis(plan.retry(), failures, ThreadLocalRandom.current().nextDouble()), outcome);
        settle(envelope, same(rids, outcome), 0, active, plan);
    }

    /**
     * Sends the message on the link, in as many transactions as the server's RCPTMAX asks for (RFC 9422). All are to one domain: RCPTDOMAINMAX is kept.
     *
     * @return by RID, or null when the connection was lost and nobody can have received the message
     */
    private Map<Integer, Outcome> transact(Envelope envelope, List<Integer> rids) throws InterruptedException {
        int most = link.session().capabilities().limit("RCPTMAX");
        Map<Integer, Outcome> outcomes = new TreeMap<>();
        for (int from = 0; from < rids.size();) {
            int to = from + Math.min(most, rids.size() - from);
            boolean room = from == 0 || !link.spent() && link.session().usable();
            Map<Integer, Outcome> some = room ? once(envelope, rids.subList(from, to)) : null;
            if (some == null && from == 0) {
                return null;
            }
            outcomes.putAll(some != null ? some : same(rids.subList(from, rids.size()), Outcome.retry("4.5.3", "more recipients than the server takes at once", null).again()));
            from = some == null ? rids.size() : to;
        }
        return outcomes;
    }

    private Map<Integer, Outcome> once(Envelope envelope, List<Integer> rids) throws InterruptedException {
        context.log().log(new MailEvent.DeliveryStart(link.dcid(), envelope.mid(), rids));
        String host = link.target().describe();
        link.count();
        long begin = System.nanoTime();
        try {
            boolean dsn = link.session().capabilities().offers("DSN");
            List<Outgoing.Result> results = link.session().send(outgoing(envelope, rids));
            context.metrics().since(DeliveryMetrics.Stage.TRANSACTION, begin);
            if (link.session().encoded()) {
                context.log().log(new MailEvent.Notice(MailEvent.Level.Info, "MID " + envelope.mid() + " DCID " + link.dcid()
                        + " sent in quoted-printable, as " + host + " does not offer 8BITMIME; signatures over its body (DKIM) no longer fit"));
            }
            Map<Integer, Outcome> outcomes = new TreeMap<>();
            for (int i = 0; i < rids.size(); i++) {
                outcomes.put(rids.get(i), Outcome.of(results.get(i).reply(), results.get(i).local(), host, dsn));
            }
            return tooMany(outcomes);
        } catch (ClientException e) {
            stopIfInterrupted();
            context.log().log(new MailEvent.ConnectionError(link.dcid(), queue.domain(), link.target().address().getHostAddress(), link.target().port(), e.getMessage()));
            return switch (e.kind()) {
                case BODY -> unreadable(envelope, rids, e.getMessage());
                default -> e.inDoubt() ? same(rids, Outcome.retry("4.4.2", host + ": " + e.getMessage(), host)) : null;
            };
        } catch (IllegalArgumentException e) {
            return same(rids, Outcome.failed("5.6.0", "the envelope cannot be sent: " + e.getMessage(), host));
        }
    }

    private Map<Integer, Outcome> unreadable(Envelope envelope, List<Integer> rids, String why) {
        String damage = context.spool().damage(envelope.mid());
        return damage == null ? same(rids, Outcome.retry("4.3.0", why, null)) : damaged(envelope, rids, damage);
    }

    /**
     * What becomes of a message that is damaged on disk. A sender who hears of it can send it again. Where nobody would, it is kept in quarantine, for
     * whoever runs the gateway: its recipients have no outcome.
     */
    private Map<Integer, Outcome> damaged(Envelope envelope, List<Integer> rids, String damage) {
        List<Integer> told = rids.stream().filter(r -> Settlement.failureTold(envelope, envelope.recipients().get(r))).toList();
        if (told.size() < rids.size()) {
            context.log().log(new MailEvent.Notice(MailEvent.Level.Critical, "MID " + envelope.mid() + " is damaged on disk and stays in quarantine, as nobody is to be told: "
                    + damage));
        }
        return same(told, Outcome.failed("5.3.0", "The message was damaged on the disk of this gateway and is lost. Please send it again.", null));
    }

    /** 452 and 552 behind recipients that were taken say that there were too many at once (RFC 5321 section 4.5.3.1.10). */
    private static Map<Integer, Outcome> tooMany(Map<Integer, Outcome> outcomes) {
        boolean taken = outcomes.values().stream().anyMatch(o -> o.kind() == Outcome.Kind.DELIVERED);
        if (taken) {
            outcomes.replaceAll((rid, o) -> o.reply() && (o.text().startsWith("452") || o.text().startsWith("552")) ? o.again() : o);
        }
        return outcomes;
    }

    private Outgoing outgoing(Envelope envelope, List<Integer> rids) {
        List<Outgoing.Recipient> recipients = new ArrayList<>(rids.size());
        for (int rid : rids) {
            var recipient = envelope.recipients().get(rid);
            recipients.add(new Outgoing.Recipient(recipient.address(), recipient.dsnNotify(), recipient.orcpt()));
        }
        Spool spool = context.spool();
        return new Outgoing(envelope.sender(), envelope.size(), envelope.eightBit(), envelope.smtpUtf8(), envelope.ret(), envelope.envid(), recipients,
                (offset, length) -> spool.read(envelope.mid(), offset, length), queue.lane().tls() == MessageTls.REQUIRED);
    }

    /** What failed under a plan that is no longer in force is tried again at once under the one that is. */
    private void settle(Envelope envelope, Map<Integer, Outcome> outcomes, long dcid, ActivePlan active, DestinationPlan plan) throws InterruptedException {
        if (outdated(active, plan)) {
            outcomes.replaceAll((rid, o) -> o.kind() == Outcome.Kind.RETRY ? o.again() : o);
        }
        mine = null;   // what may have arrived is not sent again, come what may
        context.settler().settle(queue, envelope, outcomes, dcid, plan, active.plan().settings());
        if (outcomes.values().stream().anyMatch(o -> o.kind() == Outcome.Kind.RETRY) && outdated(active, plan)) {
            scheduler.retryNow(queue.domain()::equals);   // the plan changed in between
        }
    }

    private boolean outdated(ActivePlan active, DestinationPlan plan) {
        ActivePlan current = context.plan();
        return Destinations.changed(active, plan, current, Destinations.find(current, queue.lane()));
    }

    private Envelope envelope(Entry entry) throws InterruptedException {
        try {
            Envelope envelope = Stages.await(context.spool().envelope(entry.mid()), Spool.SpoolException.class, e -> new Spool.SpoolException(e.toString(), false, e));
            if (envelope == null) {
                mine = null;
                scheduler.done(entry.mid(), true);
            }
            return envelope;
        } catch (Spool.SpoolException e) {
            context.log().log(new MailEvent.Notice(MailEvent.Level.Critical, "MID " + entry.mid() + " cannot be read: " + e.getMessage()));
            putBack(entry);
            return null;
        }
    }

    private void drop() {
        if (link != null) {
            scheduler.feedback().closed(queue);
            scheduler.feedback().leave(link.target().address());
            link.session().quit();
            context.log().log(new MailEvent.DeliveryClosed(link.dcid()));
            link = null;
        }
    }

    private static void stopIfInterrupted() throws InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
    }

    static Map<Integer, Outcome> same(List<Integer> rids, Outcome outcome) {
        Map<Integer, Outcome> all = new TreeMap<>();
        rids.forEach(r -> all.put(r, outcome));
        return all;
    }

    static List<Integer> rids(Entry entry) {
        List<Integer> rids = new ArrayList<>(entry.rids().length);
        for (int rid : entry.rids()) {
            rids.add(rid);
        }
        return Collections.unmodifiableList(rids);
    }
}
