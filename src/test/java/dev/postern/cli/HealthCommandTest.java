package dev.postern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class HealthCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void zeroWhenReady() throws IOException {
        assertThat(ask(() -> 200)).isZero();
        assertThat(out.toString()).endsWith(": ready\n");
    }

    @Test
    void oneAndTheAnswerWhenNotReady() throws IOException {
        assertThat(ask(() -> 503)).isEqualTo(1);
        assertThat(err.toString()).contains("status 503 the reason");
    }

    @Test
    void goesOnAskingAsLongAsToldTo() throws IOException {
        var asked = new AtomicInteger();
        assertThat(ask(() -> asked.incrementAndGet() < 2 ? 503 : 200, "--wait", "60")).isZero();
    }

    @Test
    void oneWhenNobodyAnswers() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        int free = server.getAddress().getPort();
        server.stop(0);
        assertThat(run("health", "http://127.0.0.1:" + free + "/")).isEqualTo(1);
        assertThat(err.toString()).contains("no answer");
    }

    @Test
    void saysWhatIsWrongWithItsArguments() {
        assertThat(run("health", "mailto:a@b.test")).isEqualTo(2);
        assertThat(err.toString()).contains("mailto:a@b.test is not one of http or https");
        assertThat(run("health", "--wait", "-1")).isEqualTo(2);
        assertThat(err.toString()).contains("--wait: -1 is negative");
    }

    private int ask(IntSupplier status, String... options) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/q/health/ready", exchange -> {
            byte[] body = "the reason".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status.getAsInt(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            var arguments = new ArrayList<>(List.of("health", "http://127.0.0.1:" + server.getAddress().getPort() + "/q/health/ready"));
            arguments.addAll(List.of(options));
            return run(arguments.toArray(String[]::new));
        } finally {
            server.stop(0);
        }
    }

    private int run(String... arguments) {
        return new CommandLine(new PosternCommand()).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(arguments);
    }
}
