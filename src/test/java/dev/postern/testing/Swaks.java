package dev.postern.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Sends mail with swaks, the SMTP test client. */
public final class Swaks {
    private Swaks() {
    }

    /**
     * Sends one message over STARTTLS (or in clear, with {@code "--no-tls"} as the first of {@code more}).
     *
     * @return the transcript
     * @throws AssertionError with the transcript, where the message was not taken
     */
    public static String send(int port, String to, String subject, String... more) throws IOException, InterruptedException {
        Result result = tryToSend(port, to, subject, more);
        if (result.exitCode() != 0) {
            throw new AssertionError("swaks ended with " + result.exitCode() + ":\n" + result.transcript());
        }
        return result.transcript();
    }

    /** As {@link #send}, whatever the outcome. */
    public static Result tryToSend(int port, String to, String subject, String... more) throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of(more));
        List<String> command = new ArrayList<>(List.of("swaks", "--server", "127.0.0.1", "--port", Integer.toString(port), "--from", "someone@sender.test",
                "--to", to, "--header", "Subject: " + subject, "--timeout", "20", "--suppress-data"));
        if (!options.remove("--no-tls")) {
            command.add("--tls");
        }
        command.addAll(options);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String transcript = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), transcript);
    }

    /** What swaks made of it. */
    public record Result(int exitCode, String transcript) {
    }
}
