package dev.postern.gateway.delivery;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The gateway's connections, and who waits for one. Lanes that have not proven themselves share half of them, so that the dead ones, which hold theirs longest, never
 * starve the living; those that have failed are behind those of which nothing is known. Attempts that take long do not count ({@link Dials}), up to a bound. Guarded by the scheduler's lock.
 */
final class Connections {
    /** So many attempts that take long, for each connection that there may be. */
    private static final int ASIDE = 2;

    private final int most;
    /** Lanes without any connection, and those that would have more. */
    private final Deque<DomainQueue> first = new ArrayDeque<>();
    private final Deque<DomainQueue> further = new ArrayDeque<>();
    private final Deque<DomainQueue> unprovenOnes = new ArrayDeque<>();
    private final Deque<DomainQueue> suspects = new ArrayDeque<>();
    /** Without those that are aside. */
    private int workers;
    private int aside;
    private int unproven;

    /** Among whom a lane waits. */
    enum Standing { NONE, FIRST, FURTHER, UNPROVEN, SUSPECT }

    /** @param most connections at most */
    Connections(int most) {
        this.most = most;
    }

    int workers() {
        return workers + aside;
    }

    /** Takes one for a lane; where there is none, the lane waits, and is told. */
    boolean take(DomainQueue queue) {
        if (workers >= most || !queue.proven && unproven >= unprovenLimit()) {
            await(queue);
            return false;
        }
        workers++;
        queue.active++;
        unproven += queue.proven ? 0 : 1;
        return true;
    }

    private void await(DomainQueue queue) {
        Standing standing = !queue.proven ? queue.failures > 0 ? Standing.SUSPECT : Standing.UNPROVEN : queue.active == 0 ? Standing.FIRST : Standing.FURTHER;
        if (queue.standing != standing) {
            queue.standing = standing;   // where it waited before it is passed over
            line(standing).add(queue);
        }
    }

    /** One is free again. */
    void free(DomainQueue queue) {
        workers--;
        queue.active--;
        unproven -= queue.proven ? 0 : 1;
    }

    void proven(DomainQueue queue, boolean proven) {
        if (queue.proven != proven) {
            queue.proven = proven;
            unproven += (proven ? -1 : 1) * (queue.active - queue.aside);
        }
    }

    /** An attempt of this lane takes long: its place is free for others. @return false where too many are aside */
    boolean aside(DomainQueue queue) {
        if (aside >= ASIDE * most) {
            return false;
        }
        aside++;
        queue.aside++;
        workers--;
        unproven -= queue.proven ? 0 : 1;
        return true;
    }

    /** It is over, and counts again: if it succeeded, there may for a while be more connections than otherwise. */
    void back(DomainQueue queue) {
        aside--;
        queue.aside--;
        workers++;
        unproven += queue.proven ? 0 : 1;
    }

    /** Whether a worker's connection is wanted more elsewhere once its turn is over. */
    boolean wanted() {
        return workers >= most && (!first.isEmpty() || !further.isEmpty() || unproven < unprovenLimit() && !(unprovenOnes.isEmpty() && suspects.isEmpty()));
    }

    /** Gives free ones to those that wait, in turn; {@code dispatch} takes what it needs, or waits again. */
    void feed(Consumer<DomainQueue> dispatch) {
        while (workers < most && !(first.isEmpty() && further.isEmpty())) {
            next(first.isEmpty() ? Standing.FURTHER : Standing.FIRST, dispatch);
        }
        while (workers < most && unproven < unprovenLimit() && !(unprovenOnes.isEmpty() && suspects.isEmpty())) {
            next(unprovenOnes.isEmpty() ? Standing.SUSPECT : Standing.UNPROVEN, dispatch);
        }
    }

    private void next(Standing standing, Consumer<DomainQueue> dispatch) {
        DomainQueue queue = line(standing).removeFirst();
        if (queue.standing == standing) {
            queue.standing = Standing.NONE;
            dispatch.accept(queue);
        }
    }

    private Deque<DomainQueue> line(Standing standing) {
        return switch (standing) {
            case FIRST -> first;
            case FURTHER -> further;
            case UNPROVEN -> unprovenOnes;
            case SUSPECT -> suspects;
            case NONE -> throw new IllegalArgumentException("it does not wait");
        };
    }

    private int unprovenLimit() {
        return Math.max(1, most / 2);
    }
}
