package dev.postern.cli.role;

import io.javaoperatorsdk.operator.Operator;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.function.Supplier;

/** What a process does from start to stop. */
@FunctionalInterface
public interface Role {

    /**
     * Starts, and returns what stops it.
     *
     * @throws StartException with a message for the person who started it; anything else is a defect and shows its stack
     */
    Running start(Runtime runtime) throws Exception;

    /**
     * What Quarkus gives a role.
     *
     * @param operator the operator SDK's, configured and not started
     */
    record Runtime(MeterRegistry meters, Supplier<Operator> operator) {
    }

    /** A role that runs. */
    interface Running extends AutoCloseable {
        /** Why it is not ready, or empty when it is. */
        Optional<String> notReady();

        /** Why it should be started anew, or empty while it is well. */
        default Optional<String> notLive() {
            return Optional.empty();
        }

        @Override
        void close();
    }

    /** The role cannot start, for a reason that a person can mend. */
    class StartException extends RuntimeException {
        public StartException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
