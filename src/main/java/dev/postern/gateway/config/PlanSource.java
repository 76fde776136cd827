package dev.postern.gateway.config;

import dev.postern.plan.PlanParts;
import java.util.Map;
import java.util.function.Consumer;

/** Where plans come from. A source calls its consumer with every plan that it sees, whole or not; the holder checks it. */
public interface PlanSource extends AutoCloseable {

    /** Starts reading; the consumer is called from one thread of the source at a time, the first time as soon as there is a plan. */
    void start(Consumer<Written> consumer);

    @Override
    void close();

    /**
     * A plan as it was written.
     *
     * @param keys private keys in PEM by certificate name; never printed
     */
    record Written(PlanParts parts, Map<String, String> keys) {
        @Override
        public String toString() {
            return "Written[" + parts.index() + ", keys of " + keys.keySet() + "]";
        }
    }
}
