package dev.postern.gateway.delivery;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Attempts to open a connection. One that takes long, as nobody answers, gives its place among the gateway's connections to others and goes on beside them: a thousand black holes
 * do not keep a domain waiting of which nothing is known yet. Guarded by the scheduler's lock.
 */
final class Dials {
    /** Most hosts greet sooner. */
    static final long PATIENCE_MILLIS = 2000;

    private final Connections connections;
    /** In the order in which they began. */
    private final Deque<Dial> young = new ArrayDeque<>();

    Dials(Connections connections) {
        this.connections = connections;
    }

    /** One worker's, from the lookup of hosts on until one of them greets and agrees on TLS, or none does. */
    static final class Dial {
        private final DomainQueue queue;
        private final long begin;
        private boolean over;
        private boolean aside;

        private Dial(DomainQueue queue, long begin) {
            this.queue = queue;
            this.begin = begin;
        }
    }

    Dial begin(DomainQueue queue, long now) {
        Dial dial = new Dial(queue, now);
        young.add(dial);
        return dial;
    }

    /** It has a connection, or will not have one. May be called again. */
    void end(Dial dial) {
        if (dial.aside) {
            connections.back(dial.queue);
            dial.aside = false;
        }
        dial.over = true;
        while (!young.isEmpty() && young.peek().over) {
            young.remove();
        }
    }

    /** Puts aside those that take long. @return whether there were any: others may have their places */
    boolean look(long now) {
        boolean some = false;
        while (!young.isEmpty() && (young.peek().over || now - young.peek().begin >= PATIENCE_MILLIS && connections.aside(young.peek().queue))) {
            Dial dial = young.remove();
            dial.aside = !dial.over;
            some |= dial.aside;
        }
        return some;
    }
}
