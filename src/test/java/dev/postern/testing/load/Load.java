package dev.postern.testing.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the tool is to send.
 *
 * @param port          of the server under load, on 127.0.0.1
 * @param connections   that are open at one time
 * @param perConnection messages on a connection before QUIT
 * @param messages      in all; each has a number of its own
 * @param size          of a message in bytes, with its head
 * @param domain        of the recipients
 * @param domains       1: {@code domain} itself; more: {@code d0.DOMAIN}, {@code d1.DOMAIN} …, in turn
 * @param rate          messages a second at most; 0: as many as go
 * @param patience      seconds without any progress after which a run ends, be it in sending or in delivery
 * @param delivered   whether the run ends when all is delivered, rather than when all is accepted
 */
public record Load(int port, int connections, int perConnection, int messages, int size, String domain, int domains, int rate, int patience,
        boolean delivered, boolean tls) {
    /** 10 kB, 50 connections, a hundred messages on each, one destination. */
    public static Load base(int port, int messages) {
        return new Load(port, 50, 100, messages, 10_240, "bench.test", 1, 0, 120, true, true);
    }

    public Load port(int other) {
        return new Load(other, connections, perConnection, messages, size, domain, domains, rate, patience, delivered, tls);
    }

    public Load connections(int other, int onEach) {
        return new Load(port, other, onEach, messages, size, domain, domains, rate, patience, delivered, tls);
    }

    public Load messages(int other) {
        return new Load(port, connections, perConnection, other, size, domain, domains, rate, patience, delivered, tls);
    }

    public Load size(int other) {
        return new Load(port, connections, perConnection, messages, other, domain, domains, rate, patience, delivered, tls);
    }

    public Load to(String other, int many) {
        return new Load(port, connections, perConnection, messages, size, other, many, rate, patience, delivered, tls);
    }

    public Load rate(int other) {
        return new Load(port, connections, perConnection, messages, size, domain, domains, other, patience, delivered, tls);
    }

    public Load patience(int other) {
        return new Load(port, connections, perConnection, messages, size, domain, domains, rate, other, delivered, tls);
    }

    /** Nothing of it is expected to arrive. */
    public Load undelivered() {
        return new Load(port, connections, perConnection, messages, size, domain, domains, rate, patience, false, tls);
    }

    /** Sent without TLS. */
    public Load clear() {
        return new Load(port, connections, perConnection, messages, size, domain, domains, rate, patience, delivered, false);
    }

    /** As the tool takes it on its standard input. */
    String line() {
        List<String> words = new ArrayList<>(List.of("run"));
        words.addAll(List.of("port=" + port, "connections=" + connections, "perConnection=" + perConnection, "messages=" + messages, "size=" + size,
                "domain=" + domain, "domains=" + domains, "rate=" + rate, "patience=" + patience, "delivered=" + delivered, "tls=" + tls));
        return String.join(" ", words);
    }

    static Load parse(String line) {
        Map<String, String> words = words(line);
        return new Load(number(words, "port"), number(words, "connections"), number(words, "perConnection"), number(words, "messages"), number(words, "size"),
                words.get("domain"), number(words, "domains"), number(words, "rate"), number(words, "patience"), Boolean.parseBoolean(words.get("delivered")),
                Boolean.parseBoolean(words.get("tls")));
    }

    /** The {@code name=value} pairs of a line; what follows {@code text=} is one value. */
    static Map<String, String> words(String line) {
        Map<String, String> words = new TreeMap<>();
        int text = line.indexOf(" text=");
        if (text >= 0) {
            words.put("text", line.substring(text + " text=".length()));
        }
        for (String word : (text < 0 ? line : line.substring(0, text)).split(" ")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return words;
    }

    private static int number(Map<String, String> words, String name) {
        String value = words.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return Integer.parseInt(value);
    }
}
