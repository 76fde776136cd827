package dev.postern.gateway.smtp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** OpenSSL's and GnuTLS's clients on a server of the tests, with STARTTLS. Each says its piece and quit; the answer is what they wrote. */
final class TlsClients {
    /** In lower case: of a line that begins with Q, s_client makes an end of its own. */
    private static final String QUIT = "quit\r\n";

    private TlsClients() {
    }

    /** @param options with spaces between them */
    static String openSsl(ServerFixture server, String options) throws IOException, InterruptedException {
        return openSsl(server, options, QUIT);
    }

    static String openSsl(ServerFixture server, String options, String input) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-ign_eof", "-starttls", "smtp", "-connect", "127.0.0.1:" + port(server)));
        if (!options.contains("-servername") && !options.contains("-noservername")) {
            command.addAll(List.of("-servername", "mail.example.com"));
        }
        Stream.of(options.split(" ")).filter(o -> !o.isEmpty()).forEach(command::add);
        return run(input, command);
    }

    /** OpenSSL's client asks for a renegotiation, and waits for what becomes of it. */
    static String renegotiate(ServerFixture server) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("openssl", "s_client", "-tls1_2", "-starttls", "smtp", "-connect", "127.0.0.1:" + port(server)).redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write("R\n".getBytes(StandardCharsets.US_ASCII));
            in.flush();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    static String gnuTls(ServerFixture server, String priority, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("gnutls-cli", "--starttls-proto=smtp", "--insecure", "--sni-hostname", "mail.example.com",
                "--priority", priority, "--port", port(server), "127.0.0.1"));
        command.addAll(List.of(options));
        return run(QUIT, command);
    }

    private static String port(ServerFixture server) {
        return Integer.toString(server.server.address().getPort());
    }

    private static String run(String input, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.onExit().orTimeout(60, TimeUnit.SECONDS).exceptionally(e -> process.destroyForcibly());   // a client that waits for ever fails its test
        process.getOutputStream().write(input.getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().close();
        String transcript = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return transcript;
    }
}
