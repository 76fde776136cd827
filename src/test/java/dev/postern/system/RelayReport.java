package dev.postern.system;

import dev.postern.testing.load.Load;
import dev.postern.testing.load.Outcome;
import dev.postern.testing.mta.Fleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The figures of {@link RelayBench} as a page in Markdown; a line of progress for every round. */
final class RelayReport {
    static final String ALONE = "load tool alone";

    private final StringBuilder head = new StringBuilder();
    private final Map<String, Load> loads = new LinkedHashMap<>();
    private final Map<String, Map<String, List<Round>>> rounds = new LinkedHashMap<>();

    private record Round(Outcome outcome, double cpu, double memory) {
    }

    RelayReport(String machine, int rounds) {
        head.append("Measured on: ").append(machine).append(".\nMedians of ").append(rounds).append(" rounds; the servers take turns, in alternating order, after a round that is not counted.\n");
    }

    /** Says who takes part, and how each is set up. */
    void servers(Fleet fleet, boolean exact) {
        head.append('\n');
        fleet.servers().forEach(server -> head.append("- ").append(server.name()).append(": ").append(server.setup()).append(".\n"));
        fleet.missing().forEach((name, why) -> head.append("- Not measured: ").append(name).append(": ").append(why.lines().findFirst().orElse("")).append(".\n"));
        if (!exact) {
            head.append("\nNo control group could be made here: processor time is that of the process trees, which lacks processes that nobody waited for (Exim's).\n");
        }
    }

    void alone(String scenario, Load load, boolean counted, Outcome outcome) {
        loads.put(scenario, load);
        measured(scenario, ALONE, counted, outcome, outcome.toolMillis(), 0);
    }

    void measured(String scenario, String server, boolean counted, Outcome outcome, double cpu, double memory) {
        System.out.printf("%-8s %-18s %s%6.0f messages/s, CPU %.2f ms a message, accepted in %.1f ms (p99 %.1f), through in %.1f ms (p99 %.1f), %.0f MiB%s%n", scenario, server,
                counted ? "" : "(warm) ", outcome.relayed(), cpu, outcome.accept50(), outcome.accept99(), outcome.through50(), outcome.through99(), memory, wrong(outcome));
        if (counted) {
            rounds.computeIfAbsent(scenario, s -> new LinkedHashMap<>()).computeIfAbsent(server, s -> new ArrayList<>()).add(new Round(outcome, cpu, memory));
        }
    }

    /** Messages accepted by a server that did not arrive within the load's patience, in all counted rounds. */
    int lost(String server) {
        return rounds.values().stream().flatMap(s -> s.getOrDefault(server, List.of()).stream()).mapToInt(r -> r.outcome.missing()).sum();
    }

    /** Messages a second that a server relayed, the median. */
    double rate(String scenario, String server) {
        return middle(sorted(rounds.get(scenario).get(server), r -> r.outcome.relayed()));
    }

    String text() {
        StringBuilder text = new StringBuilder(head);
        rounds.forEach((scenario, servers) -> {
            text.append("\n**").append(describe(scenario, loads.get(scenario))).append("**\n\n")
                    .append("| server | messages/s (lowest to highest) | CPU ms a message | accepted: p50, p99 ms | through: p50, p99 ms | memory MiB |\n|---|---|---|---|---|---|\n");
            servers.forEach((server, list) -> text.append(row(server, list)));
        });
        return text.toString();
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text());
    }

    private static String row(String server, List<Round> rounds) {
        double[] speed = sorted(rounds, r -> r.outcome.relayed());
        String memory = server.equals(ALONE) ? "" : "%.0f".formatted(middle(sorted(rounds, Round::memory)));
        int refused = rounds.stream().mapToInt(r -> r.outcome.refused()).sum();
        int missing = rounds.stream().mapToInt(r -> r.outcome.missing()).sum();
        int twice = rounds.stream().mapToInt(r -> r.outcome.duplicates()).sum();
        String notes = (refused > 0 ? "; " + refused + " refused" : "") + (missing > 0 ? "; " + missing + " not delivered in time" : "") + (twice > 0 ? "; " + twice + " twice" : "");
        return "| %s%s | %.0f (%.0f to %.0f) | %.2f | %.1f, %.1f | %.1f, %.1f | %s |%n".formatted(server, notes, middle(speed), speed[0], speed[speed.length - 1],
                middle(sorted(rounds, Round::cpu)), middle(sorted(rounds, r -> r.outcome.accept50())), middle(sorted(rounds, r -> r.outcome.accept99())),
                middle(sorted(rounds, r -> r.outcome.through50())), middle(sorted(rounds, r -> r.outcome.through99())), memory);
    }

    private static String describe(String scenario, Load load) {
        if (scenario.equals(RelayBench.HALF)) {
            return "The first of these at half of the rate that the server had there";
        }
        String size = load.size() >= 1 << 20 ? (load.size() >> 20) + " MB" : (load.size() >> 10) + " kB";
        return "%s, %d connection%s, %s, %s: up to %,d messages a round".formatted(size, load.connections(), load.connections() == 1 ? "" : "s",
                load.perConnection() == 1 ? "one message on each" : load.perConnection() + " messages on each",
                load.domains() == 1 ? "one destination" : load.domains() + " destinations", load.messages());
    }

    private static String wrong(Outcome outcome) {
        return (outcome.refused() > 0 ? ", refused " + outcome.refused() : "") + (outcome.missing() > 0 ? ", MISSING " + outcome.missing() : "")
                + (outcome.duplicates() > 0 ? ", twice " + outcome.duplicates() : "") + (outcome.clear() > 0 ? ", in clear " + outcome.clear() : "")
                + (outcome.text().isEmpty() ? "" : ": " + outcome.text());
    }

    private static double[] sorted(List<Round> rounds, ToDoubleFunction<Round> figure) {
        double[] values = rounds.stream().mapToDouble(figure).toArray();
        Arrays.sort(values);
        return values;
    }

    private static double middle(double[] sorted) {
        int n = sorted.length;
        return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    }
}
