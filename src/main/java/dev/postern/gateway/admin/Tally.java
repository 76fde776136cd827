package dev.postern.gateway.admin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Counts what a request comes to. One thread. */
final class Tally {
    private static final int NAMED = 20;

    private final boolean dryRun;
    private final List<Long> underWayMids = new ArrayList<>();
    private long matched;
    private long changed;
    private long recipients;
    private long unchanged;
    private long underWay;
    private long elsewhere;
    private long gone;
    private long failed;
    private String failure;
    private long firstNotification = Long.MAX_VALUE;

    Tally(boolean dryRun) {
        this.dryRun = dryRun;
    }

    void matched(int count) {
        matched += count;
    }

    void changed(int count) {
        changed += count;
    }

    long changed() {
        return changed;
    }

    void recipients(int count) {
        recipients += count;
    }

    void unchanged() {
        unchanged++;
    }

    void underWay(Collection<Long> mids) {
        underWay += mids.size();
        mids.stream().sorted().limit(NAMED - underWayMids.size()).forEach(underWayMids::add);
    }

    void elsewhere() {
        elsewhere++;
    }

    void gone() {
        gone++;
    }

    void failed(long mid, String why) {
        failed++;
        failure = failure == null ? "MID " + mid + ": " + why : failure;
    }

    void notified(long mid) {
        firstNotification = Math.min(firstNotification, mid);
    }

    /** MID of the first notification that this request caused. */
    long firstNotification() {
        return firstNotification;
    }

    QueueSummary summary() {
        return new QueueSummary(matched, changed, recipients, unchanged, underWay, underWayMids.isEmpty() ? null : underWayMids, elsewhere, gone, failed, failure, 0, dryRun);
    }
}
