package dev.postern.testing.mta;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.PosternProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Haraka, from npm: a process for each core, its outbound queue on disk. */
final class HarakaMta implements Mta {
    private final Daemon daemon;
    private final int port;
    private final String version;

    private HarakaMta(Daemon daemon, int port, String version) {
        this.daemon = daemon;
        this.port = port;
        this.version = version;
    }

    static Mta start(TestCertificates.Pair pair, int sink, Path folder) throws IOException {
        Path modules = Path.of(System.getenv().getOrDefault("POSTERN_TEST_CACHE", System.getProperty("user.home") + "/.cache/postern-test"), "haraka/node_modules/Haraka");
        Assumptions.assumeTrue(Files.isRegularFile(modules.resolve("haraka.js")), "no Haraka in " + modules + ": build/bench-relay installs it where there is npm");
        int port = PosternProcess.freePort();
        Path home = Files.createTempDirectory(folder, "haraka");
        Path config = Files.createDirectories(home.resolve("config"));
        try (Stream<Path> files = Files.list(modules.resolve("config"))) {   // it does not run without them
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, config.resolve(file.getFileName()));
            }
        }
        Files.createDirectories(home.resolve("plugins"));
        Files.createDirectories(home.resolve("queue"));
        Files.writeString(home.resolve("plugins/bench.js"), Templates.of("haraka/bench.js", "SINK", sink));
        Files.writeString(config.resolve("plugins"), "tls\nbench\n");
        Files.writeString(config.resolve("smtp.ini"), "listen=127.0.0.1:" + port + "\nnodes=cpus\n");
        Files.writeString(config.resolve("outbound.ini"), "concurrency_max=50\nenable_tls=true\n");
        Files.writeString(config.resolve("tls.ini"), "key=tls_key.pem\ncert=tls_cert.pem\nrejectUnauthorized=false\n");
        Files.writeString(config.resolve("tls_key.pem"), pair.keyPem());
        Files.writeString(config.resolve("tls_cert.pem"), pair.chainPem());
        Files.writeString(config.resolve("dhparams.pem"), Templates.of("haraka/dhparams.pem"));   // it would make its own, for minutes
        Files.writeString(config.resolve("me"), "mail.bench.test\n");
        Files.writeString(config.resolve("databytes"), "104857600\n");
        Daemon daemon = new Daemon(home, port, List.of("node", modules.resolve("bin/haraka").toString(), "-c", home.toString()));
        String version = Files.readString(modules.resolve("package.json")).replaceAll("(?s).*?\"version\": \"([^\"]+)\".*", "$1");
        return new HarakaMta(daemon, port, version);
    }

    @Override
    public String name() {
        return "Haraka " + version;
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
        return "queue file synced before 250 (its default), its folder not; a process for each core; 50 deliveries at once in each, a connection a message";
    }

    @Override
    public void close() throws IOException, InterruptedException {
        daemon.close();
    }
}
