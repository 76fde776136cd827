package dev.postern.gateway.delivery;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Connections by address, over all domains, and the lanes that wait until an address has room for one more. Guarded by the scheduler's lock. */
final class AddressBook {
    /** A lane may have found another address meanwhile: no longer than this it waits for the one that was full. */
    static final long LOOK_AGAIN_MILLIS = 5000;

    private final Map<InetAddress, Place> places = new HashMap<>();

    /** An address that has connections. */
    static final class Place {
        final InetAddress address;
        private final Deque<DomainQueue> waiting = new ArrayDeque<>();
        private int open;

        private Place(InetAddress address) {
            this.address = address;
        }
    }

    /** Counts a connection to be opened; false where there are {@code most} already: then the lane waits. */
    boolean enter(DomainQueue queue, InetAddress address, int most, long now) {
        Place place = places.computeIfAbsent(address, Place::new);
        if (place.open < most) {
            place.open++;
            return true;
        }
        if (queue.crowded != place) {
            place.waiting.add(queue);
        }
        queue.crowded = place;
        queue.crowdedUntil = now + LOOK_AGAIN_MILLIS;
        return false;
    }

    /** One was closed, or did not come to be; {@code wake} goes to the lane that waited longest. */
    void leave(InetAddress address, Consumer<DomainQueue> wake) {
        Place place = places.get(address);
        place.open--;
        DomainQueue next = place.waiting.poll();
        while (next != null && (next.crowded != place || next.empty())) {
            next = place.waiting.poll();
        }
        if (place.open == 0 && place.waiting.isEmpty()) {
            places.remove(address);
        }
        if (next != null) {
            next.crowded = null;
            wake.accept(next);
        }
    }

    /** Whether lanes wait for a connection to it. */
    boolean wanted(InetAddress address) {
        Place place = places.get(address);
        return place != null && !place.waiting.isEmpty();
    }
}
