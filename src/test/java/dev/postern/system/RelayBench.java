package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testing.Machine;
import dev.postern.testing.load.Load;
import dev.postern.testing.load.LoadProcess;
import dev.postern.testing.load.Outcome;
import dev.postern.testing.mta.Fleet;
import dev.postern.testing.mta.Meter;
import dev.postern.testing.mta.Mta;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Messages relayed, beside every other mail server that this machine has: messages a second, processor time a message, latency and memory. The servers take turns
 * under the same load to the same sink. One thing at a time differs from the base: 10 kB, 50 connections, a hundred messages on each, one destination. Writes
 * {@code target/bench/relay.md}; asserts only that nothing is lost by the gateway itself.
 */
class RelayBench {
    private static final int ROUNDS = Integer.getInteger("postern.bench.rounds", 5);
    private static final int MESSAGES = Integer.getInteger("postern.bench.messages", 20_000);
    private static final int SECONDS = Integer.getInteger("postern.bench.seconds", 6);
    private static final int LEAST_ON_EACH = 10;
    private static final int LEAST = 1000;
    private static final Set<String> COMPILED = Set.of("Postern", RelayReport.ALONE);
    private static final int WARM = Integer.getInteger("postern.bench.warm", 30_000);
    /** Seconds that a server may stand still before a round is over; what it has not delivered then is counted as missing. */
    private static final int PATIENCE = 60;
    /** The base at half of the rate that each server had there. */
    static final String HALF = "half";
    private static final String BASE = "base";
    private static final List<String> SERVERS = words("postern.bench.mtas");
    private static final List<String> WANTED = words("postern.bench.scenarios");
    private static final Path FOLDER = Path.of(System.getProperty("postern.testing.folder", "/tmp"));

    private static Map<String, Load> scenarios() {
        Load base = Load.base(0, MESSAGES).patience(PATIENCE);
        Map<String, Load> all = new LinkedHashMap<>();
        all.put(BASE, base);
        all.put(HALF, base);
        all.put("1kB", base.size(1024));
        all.put("100kB", base.size(102_400).messages(MESSAGES * 2 / 5));
        all.put("1MB", base.size(1_048_576).messages(MESSAGES / 20));
        all.put("1conn", base.connections(1, 100).messages(MESSAGES / 5));
        all.put("500conn", base.connections(500, 100));
        all.put("1perconn", base.connections(50, 1).messages(MESSAGES * 2 / 5));
        all.put("1000dest", base.to("many.test", 1000));
        if (!WANTED.isEmpty()) {
            all.keySet().retainAll(WANTED);
            if (WANTED.contains(HALF) && !WANTED.contains(BASE)) {
                throw new IllegalArgumentException("the scenario " + HALF + " needs the scenario " + BASE);
            }
        }
        return all;
    }

    @Test
    void relay() throws Exception {
        Machine.mustBeOnDisk(FOLDER);
        Path folder = Files.createTempDirectory(FOLDER, "postern-bench");
        Map<Mta, Meter> meters = new LinkedHashMap<>();
        RelayReport report = new RelayReport(Machine.line(FOLDER), ROUNDS);
        try (LoadProcess tool = new LoadProcess(); Fleet fleet = new Fleet(SERVERS, tool.sink(), folder)) {
            warm(tool, fleet);
            fleet.servers().forEach(server -> meters.put(server, new Meter(server.process())));
            report.servers(fleet, meters.values().stream().allMatch(Meter::exact));
            for (Map.Entry<String, Load> scenario : scenarios().entrySet()) {
                measure(tool, meters, scenario.getKey(), scenario.getValue(), report);
                report.write(Path.of("target/bench/relay.md"));   // what is measured stays, though the rest should fail
            }
            for (Meter meter : meters.values()) {
                meter.close();
            }
        } finally {
            meters.values().forEach(Meter::forget);
            Folders.delete(folder);
        }
        System.out.println(report.text());
        assertThat(report.lost("Postern")).as("messages that the gateway lost").isZero();
    }

    /** What a JVM spends on compiling is its start's: the tool and the gateway are warm before anything is counted. */
    private static void warm(LoadProcess tool, Fleet fleet) throws Exception {
        tool.run(Load.base(tool.sink(), WARM));
        for (Mta server : List.copyOf(fleet.servers())) {
            int messages = server.name().equals("Postern") ? WARM : Math.min(WARM, 500);
            Load mine = Load.base(server.port(), messages).patience(PATIENCE);
            Outcome outcome = run(tool, server, mine);
            System.out.printf("warm: %s, %.0f messages a second %s%n", server.name(), outcome.relayed(), outcome.text());
            if (outcome.delivered() < messages) {
                fleet.drop(server, "of " + messages + " messages it took " + outcome.accepted() + " and delivered " + outcome.delivered() + ": " + outcome.text());
            }
        }
    }

    private static void measure(LoadProcess tool, Map<Mta, Meter> meters, String name, Load load, RelayReport report) {
        Map<String, Integer> shares = new HashMap<>();
        for (int round = 0; round <= ROUNDS; round++) {   // the first is not counted
            report.alone(name, load, round > 0, tool.run(rated(name, share(load, shares, RelayReport.ALONE).port(tool.sink()).to("bench.test", 1), RelayReport.ALONE, report)));
            shares.put(RelayReport.ALONE, load.messages());
            List<Mta> turn = new ArrayList<>(meters.keySet());
            if (round % 2 == 1) {
                Collections.reverse(turn);
            }
            for (Mta server : turn) {
                Meter meter = meters.get(server);
                meter.reset();
                double before = meter.seconds();
                Load mine = rated(name, share(load, shares, server.name()).port(server.port()), server.name(), report);
                Outcome outcome = run(tool, server, mine);
                double cpu = (meter.seconds() - before) * 1000 / Math.max(1, outcome.accepted());
                report.measured(name, server.name(), round > 0, outcome, cpu, meter.peakMiB());
                shares.putIfAbsent(server.name(), Math.min(load.messages(), (int) (outcome.relayed() * SECONDS)));
            }
        }
    }

    /**
     * A slow server has fewer messages in a round, and no round lasts for minutes. The first, which tells how slow it is, has a tenth for all but those
     * that compile themselves while they run.
     */
    private static Load share(Load load, Map<String, Integer> shares, String server) {
        int wanted = shares.getOrDefault(server, COMPILED.contains(server) ? 2 * load.messages() : load.messages() / 10);
        int least = Math.min(LEAST, LEAST_ON_EACH * load.connections());
        return load.messages(Math.clamp(wanted, Math.min(least, load.messages()), 2 * load.messages()));
    }

    private static Outcome run(LoadProcess tool, Mta server, Load load) {
        return tool.run(server.encryptsInbound() ? load : load.clear());
    }

    private static Load rated(String scenario, Load load, String server, RelayReport report) {
        if (!scenario.equals(HALF)) {
            return load;
        }
        int rate = Math.max(1, (int) (report.rate(BASE, server) / 2));
        return load.rate(rate).messages(Math.min(load.messages(), rate * SECONDS));
    }

    private static List<String> words(String property) {
        String text = System.getProperty(property, "").strip();
        return text.isEmpty() ? List.of() : List.of(text.split("[ ,]+"));
    }
}
