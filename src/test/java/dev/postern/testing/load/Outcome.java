package dev.postern.testing.load;

import java.util.Locale;
import java.util.Map;

/**
 * What a run came to, or has come to so far.
 *
 * @param accepted    messages answered 250
 * @param refused     messages that were answered otherwise, or whose connection broke
 * @param delivered   of those accepted, that arrived
 * @param arrived     messages that arrived, those too whose 250 was lost with their connection
 * @param duplicates  arrivals beyond the first
 * @param clear       arrivals that were not encrypted
 * @param connections that the sink was opened
 * @param sending     seconds from the first MAIL to the last 250
 * @param seconds     from the first MAIL to the last arrival, or to the last 250 where none is awaited
 * @param accept50    milliseconds from MAIL to the 250 of the data, median
 * @param accept99    the same, 99th percentile
 * @param through50   milliseconds from MAIL to the arrival, median
 * @param through99   the same, 99th percentile
 * @param cpu         seconds of processor time that the tool itself took, both ends
 * @param text        the first thing that went wrong, or nothing
 */
public record Outcome(int accepted, int refused, int delivered, int arrived, int duplicates, int clear, int connections, double sending, double seconds, double accept50,
        double accept99, double through50, double through99, double cpu, String text) {
    /** Accepted and not delivered. */
    public int missing() {
        return accepted - delivered;
    }

    /** Messages relayed a second. */
    public double relayed() {
        return delivered / seconds;
    }

    /** Milliseconds of processor time that the tool took for a message. */
    public double toolMillis() {
        return cpu * 1000 / Math.max(1, accepted);
    }

    String line() {
        return String.format(Locale.ROOT, "accepted=%d refused=%d delivered=%d arrived=%d duplicates=%d clear=%d connections=%d sending=%.4f seconds=%.4f accept50=%.3f accept99=%.3f "
                + "through50=%.3f through99=%.3f cpu=%.4f text=%s", accepted, refused, delivered, arrived, duplicates, clear, connections, sending, seconds, accept50, accept99,
                through50, through99, cpu, text.replace('\n', ' '));
    }

    static Outcome parse(String line) {
        Map<String, String> words = Load.words(line);
        return new Outcome(integer(words, "accepted"), integer(words, "refused"), integer(words, "delivered"), integer(words, "arrived"), integer(words, "duplicates"), integer(words, "clear"),
                integer(words, "connections"), real(words, "sending"), real(words, "seconds"), real(words, "accept50"), real(words, "accept99"),
                real(words, "through50"), real(words, "through99"), real(words, "cpu"), words.get("text"));
    }

    private static int integer(Map<String, String> words, String name) {
        return Integer.parseInt(words.get(name));
    }

    private static double real(Map<String, String> words, String name) {
        return Double.parseDouble(words.get(name));
    }
}
