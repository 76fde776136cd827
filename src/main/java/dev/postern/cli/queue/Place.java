package dev.postern.cli.queue;

import dev.postern.gateway.admin.QueueLine;
import dev.postern.gateway.admin.QueueRequest;
import java.util.List;

/** Somewhere that mail waits. */
interface Place extends AutoCloseable {
    /** Takes the lines of an answer, the last one included. */
    @FunctionalInterface
    interface Lines {
        void line(QueueLine line);
    }

    /** Names of the queues: those of the pods; one that is null where there are no pods. */
    List<String> queues();

    /**
     * Asks, and hands on the answer as it comes.
     *
     * @param queue one of {@link #queues}
     * @throws dev.postern.cli.tool.ToolException where it cannot be asked
     */
    void ask(String queue, QueueRequest request, Lines lines) throws InterruptedException;

    @Override
    void close();
}
