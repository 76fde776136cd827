package dev.postern.testing.mta;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.PosternProcess;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** KumoMTA, where there is a {@code kumod}: on PATH, or where KUMOD says. {@code KUMOD_SPOOL} is the kind of its spool: LocalDisk, or RocksDB. */
final class KumoMta implements Mta {
    private static final String KIND = System.getenv().getOrDefault("KUMOD_SPOOL", "LocalDisk");

    private final Daemon daemon;
    private final int port;
    private final String version;

    private KumoMta(Daemon daemon, int port, String version) {
        this.daemon = daemon;
        this.port = port;
        this.version = version;
    }

    static Mta start(TestCertificates.Pair pair, int sink, Path folder) throws IOException, InterruptedException {
        Path kumod = Stream.concat(Stream.ofNullable(System.getenv("KUMOD")).filter(p -> !p.isBlank()).map(Path::of),
                Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(f -> Path.of(f, "kumod"))).filter(Files::isExecutable).findFirst().orElse(null);
        Assumptions.assumeTrue(kumod != null, "no kumod on PATH, nor where KUMOD says");
        int port = PosternProcess.freePort();
        Path home = Files.createTempDirectory(folder, "kumomta");
        Files.writeString(home.resolve("tls.crt"), pair.chainPem());
        Files.writeString(home.resolve("tls.key"), pair.keyPem());
        Files.writeString(home.resolve("init.lua"), Templates.of("kumomta.lua", "HOME", home, "KIND", KIND, "PORT", port, "HTTP", PosternProcess.freePort(), "SINK", sink));
        Process asked = new ProcessBuilder(kumod.toString(), "--version").redirectErrorStream(true).start();
        String version = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip().replaceAll("^kumod ", "");
        asked.waitFor();
        return new KumoMta(new Daemon(home, port, List.of(kumod.toString(), "--policy", home.resolve("init.lua").toString(), "--user", System.getProperty("user.name"))), port, version);
    }

    @Override
    public String name() {
        return "KumoMTA " + version;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public ProcessHandle process() {
        return daemon.process();
    }

    @Override
    public String setup() {
        return "data and meta spool of kind " + KIND + " with flush = true before 250 (its default is no flush); connections used again, 50 a destination";
    }

    @Override
    public void close() throws InterruptedException {
        daemon.close();
    }
}
