package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.load.Load;
import dev.postern.testing.load.LoadProcess;
import dev.postern.testing.load.Outcome;
import dev.postern.testing.mta.PosternMta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages of 50 MB through a gateway of half a gigabyte: the most that was ever resident. Asserts that they arrive and that it stays below 512 MiB. */
class LargeMessageBench {
    private static final int SIZE = 50 << 20;
    private static final Path FOLDER = Path.of(System.getProperty("postern.testing.folder", "/tmp"));

    @Test
    void fiftyMegabytes() throws Exception {
        Path folder = Files.createTempDirectory(FOLDER, "postern-large");
        try (LoadProcess tool = new LoadProcess();
                PosternMta gateway = PosternMta.start(TestCertificates.ecdsa("mail.bench.test"), tool.sink(), folder, "1s", "1m", List.of())) {
            StringBuilder report = new StringBuilder("| 50 MB | s until all are through | peak RSS MiB |\n|---|---|---|\n");
            for (int at : new int[] {1, 4}) {
                Outcome outcome = tool.run(Load.base(gateway.port(), at).connections(at, 1).size(SIZE));
                double peak = peak(gateway.process().pid());
                report.append("| %s | %.1f | %.0f |\n".formatted(at == 1 ? "one message" : at + " at a time", outcome.seconds(), peak));
                assertThat(outcome.delivered()).as("messages delivered: %s", outcome.text()).isEqualTo(at);
                assertThat(peak).as("MiB resident at most").isLessThan(512);
            }
            Files.createDirectories(Path.of("target/bench"));
            Files.writeString(Path.of("target/bench/large.md"), report);
            System.out.println(report);
        } finally {
            Folders.delete(folder);
        }
    }

    /** MiB, of the kernel's own mark. */
    private static double peak(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream().filter(l -> l.startsWith("VmHWM:")).mapToDouble(l -> Double.parseDouble(l.replaceAll("\\D", "")) / 1024).sum();
    }
}
