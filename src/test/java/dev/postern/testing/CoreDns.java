package dev.postern.testing;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A real name server on this machine, with zones of a test's own; it reads a zone again soon after its serial changed. */
public final class CoreDns implements AutoCloseable {
    private final Path folder;
    private final int port;
    private final Process process;

    /** @param zones by origin without the last dot, as RFC 1035 section 5 writes them */
    public CoreDns(Path folder, Map<String, String> zones) throws IOException {
        this.folder = folder;
        try (DatagramSocket socket = new DatagramSocket()) {
            port = socket.getLocalPort();
        }
        var files = new StringBuilder();
        zones.forEach((origin, text) -> {
            zone(origin, text);
            files.append("    file %s/%s.zone %s {\n        reload 1s\n    }\n".formatted(folder, origin, origin));
        });
        Files.writeString(folder.resolve("Corefile"), ".:%d {\n    bind 127.0.0.1\n%s}\n".formatted(port, files));
        process = new ProcessBuilder(binary().toString(), "-conf", folder.resolve("Corefile").toString())
                .redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
    }

    /** Writes a zone; one that is served already needs a higher serial. */
    public void zone(String origin, String text) {
        try {
            Files.writeString(folder.resolve(origin + ".zone"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As name servers are written in settings. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroy();
    }

    private static Path binary() {
        String cache = System.getenv().getOrDefault("POSTERN_TEST_CACHE", System.getProperty("user.home") + "/.cache/postern-test");
        return Stream.concat(Stream.of(cache + "/bin"), Stream.of(System.getenv("PATH").split(":"))).map(place -> Path.of(place, "coredns"))
                .filter(Files::isExecutable).findFirst().orElseGet(() -> fail("no coredns in " + cache + "/bin or in PATH: make test builds it"));
    }
}
