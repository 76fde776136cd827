package dev.postern.testing;

import dev.postern.pki.issue.Authority;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An HTTPS server of Python's own modules that takes what is posted. */
public final class PythonHttps implements AutoCloseable {
    private final Path folder;
    private final Process process;
    private final int port;

    /** @param statuses of the answers, in order; the last one for ever */
    public PythonHttps(Path root, Authority.Issued shown, int... statuses) throws IOException {
        Command.assumeInstalled("python3");
        folder = Files.createTempDirectory(root, "posted");
        Path pem = Files.writeString(root.resolve(folder.getFileName() + ".pem"), shown.keyPem() + "\n" + shown.certificatePem());
        List<String> command = new ArrayList<>(List.of("python3", Path.of("src/test/resources/tlsrpt/https-server.py").toAbsolutePath().toString(), pem.toString(), folder.toString()));
        for (int status : statuses) {
            command.add(Integer.toString(status));
        }
        process = new ProcessBuilder(command).redirectError(root.resolve("https-server.log").toFile()).start();
        BufferedReader out = process.inputReader();
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the server did not start: " + Files.readString(root.resolve("https-server.log")));
        }
        port = Integer.parseInt(line);
    }

    public int port() {
        return port;
    }

    /** Posts that arrived. */
    public int posts() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return (int) files.filter(f -> f.toString().endsWith(".head")).count();
        }
    }

    /** Request line and headers of one. */
    public String head(int number) throws IOException {
        return Files.readString(folder.resolve(number + ".head"));
    }

    public byte[] body(int number) throws IOException {
        return Files.readAllBytes(folder.resolve(number + ".body"));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
