package dev.postern.cli.queue;

import dev.postern.cli.tool.Output;
import dev.postern.cli.tool.ToolException;
import dev.postern.gateway.admin.Filter;
import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.admin.QueueRequest;
import dev.postern.gateway.admin.QueueSummary;
import java.io.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands that change messages have in common. */
abstract class ChangeCommand extends QueueTool {
    @Mixin
    FilterOptions filter;
    @Mixin
    Output output;
    @Option(names = "--all", description = "Needed where no option chooses messages: every one is meant.")
    boolean all;
    @Option(names = "--dry-run", description = "Changes nothing, and says how many messages it would be.")
    boolean dryRun;
    /** Asks a person; null where there is none to ask. */
    Function<String, String> person = System.console() == null ? null : question -> ask(System.console(), question);

    private static String ask(Console console, String question) {
        return console.readLine("%s", question);
    }

    /** What is asked of the queue. */
    abstract QueueRequest request(Filter filter);

    /** As in "12 messages held". */
    abstract String done();

    /** Whether a person must say yes first. */
    boolean asksFirst() {
        return false;
    }

    /**
     * What a queue came to.
     *
     * @param pod null where there is none
     */
    record Result(String pod, QueueSummary result) {
    }

    @Override
    int run(Place place) throws InterruptedException {
        Filter wanted = filter.filter();
        if (wanted.isEverything() && !all) {
            throw new ToolException("this means every message" + (wanted.limit() == null ? "" : ", " + wanted.limit() + " of them") + "; --all says that it is meant");
        }
        if (!wanted.isEverything() && all) {
            throw new ToolException("--all means every message; leave it out where others are chosen");
        }
        if (wanted.mids() != null && place.queues().size() > 1) {
            throw new ToolException("each pod has MIDs of its own; --pod says which of " + place.queues());
        }
        if (wanted.limit() != null && place.queues().size() > 1) {
            throw new ToolException("--limit counts in one queue; --pod says in which of " + place.queues());
        }
        QueueRequest request = checked(wanted);
        if (asksFirst() && !dryRun && !confirmed(place, request)) {
            say("nothing was changed");
            return CANNOT;
        }
        List<Result> results = new ArrayList<>();
        try {
            for (String queue : place.queues()) {
                results.add(new Result(queue, ask(place, queue, request.rehearsed(dryRun), (from, line) -> { })));
            }
        } finally {
            print(results);   // of the others where one pod fails
        }
        return results.stream().anyMatch(r -> r.result().underWay() + r.result().elsewhere() + r.result().failed() > 0) ? NEGATIVE : OK;
    }

    private QueueRequest checked(Filter wanted) {
        try {
            return request(wanted);
        } catch (IllegalArgumentException e) {
            throw new ToolException("--" + e.getMessage());
        }
    }

    private boolean confirmed(Place place, QueueRequest request) throws InterruptedException {
        long count = 0;
        for (String queue : place.queues()) {
            count += ask(place, queue, request.rehearsed(true), (from, line) -> { }).changed();
        }
        if (count == 0) {
            return true;   // says so by itself
        }
        if (person == null) {
            throw new ToolException(messages(count) + " would be " + done() + "; there is nobody to confirm it here, so --yes is needed");
        }
        String answer = person.apply(messages(count) + " will be " + done() + ". Go on? [y/N] ");
        return answer != null && answer.strip().toLowerCase(java.util.Locale.ROOT).matches("y|yes");
    }

    private void print(List<Result> results) {
        if (output.isStructured()) {
            out().print(output.structured(results));
            return;
        }
        for (Result r : results) {
            out().print((r.pod() == null ? "" : r.pod() + ": ") + text(r.result()) + "\n");
        }
    }

    private String text(QueueSummary s) {
        StringBuilder text = new StringBuilder();
        text.append(messages(s.changed())).append(s.dryRun() ? " would be " : " ").append(done());
        if (s.recipients() > 0) {
            text.append(", ").append(s.recipients()).append(s.recipients() == 1 ? " recipient" : " recipients");
        }
        if (s.destinations() > 0) {
            text.append(", for ").append(s.destinations()).append(s.destinations() == 1 ? " destination" : " destinations");
        }
        more(text, s.unchanged(), unchanged());
        more(text, s.underWay(), s.underWay() == 0 ? "" : "being delivered at this moment and left alone (MID " + String.join(", ", s.underWayMids().stream().map(Object::toString).toList())
                + (s.underWay() > s.underWayMids().size() ? ", …)" : ")"));
        more(text, s.elsewhere(), "also for recipients that are not meant, and left alone; --whole takes them along");
        more(text, s.gone(), "gone in between");
        more(text, s.failed(), "not changed: " + s.failure());
        return text.toString();
    }

    /** As in "3 already on hold". */
    abstract String unchanged();

    private static void more(StringBuilder text, long count, String what) {
        if (count > 0) {
            text.append("; ").append(count).append(' ').append(what);
        }
    }

    private static String messages(long count) {
        return count + (count == 1 ? " message" : " messages");
    }

    static QueueRequest of(Verb verb, Filter filter) {
        return QueueRequest.of(verb, filter);
    }
}
