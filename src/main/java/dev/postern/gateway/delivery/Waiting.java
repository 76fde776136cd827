package dev.postern.gateway.delivery;

import java.util.List;
import java.util.stream.Stream;

/**
 * What waits for one domain.
 *
 * @param mids     messages, some of them where there are many, in order
 * @param more     further messages; one with more recipients in the domain than a transaction takes may count more than once
 * @param underWay messages that are being tried at this moment, in neither of the above
 */
public record Waiting(List<Long> mids, long more, int underWay) {
    static final Waiting NOTHING = new Waiting(List.of(), 0, 0);

    public Waiting {
        mids = List.copyOf(mids);
    }

    /** What waits here and there; at most {@code listed} messages by name. */
    Waiting and(Waiting other, int listed) {
        List<Long> all = Stream.concat(mids.stream(), other.mids.stream()).distinct().sorted().toList();
        List<Long> named = all.subList(0, Math.min(listed, all.size()));
        return new Waiting(named, more + other.more + all.size() - named.size(), underWay + other.underWay);
    }
}
