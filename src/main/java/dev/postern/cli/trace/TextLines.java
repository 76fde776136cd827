package dev.postern.cli.trace;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lines as {@link dev.postern.gateway.report.TextFormat} writes them. */
final class TextLines {
    private static final Pattern LINE = Pattern.compile("([A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{2} [0-9:]{8} [0-9]{4}) (Info|Warning|Critical): (.*)");
    /** What tells something about a message or a connection. Values come from strangers, so each pattern is for a whole line, and literals come first. */
    private static final List<Shape> SHAPES = List.of(
            shape("NewInbound", "New SMTP ICID (?<icid>\\d+) interface .* address (?<address>\\S+) reverse dns host (?<reverseDns>\\S+) verified (?:yes|no)"),
            shape("StartMessage", "Start MID (?<mid>\\d+) ICID (?<icid>\\d+)"),
            shape("From", "MID (?<mid>\\d+) ICID (?<icid>\\d+) From: <(?<sender>.*)>"),
            shape("To", "MID (?<mid>\\d+) ICID (?<icid>\\d+) RID (?<rid>\\d+) To: <(?<recipient>.*)>"),
            shape("MessageId", "MID (?<mid>\\d+) Message-ID '(?<messageId>.*)'"),
            shape("MessageReady", "MID (?<mid>\\d+) ready (?<bytes>\\d+) bytes from <.*>"),
            shape("MessageQueued", "MID (?<mid>\\d+) queued for delivery"),
            shape("MessageAborted", "Message aborted MID (?<mid>\\d+) (?<reason>.*)"),
            shape("BounceQueued", "MID (?<mid>\\d+) bounce of MID (?<of>\\d+)"),
            shape("MessageFinished", "Message finished MID (?<mid>\\d+) done"),
            shape("QueueAction", "MID (?<mid>\\d+) (?<action>held|released|flushed|rerouted to .*?|routed as its destinations|(?:deleted|returned to sender), RID \\[[0-9, ]*\\]) by (?<by>.*)"),
            shape("NewDelivery", "New SMTP DCID (?<dcid>\\d+) interface (?<interfaceAddress>\\S+) address (?<address>\\S+) port (?<port>\\d+)"),
            shape("DeliveryStart", "Delivery start DCID (?<dcid>\\d+) MID (?<mid>\\d+) to RID \\[(?<rids>[0-9, ]*)\\]"),
            shape("DeliveryDone", "Message done DCID (?<dcid>\\d+) MID (?<mid>\\d+) to RID \\[(?<rids>[0-9, ]*)\\](?: Response '(?<response>.*)')?"),
            shape("DeliveryDelayed", "Delayed: DCID (?<dcid>\\d+) MID (?<mid>\\d+) to RID \\[(?<rids>[0-9, ]*)\\] - (?<status>\\S+) - (?<reason>.*?)(?: - next attempt (?<nextAttempt>\\S+))?"),
            shape("DeliveryBounced", "Bounced: DCID (?<dcid>\\d+) MID (?<mid>\\d+) to RID \\[(?<rids>[0-9, ]*)\\] - (?<status>\\S+) - (?<reason>.*)"),
            shape("ConnectionError", "Connection Error: DCID (?<dcid>\\d+) .*"),
            shape("InboundClosed", "ICID (?<icid>\\d+) close"),
            shape("DeliveryClosed", "DCID (?<dcid>\\d+) close"),
            shape("Login", "SMTP Auth: \\(ICID (?<icid>\\d+)\\) (?:succeeded|failed) for user: .*"),
            shape("", "MID (?<mid>\\d+) .*"), shape("", "ICID (?<icid>\\d+) .*"), shape("", "DCID (?<dcid>\\d+) .*"));

    private record Shape(String event, Pattern pattern, List<String> names) {
    }

    private static Shape shape(String event, String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return new Shape(event, compiled, List.copyOf(compiled.namedGroups().keySet()));
    }

    Fact parse(String line) {
        Matcher whole = LINE.matcher(line);
        if (!whole.matches()) {
            return null;
        }
        String text = whole.group(3);
        for (Shape shape : SHAPES) {
            Matcher matcher = shape.pattern.matcher(text);
            if (matcher.matches()) {
                return fact(whole.group(1), whole.group(2), text, shape, matcher);
            }
        }
        return null;
    }

    private static Fact fact(String stamp, String level, String text, Shape shape, Matcher matcher) {
        Map<String, String> values = new HashMap<>();
        shape.names.forEach(name -> {
            if (matcher.group(name) != null) {
                values.put(name, unescaped(matcher.group(name)));
            }
        });
        return new Fact(stamp, level, text, shape.event, number(values, "mid"), number(values, "icid"), number(values, "dcid"), rids(values), values);
    }

    private static long number(Map<String, String> values, String name) {
        String text = values.remove(name);
        return text == null || text.length() > 18 ? 0 : Long.parseLong(text);
    }

    private static List<Integer> rids(Map<String, String> values) {
        String text = values.containsKey("rids") ? values.remove("rids") : values.getOrDefault("rid", "");
        return Arrays.stream(text.split("[, ]+")).filter(t -> !t.isEmpty() && t.length() < 9).map(Integer::valueOf).toList();
    }

    /** What the log's escapes stand for. */
    static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\' || i + 1 == text.length()) {
                plain.append(c);
                continue;
            }
            char kind = text.charAt(++i);
            switch (kind) {
                case 'r' -> plain.append('\r');
                case 'n' -> plain.append('\n');
                case 't' -> plain.append('\t');
                case 'u' -> {
                    int end = Math.min(text.length(), i + 5);
                    try {
                        plain.append((char) Integer.parseInt(text.substring(i + 1, end), 16));
                    } catch (NumberFormatException e) {
                        plain.append("\\u").append(text, i + 1, end);
                    }
                    i = end - 1;
                }
                default -> plain.append(kind);
            }
        }
        return plain.toString();
    }
}
