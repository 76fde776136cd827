package dev.postern.gateway.delivery;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What waits in one lane of a domain, and how the domain's servers do for it. Small: there is one for each destination. Guarded by the scheduler's lock. */
final class DomainQueue {
    /** Entries that a look at what waits goes through at most, as it holds the scheduler up. */
    private static final int LOOKED_AT = 1000;

    private final Lane lane;
    /** Number by which entries name it; not used twice at a time. */
    final int number;
    final SenderRings waiting;
    /** The next lane of the same domain, or null. */
    DomainQueue sibling;
    /** Signalled when an idle worker may find something; null until the first was idle. */
    private Condition arrived;
    /** Workers, and those of them whose attempt takes long, that have a connection, and those of these that wait for mail. */
    int active;
    int aside;
    int open;
    int idle;
    final Window window = new Window();
    /** Whether the last attempt to open a connection worked. */
    boolean proven;
    /** Attempts in a row that no host took. */
    int failures;
    /** Nothing is tried before: no host took a connection. */
    long blockedUntil;
    /** Nothing is tried before: a rate of recipients is used up. */
    long pausedUntil;
    /** The address whose connections are all in use, and that it waits for; null: none. */
    AddressBook.Place crowded;
    /** When it looks again whether that address is still one of its own. */
    long crowdedUntil;
    /** What became of the last connection that no host took, or null. */
    Outcome failure;
    /** Age at which its messages bounced when that was last looked up, in milliseconds: younger ones need no look. */
    long shortestAge;
    /** Whether a worker of another lane of the domain is ending so that this one gets its place. */
    boolean promised;
    /** Whether it waits for one of the gateway's connections, and among whom. */
    Connections.Standing standing = Connections.Standing.NONE;
    /** When the timer will look at this queue, and where it is in the timer's heap. */
    long wakeAt = Long.MAX_VALUE;
    int wakeIndex = -1;

    DomainQueue(Lane lane, int number, EntryTable table) {
        this.lane = lane;
        this.number = number;
        this.waiting = new SenderRings(table);
    }

    Lane lane() {
        return lane;
    }

    String domain() {
        return lane.domain();
    }

    /** When it may be tried again, whatever is due. */
    long restsUntil() {
        return Math.max(blockedUntil, pausedUntil);
    }

    /** Whether nothing of it can be tried now but for want of a free connection. */
    boolean rests(long now) {
        return restsUntil() > now;
    }

    boolean empty() {
        return waiting.size() == 0;
    }

    /** Waits for something to arrive; gives the nanoseconds that are left. */
    long await(ReentrantLock lock, long nanos) throws InterruptedException {
        if (arrived == null) {
            arrived = lock.newCondition();
        }
        idle++;
        try {
            return arrived.awaitNanos(nanos);
        } finally {
            idle--;
        }
    }

    /** Wakes one idle worker. */
    void signal() {
        if (idle > 0) {
            arrived.signal();
        }
    }

    void signalAll() {
        if (idle > 0) {
            arrived.signalAll();
        }
    }

    /** Names some messages, and counts the rest. */
    Waiting look(EntryTable table, int listed) {
        SortedSet<Long> mids = new TreeSet<>();
        int[] looked = new int[2];
        waiting.forEach(handle -> {
            long mid = table.mid(handle);
            if (mids.contains(mid) || mids.size() < listed && mids.add(mid)) {
                looked[1]++;
            }
            return ++looked[0] < LOOKED_AT;
        });
        return new Waiting(List.copyOf(mids), waiting.size() - looked[1], active - idle);
    }
}
