package dev.postern.gateway.config;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Holds the plan in force. Reading is a volatile read; swapping tells the subscribers in order, one swap at a time. */
public final class PlanHolder {
    private final List<Consumer<ActivePlan>> subscribers = new CopyOnWriteArrayList<>();
    private volatile ActivePlan current;

    /** The plan in force, or null before the first. */
    public ActivePlan current() {
        return current;
    }

    /** Calls {@code subscriber} after every swap, and at once where a plan is in force. */
    public synchronized void subscribe(Consumer<ActivePlan> subscriber) {
        subscribers.add(subscriber);
        if (current != null) {
            subscriber.accept(current);
        }
    }

    public synchronized void swap(ActivePlan next) {
        current = next;
        subscribers.forEach(s -> s.accept(next));
    }
}
