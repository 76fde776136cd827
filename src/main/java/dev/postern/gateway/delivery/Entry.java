package dev.postern.gateway.delivery;

/**
 * Recipients of one message in one domain that are due together. Small: there is one for every queued message.
 *
 * @param due milliseconds since the epoch
 */
record Entry(long mid, int[] rids, long due) implements Comparable<Entry> {
    private static final int[] FIRST = {0};

    Entry {
        rids = rids.length == 1 && rids[0] == 0 ? FIRST : rids;
    }

    Entry due(long when) {
        return new Entry(mid, rids, when);
    }

    @Override
    public int compareTo(Entry other) {
        int byDue = Long.compare(due, other.due);
        return byDue != 0 ? byDue : Long.compare(mid, other.mid);
    }
}
