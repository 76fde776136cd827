package dev.postern.gateway.delivery;

import dev.postern.gateway.tls.TestPki;
import dev.postern.testing.PosternProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Hands the connections of a scripted server to {@code openssl s_server}: for handshakes that the JDK does not make. */
final class OpensslHandshake implements AutoCloseable {
    private final Path folder;
    private final List<String> command;

    /** What was sent in TLS, in clear. */
    record Streams(InputStream in, OutputStream out) {
    }

    /**
     * Begins.
     *
     * @param folder for it alone; goes with it
     * @param more   options of s_server
     */
    OpensslHandshake(Path folder, TestPki.Identity identity, String... more) {
        this.folder = folder;
        command = new ArrayList<>(List.of("openssl", "s_server", "-quiet", "-naccept", "1", "-cert", certificate(folder, identity).toString(),
                "-key", key(folder, identity).toString()));
        command.addAll(List.of(more));
    }

    static Path certificate(Path folder, TestPki.Identity identity) {
        return write(folder.resolve(identity.certificate().getSerialNumber() + ".crt"), identity.pem());
    }

    static Path key(Path folder, TestPki.Identity identity) {
        return write(folder.resolve(identity.certificate().getSerialNumber() + ".key"), identity.keyPem());
    }

    private static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Takes a connection over.
     *
     * @param in its bytes, some of which may have been read already
     */
    Streams take(Socket client, InputStream in) throws IOException {
        int port = PosternProcess.freePort();
        List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of("-accept", "127.0.0.1:" + port));
        Process process = new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        Socket server = connect(process, port);
        Thread.startVirtualThread(() -> pump(in, server, process));
        Thread.startVirtualThread(() -> {
            try {
                pump(server.getInputStream(), client, process);
            } catch (IOException e) {
                process.destroyForcibly();
            }
        });
        return new Streams(process.getInputStream(), process.getOutputStream());
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static Socket connect(Process process, int port) throws IOException {
        while (true) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), port);
            } catch (ConnectException e) {
                if (!process.isAlive()) {
                    throw new IOException("openssl s_server ended with " + process.exitValue(), e);
                }
                Thread.onSpinWait();
            }
        }
    }

    private static void pump(InputStream from, Socket to, Process process) {
        try (to) {
            from.transferTo(to.getOutputStream());
        } catch (IOException e) {
            // one of them has gone
        } finally {
            process.destroy();
        }
    }
}
