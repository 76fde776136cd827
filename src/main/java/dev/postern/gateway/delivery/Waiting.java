package dev.postern.gateway.delivery;

import java.util.List;

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
}
