package dev.postern.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code openssl s_server}, and an SMTP server in front of it that says a few lines and then hands the session over. */
public final class OpensslServer implements AutoCloseable {
    private final Process process;
    private final int port;
    private final List<ServerSocket> fronts = new ArrayList<>();

    /** @param chain further certificates to show, or null */
    public OpensslServer(Path certificate, Path key, Path chain, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of("openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate.toString(), "-key", key.toString()));
        if (chain != null) {
            command.addAll(List.of("-cert_chain", chain.toString()));
        }
        command.addAll(List.of(more));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith("ACCEPT ")) {
            line = out.readLine();
        }
        if (line == null) {
            throw new IOException("openssl s_server ended");
        }
        port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
        Thread.startVirtualThread(() -> drain(out));
    }

    private static void drain(BufferedReader out) {
        try (out) {
            out.transferTo(Writer.nullWriter());
        } catch (IOException e) {
            // it has ended
        }
    }

    /** Of TLS from the first byte. */
    public int port() {
        return port;
    }

    /** Port of an SMTP server that sends these lines, and after each but the last waits for one; then TLS begins. */
    public int smtp(String... says) throws IOException {
        ServerSocket front = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        fronts.add(front);
        Thread.startVirtualThread(() -> {
            while (!front.isClosed()) {
                try {
                    Socket client = front.accept();
                    Thread.startVirtualThread(() -> serve(client, says));
                } catch (IOException e) {
                    return;   // closed
                }
            }
        });
        return front.getLocalPort();
    }

    private void serve(Socket client, String... says) {
        try (client; Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
            for (int i = 0; i < says.length; i++) {
                client.getOutputStream().write(says[i].getBytes(StandardCharsets.US_ASCII));
                if (i + 1 < says.length) {
                    int next = client.getInputStream().read();
                    while (next >= 0 && next != '\n') {
                        next = client.getInputStream().read();
                    }
                }
            }
            Thread back = Thread.startVirtualThread(() -> pump(server, client));
            pump(client, server);
            back.join();
        } catch (IOException e) {
            // the client has seen enough
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            // one of them has gone
        }
    }

    @Override
    public void close() throws IOException {
        for (ServerSocket front : fronts) {
            front.close();
        }
        process.destroyForcibly();
    }
}
