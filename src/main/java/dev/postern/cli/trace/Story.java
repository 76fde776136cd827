package dev.postern.cli.trace;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the log says of one message, in its order. One thread. */
final class Story {
    /** Lines that are kept of one message: one that is tried for days has more, and its latest are what matters. */
    private static final int MOST_LINES = 2_000;
    static final int FIRST_LINES = 200;
    private static final Pattern RIDS = Pattern.compile("(deleted|returned to sender), RID \\[([0-9, ]*)\\]");

    final long mid;
    final List<Fact> lines = new ArrayList<>();
    /** Lines between the first and the latest that were not kept. */
    long left;
    String sender;
    String messageId;
    String client;
    String size;
    String started;
    String aborted;
    boolean held;
    boolean finished;
    /** Whether it was put into the queue: nothing more will be learnt of its envelope. */
    boolean received;
    long bounceOf;
    /** Of the connection that it came by, or 0. */
    long icid;
    final Set<Long> bounces = new TreeSet<>();
    final Map<Integer, Recipient> recipients = new TreeMap<>();
    /** Connections whose beginnings are among the lines. */
    final Set<Object> connections = new HashSet<>();

    /** How far a recipient is. */
    static final class Recipient {
        String address;
        String state = "waiting";
        int attempts;
        String status;
        String answer;
        String at;
    }

    Story(long mid) {
        this.mid = mid;
    }

    void line(Fact fact) {
        if (lines.size() == MOST_LINES) {
            lines.remove(FIRST_LINES);
            left++;
        }
        lines.add(fact);
    }

    Recipient recipient(int rid) {
        return recipients.computeIfAbsent(rid, r -> new Recipient());
    }

    /** A line of this message. */
    void take(Fact fact) {
        line(fact);
        started = started == null ? fact.stamp() : started;
        switch (fact.event()) {
            case "From" -> sender = fact.value("sender");
            case "To" -> fact.rids().forEach(rid -> recipient(rid).address = fact.value("recipient"));
            case "MessageId" -> messageId = fact.value("messageId");
            case "MessageReady" -> size = fact.value("bytes");
            case "MessageQueued" -> received = true;
            case "MessageAborted" -> {
                aborted = fact.value("reason");
                received = true;
                finished = true;
            }
            case "MessageFinished" -> finished = true;
            case "BounceQueued" -> {
                bounceOf = Long.parseLong(fact.value("of"));
                sender = "";
            }
            case "DeliveryDone" -> settle(fact, "delivered", "response");
            case "DeliveryDelayed" -> settle(fact, "waiting", "reason");
            case "DeliveryBounced" -> settle(fact, "bounced", "reason");
            case "QueueAction" -> act(fact, fact.value("action"));
            default -> { }
        }
    }

    private void settle(Fact fact, String state, String answer) {
        for (int rid : fact.rids()) {
            Recipient recipient = recipient(rid);
            recipient.state = state;
            recipient.attempts++;
            recipient.status = fact.value("status");
            recipient.answer = fact.value(answer);
            recipient.at = fact.stamp();
        }
    }

    private void act(Fact fact, String action) {
        held = action.equals("held") || held && !action.equals("released");
        Matcher taken = RIDS.matcher(action);
        if (taken.matches() && taken.group(1).equals("deleted")) {
            for (String rid : taken.group(2).split("[, ]+")) {
                Recipient recipient = recipient(Integer.parseInt(rid));
                recipient.state = "deleted";
                recipient.answer = "deleted by " + fact.value("by");
                recipient.at = fact.stamp();
            }
        }
    }

    /** In one word, or few. */
    String state() {
        if (aborted != null) {
            return "aborted: " + aborted;
        }
        List<String> states = recipients.values().stream().map(r -> r.state).distinct().sorted().toList();
        if (held && states.contains("waiting")) {
            return "on hold";
        }
        return states.isEmpty() ? finished ? "finished" : "unknown" : states.size() == 1 ? states.getFirst() : "partly " + String.join(", partly ", states);
    }
}
