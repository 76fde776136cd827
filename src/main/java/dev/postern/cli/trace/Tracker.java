package dev.postern.cli.trace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Follows one gateway's log from line to line, and tells the stories of wanted messages: once they are finished, and the others at the end. IDs of connections begin again with
 * each start of a gateway, so {@code New SMTP} begins a new one. One thread.
 */
final class Tracker {
    /** Connections, and messages on their way in, that are followed at a time. */
    private static final int OPEN = 20_000;
    /** Wanted messages that are followed at a time; the oldest are told as they are. */
    private static final int WANTED = 100_000;
    /** Lines of messages that nothing is known of: a notification may be tried before the line that says whose it is. */
    private static final int STRAY = 2_000;
    private static final int CONNECTION_LINES = 50;

    private final Criteria criteria;
    private final Consumer<Story> told;
    private final Map<Long, Connection> incoming = bounded(OPEN, c -> { });
    private final Map<Long, Connection> outgoing = bounded(OPEN, c -> { });
    private final Map<Long, Story> undecided = bounded(OPEN, s -> { });
    private final Map<Long, Story> wanted;
    private final Deque<Fact> stray = new ArrayDeque<>();

    /** A connection's lines that belong to no message, from its beginning on. */
    private static final class Connection {
        private final List<Fact> lines = new ArrayList<>();
        private String client;
        /** The message that travels on it now, or 0. */
        private long mid;
    }

    Tracker(Criteria criteria, Consumer<Story> told) {
        this.criteria = criteria;
        this.told = told;
        wanted = bounded(WANTED, told);
    }

    private static <V> Map<Long, V> bounded(int most, Consumer<V> evicted) {
        return new LinkedHashMap<>(64, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, V> eldest) {
                if (size() > most) {
                    evicted.accept(eldest.getValue());
                    return true;
                }
                return false;
            }
        };
    }

    void take(Fact fact) {
        if (fact.mid() == 0) {
            connection(fact);
            return;
        }
        Story story = story(fact);
        if (story == null) {
            stray(fact);
            return;
        }
        if (fact.icid() != 0) {
            join(story, incoming.get(fact.icid()));
        }
        if (fact.event().equals("DeliveryStart")) {
            join(story, outgoing.get(fact.dcid()));
        }
        story.take(fact);
        if (fact.event().equals("BounceQueued")) {
            Story parent = wanted.get(story.bounceOf);
            if (parent != null) {
                parent.bounces.add(story.mid);
                want(story);
            }
        }
        travels(story, fact);
        decide(story);
    }

    private void connection(Fact fact) {
        boolean in = fact.icid() != 0;
        Map<Long, Connection> connections = in ? incoming : outgoing;
        long id = in ? fact.icid() : fact.dcid();
        if (id == 0) {
            return;
        }
        if (fact.event().equals("NewInbound") || fact.event().equals("NewDelivery")) {
            connections.put(id, new Connection());
        }
        Connection connection = connections.computeIfAbsent(id, c -> new Connection());
        if (fact.event().equals("NewInbound")) {
            connection.client = fact.value("address");
        }
        Story current = connection.mid == 0 ? null : known(connection.mid);
        if (current != null) {
            current.line(fact);
        } else if (connection.lines.size() < CONNECTION_LINES) {
            connection.lines.add(fact);
        }
        if (fact.event().equals("InboundClosed") || fact.event().equals("DeliveryClosed")) {
            connections.remove(id);
        }
    }

    /** Its own, or a new one where this line may be the first of it. */
    private Story story(Fact fact) {
        Story known = known(fact.mid());
        if (known != null) {
            return known;
        }
        // A message may be delivered, and its story told, before the session comes to log that it is queued.
        if (criteria.names(fact.mid()) && !fact.event().equals("MessageQueued")) {
            return begin(fact.mid());
        }
        return switch (fact.event()) {
            case "StartMessage", "From" -> begin(fact.mid());
            case "BounceQueued" -> {
                Story story = begin(fact.mid());
                stray.stream().filter(line -> line.mid() == fact.mid()).forEach(line -> {
                    join(story, outgoing.get(line.dcid()));
                    story.take(line);
                });
                yield story;
            }
            default -> null;
        };
    }

    private Story begin(long mid) {
        Story story = new Story(mid);
        undecided.put(mid, story);
        return story;
    }

    private Story known(long mid) {
        Story story = wanted.get(mid);
        return story == null ? undecided.get(mid) : story;
    }

    private void stray(Fact fact) {
        stray.add(fact);
        if (stray.size() > STRAY) {
            stray.removeFirst();
        }
    }

    /** Notes which message is on the connection, so that its lines go there. */
    private void travels(Story story, Fact fact) {
        story.icid = fact.icid() == 0 ? story.icid : fact.icid();
        Connection in = incoming.get(story.icid);
        if (in != null) {
            in.mid = story.received ? 0 : fact.mid();
        }
        Connection out = outgoing.get(fact.dcid());
        if (out != null) {
            out.mid = fact.event().equals("DeliveryStart") ? fact.mid() : 0;
        }
    }

    private static void join(Story story, Connection connection) {
        if (connection != null && story.connections.add(connection)) {
            connection.lines.forEach(story::line);
            story.client = story.client == null ? connection.client : story.client;
        }
    }

    private void want(Story story) {
        undecided.remove(story.mid);
        wanted.put(story.mid, story);
    }

    private void decide(Story story) {
        if (!wanted.containsKey(story.mid) && criteria.met(story.mid, story.messageId, story.sender, addresses(story))) {
            want(story);
        }
        boolean isWanted = wanted.containsKey(story.mid);
        if (!isWanted && (story.received || story.finished)) {
            undecided.remove(story.mid);
        } else if (isWanted && story.finished) {
            wanted.remove(story.mid);
            told.accept(story);
        }
    }

    private static List<String> addresses(Story story) {
        return story.recipients.values().stream().map(r -> r.address).filter(a -> a != null).toList();
    }

    /** Messages that are followed. */
    int open() {
        return undecided.size() + wanted.size();
    }

    /** Tells what is not finished. */
    void end() {
        wanted.values().forEach(told);
        wanted.clear();
    }
}
