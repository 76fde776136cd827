package dev.postern.gateway.delivery;

import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.smtp.client.ClientSession;
import dev.postern.plan.DestinationPlan;

/** An open connection on which mail of one domain may go, at the level of the plan that it was opened under. */
final class Link {
    private final long dcid;
    private final ClientSession session;
    private final Target target;
    private final DestinationPlan plan;
    private final ActivePlan active;
    private int messages;

    Link(long dcid, ClientSession session, Target target, DestinationPlan plan, ActivePlan active) {
        this.dcid = dcid;
        this.session = session;
        this.target = target;
        this.plan = plan;
        this.active = active;
    }

    long dcid() {
        return dcid;
    }

    ClientSession session() {
        return session;
    }

    Target target() {
        return target;
    }

    DestinationPlan plan() {
        return plan;
    }

    int messages() {
        return messages;
    }

    void count() {
        messages++;
    }

    /** Whether it has had as many messages as it may: as the plan says, or the server's MAILMAX (RFC 9422). */
    boolean spent() {
        return messages >= Math.min(plan.limits().messagesPerConnection(), session.capabilities().limit("MAILMAX"));
    }

    /** Whether the next message may go on it: the level must be the one of now. */
    boolean fits(DestinationPlan now, ActivePlan current) {
        return messages < now.limits().messagesPerConnection() && !spent() && !Destinations.changed(active, plan, current, now) && session.usable();
    }
}
