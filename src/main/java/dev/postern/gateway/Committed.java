package dev.postern.gateway;

import dev.postern.gateway.spool.Envelope;
import java.util.function.Consumer;

/** Ties the knot between spool and delivery, which are made one after the other: nothing is committed before both are there. */
final class Committed implements Consumer<Envelope> {
    private volatile Consumer<Envelope> next;

    void to(Consumer<Envelope> consumer) {
        next = consumer;
    }

    @Override
    public void accept(Envelope envelope) {
        next.accept(envelope);
    }
}
