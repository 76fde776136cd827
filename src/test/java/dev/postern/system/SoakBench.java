package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.Machine;
import dev.postern.testing.load.Load;
import dev.postern.testing.load.LoadProcess;
import dev.postern.testing.load.Outcome;
import dev.postern.testing.mta.PosternMta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Mail for a long time at four fifths of what the gateway was measured to carry: what it uses at the start, in the middle and at the end, and how that grows. Fails
 * where a message is lost; writes {@code target/bench/soak.md}.
 */
class SoakBench {
    private static final int MINUTES = Integer.getInteger("postern.soak.minutes", 30);
    private static final int SAMPLE_SECONDS = 10;
    private static final double SHARE = 0.8;
    private static final Path FOLDER = Path.of(System.getProperty("postern.testing.folder", "/tmp"));

    private record Sample(double minute, double heap, double resident, double files, double disk, double queued, double through) {
    }

    @Test
    void nothingIsLostAndNothingGrows() throws Exception {
        Machine.mustBeOnDisk(FOLDER);
        Path folder = Files.createTempDirectory(FOLDER, "postern-soak");
        try (LoadProcess tool = new LoadProcess();
                PosternMta gateway = PosternMta.start(TestCertificates.ecdsa("mail.bench.test"), tool.sink(), folder, "1s", "1m", List.of())) {
            Load load = Load.base(gateway.port(), 20_000);
            tool.run(load);   // what a JVM spends on compiling is its start's
            double capacity = tool.run(load).relayed();
            int rate = (int) Math.max(1, capacity * SHARE);
            System.out.printf("capacity %.0f messages/s; %d minutes at %d%n", capacity, MINUTES, rate);
            List<Sample> samples = new ArrayList<>();
            double liveBefore = gateway.liveMiB();
            tool.start(load.messages(rate * 60 * MINUTES).rate(rate));
            long start = System.nanoTime();
            do {
                Thread.sleep(SAMPLE_SECONDS * 1000L);   // the period of the samples is what is asked for
                samples.add(sample(gateway, tool, (System.nanoTime() - start) / 60e9));
            } while (running(tool, rate));
            Outcome outcome = tool.result();
            String report = report(capacity, rate, samples, outcome)
                    + "\nLive objects, after a full collection: %.1f MiB before, %.1f MiB after.\n".formatted(liveBefore, gateway.liveMiB());
            Files.createDirectories(Path.of("target/bench"));
            Files.writeString(Path.of("target/bench/soak.md"), report);
            System.out.println(report);
            assertThat(outcome.missing()).as("messages accepted and not delivered: %s", outcome.text()).isZero();
            assertThat(outcome.refused()).as("messages refused: %s", outcome.text()).isZero();
        } finally {
            Folders.delete(folder);
        }
    }

    private static boolean running(LoadProcess tool, int rate) {
        Outcome outcome = tool.soFar();
        return outcome.accepted() + outcome.refused() < rate * (60 * MINUTES - SAMPLE_SECONDS) && outcome.seconds() < 60 * MINUTES + 120;
    }

    private static Sample sample(PosternMta gateway, LoadProcess tool, double minute) throws IOException, InterruptedException {
        long pid = gateway.process().pid();
        double resident = Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream().filter(l -> l.startsWith("VmRSS:"))
                .mapToDouble(l -> Double.parseDouble(l.replaceAll("\\D", "")) / 1024).sum();
        double files;
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            files = open.count();
        }
        Outcome so = tool.soFar();
        Sample sample = new Sample(minute, gateway.metric("jvm_memory_used_bytes", "area=\"heap\"") / (1 << 20), resident, files,
                Folders.bytes(gateway.data()) / (double) (1 << 20), gateway.metric("postern_spool_messages", ""), so.delivered() / so.seconds());
        System.out.printf("%5.1f min: heap %.0f MiB, RSS %.0f MiB, %.0f files, spool %.0f MiB with %.0f messages, %.0f messages/s, missing %d%n", minute, sample.heap, resident, files,
                sample.disk, sample.queued, sample.through, so.missing());
        return sample;
    }

    private static String report(double capacity, int rate, List<Sample> samples, Outcome outcome) throws IOException {
        StringBuilder text = new StringBuilder("Measured on: %s.\n%d minutes at %d messages/s, of %.0f that were measured; 10 kB, 50 connections. %,d accepted, %d lost, %d twice; through in %.1f ms (p99 %.1f).\n\n"
                .formatted(Machine.line(FOLDER), MINUTES, rate, capacity, outcome.accepted(), outcome.missing(), outcome.duplicates(), outcome.through50(), outcome.through99()));
        text.append("| | start | middle | end | least | most | change an hour, from the first third on |\n|---|---|---|---|---|---|---|\n");
        text.append(row("heap, MiB (before collection)", samples, Sample::heap)).append(row("RSS, MiB", samples, Sample::resident)).append(row("open files", samples, Sample::files))
                .append(row("spool on disk, MiB", samples, Sample::disk)).append(row("messages in it", samples, Sample::queued));
        return text.toString();
    }

    private static String row(String name, List<Sample> samples, ToDoubleFunction<Sample> figure) {
        double[] values = samples.stream().mapToDouble(figure).toArray();
        int third = samples.size() / 3;
        return "| %s | %.0f | %.0f | %.0f | %.0f | %.0f | %+.1f |\n".formatted(name, values[0], values[values.length / 2], values[values.length - 1],
                Stream.of(values).flatMapToDouble(java.util.Arrays::stream).min().orElse(0), Stream.of(values).flatMapToDouble(java.util.Arrays::stream).max().orElse(0),
                slope(samples.subList(third, samples.size()), figure));
    }

    /** Of the straight line of least squares, an hour. */
    private static double slope(List<Sample> samples, ToDoubleFunction<Sample> figure) {
        double x = samples.stream().mapToDouble(Sample::minute).average().orElse(0);
        double y = samples.stream().mapToDouble(figure).average().orElse(0);
        double over = samples.stream().mapToDouble(s -> (s.minute - x) * (figure.applyAsDouble(s) - y)).sum();
        double under = samples.stream().mapToDouble(s -> (s.minute - x) * (s.minute - x)).sum();
        return under == 0 ? 0 : over / under * 60;
    }
}
