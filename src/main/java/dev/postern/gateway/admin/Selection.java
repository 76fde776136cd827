package dev.postern.gateway.admin;

import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import java.util.ArrayList;
import java.util.List;

/** Goes through the messages that a filter means, in MID order, some at a time: a million takes no more memory than a hundred. One thread. */
final class Selection {
    /** Messages read and changed at a time. */
    static final int BATCH = 256;

    private final Spool spool;
    private final Filter filter;
    private final long now;
    private final long cutoff;
    private long left;
    private long from;
    private int nextMid;
    private boolean end;

    /**
     * A selection that begins with the lowest MID.
     *
     * @param now    milliseconds since the epoch, for ages
     * @param cutoff what came in later is not meant, unless by its MID: else there might be no end of what comes in meanwhile
     */
    Selection(Spool spool, Filter filter, long now, long cutoff) {
        this.spool = spool;
        this.filter = filter;
        this.now = now;
        this.cutoff = filter.mids() == null ? cutoff : Long.MAX_VALUE;
        left = filter.limit() == null ? Long.MAX_VALUE : filter.limit();
    }

    /** More messages, as they stand; none may mean that there are none in this stretch: see {@link #ended}. */
    List<Envelope> next() throws InterruptedException {
        List<Envelope> found = filter.mids() == null ? page() : named();
        List<Envelope> meant = found.stream().filter(e -> e.receivedAt() <= cutoff && filter.matches(e, now)).limit(left).toList();
        left -= meant.size();
        end |= left == 0;
        return meant;
    }

    boolean ended() {
        return end;
    }

    private List<Envelope> page() throws InterruptedException {
        List<Envelope> page = Waits.on(spool.page(from, BATCH));
        if (page.isEmpty()) {
            end = true;
        } else {
            from = page.getLast().mid() + 1;
        }
        return page;
    }

    private List<Envelope> named() throws InterruptedException {
        List<Envelope> found = new ArrayList<>();
        for (int i = 0; i < BATCH && nextMid < filter.mids().size(); i++) {
            Envelope envelope = Waits.on(spool.envelope(filter.mids().get(nextMid++)));
            if (envelope != null) {
                found.add(envelope);
            }
        }
        end = nextMid == filter.mids().size();
        return found;
    }
}
