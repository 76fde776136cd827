package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.Cpu;
import dev.postern.testing.HandshakeLoad;
import dev.postern.testing.PosternProcess;
import dev.postern.testing.Postfix;
import dev.postern.testing.Pourer;
import dev.postern.testing.SinkProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * TLS handshakes, full and resumed, in and out, beside Postfix, alternating in one run. The figure is processor time of the server (or sender) a
 * handshake, and what that makes a second on one core; the load's own work is in another process and not counted. Prints; asserts only
 * that sessions were resumed where they were to be, and not elsewhere; how many is printed.
 */
class TlsBench {
    private static final String NAME = "mail.postern.test";
    private static final int ROUNDS = Integer.getInteger("postern.bench.rounds", 3);
    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("postern.bench.seconds", 5));
    private static final Duration WARM = Duration.ofSeconds(Integer.getInteger("postern.bench.warm", 20));
    private static final int WARM_BATCHES = 6;
    private static final int MESSAGES = 300;
    @TempDir
    Path folder;

    private interface Server extends AutoCloseable {
        int port();

        ProcessHandle process();

        @Override
        void close() throws Exception;
    }

    @Test
    void handshakesIn() throws Exception {
        for (String algorithm : List.of("ECDSA", "RSA")) {
            TestCertificates.Pair pair = algorithm.equals("RSA") ? TestCertificates.rsa(NAME) : TestCertificates.ecdsa(NAME);
            try (Server postern = postern(pair, 1, "Required"); Server postfix = postfix(pair.keyPem() + pair.chainPem())) {
                HandshakeLoad.run(postern.port(), false, WARM);   // what a JVM spends on compiling is the start's, and not the session's
                HandshakeLoad.run(postfix.port(), false, Duration.ofSeconds(1));
                for (boolean resume : new boolean[] {false, true}) {
                    Map<String, List<Double>> cost = Map.of("Postern", new ArrayList<>(), "Postfix", new ArrayList<>());
                    for (int round = 0; round < ROUNDS; round++) {
                        cost.get("Postern").add(measure("Postern", postern, resume));
                        cost.get("Postfix").add(measure("Postfix", postfix, resume));
                    }
                    String what = "in, " + algorithm + ", " + (resume ? "resumed" : "full");
                    cost.forEach((who, ms) -> print(what, who, ms, "session"));
                }
            }
        }
    }

    /** Milliseconds of processor time a handshake. */
    private static double measure(String who, Server server, boolean resume) throws Exception {
        double before = Cpu.seconds(server.process());
        HandshakeLoad.Made made = HandshakeLoad.run(server.port(), resume, LENGTH);
        double ms = (Cpu.seconds(server.process()) - before) * 1000 / made.handshakes();
        if (resume) {
            System.out.printf("  %s: %d of %d were resumed%n", who, made.resumed(), made.handshakes());
        }
        assertThat(made.resumed()).as("%s: resumed of %d", who, made.handshakes()).isBetween(resume ? 1 : 0, resume ? made.handshakes() : 0);
        return ms;
    }

    @Test
    void handshakesOut() throws Exception {
        TestCertificates.Pair pair = TestCertificates.ecdsa(NAME);
        for (String kind : List.of("clear", "full", "resumed")) {
            try (SinkProcess sink = new SinkProcess(kind.equals("resumed")); Server postern = postern(pair, sink.port(), kind.equals("clear") ? "None" : "Required");
                    Server postfix = postfix(pair.keyPem() + pair.chainPem(), "virtual_mailbox_domains =", "relayhost = [127.0.0.1]:" + sink.port(),
                            "smtp_connection_cache_on_demand = no", "default_destination_concurrency_limit = 20", "smtp_tls_security_level = " + (kind.equals("clear") ? "none" : "encrypt"),
                            "smtp_tls_session_cache_database = " + (kind.equals("resumed") ? "btree:${data_directory}/smtp_scache" : ""))) {
                Map<String, List<Double>> cost = Map.of("Postern", new ArrayList<>(), "Postfix", new ArrayList<>());
                for (int batch = 0; batch < WARM_BATCHES; batch++) {
                    send(postern, sink);
                }
                send(postfix, sink);
                for (int round = 0; round < ROUNDS; round++) {
                    cost.get("Postern").add(send(postern, sink));
                    cost.get("Postfix").add(send(postfix, sink));
                }
                cost.forEach((who, ms) -> print("out, one message a connection, " + kind, who, ms, "message"));
            }
        }
    }

    /** Milliseconds of processor time a message, from its acceptance over one open session to its delivery. */
    private static double send(Server server, SinkProcess sink) throws Exception {
        double before = Cpu.seconds(server.process());
        long had = sink.messages();
        int sent;
        try (Pourer pourer = new Pourer(server.port(), dev.postern.testing.Tls.anyPeer(), "someone@partner.test", "bench-" + System.nanoTime(), 4)) {
            Awaitility.await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(20)).until(() -> pourer.accepted().size() >= MESSAGES);
            pourer.close();
            sent = pourer.accepted().size();
        }
        Awaitility.await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(50)).until(() -> sink.messages() - had >= sent);
        return (Cpu.seconds(server.process()) - before) * 1000 / sent;
    }

    private static void print(String what, String who, List<Double> ms, String unit) {
        double[] sorted = ms.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double median = sorted[sorted.length / 2];
        System.out.printf("%s, %s: %.2f ms of CPU a %s (%s), %.0f a second and core%n", what, who, median, unit,
                Arrays.stream(sorted).mapToObj(v -> String.format("%.2f", v)).toList(), 1000 / median);
    }

    private Server postfix(String pem, String... settings) throws IOException, InterruptedException {
        Postfix postfix = Postfix.start(NAME, pem, settings);
        return new Server() {
            @Override
            public int port() {
                return postfix.port();
            }

            @Override
            public ProcessHandle process() {
                return postfix.process();
            }

            @Override
            public void close() throws Exception {
                postfix.close();
            }
        };
    }

    private Server postern(TestCertificates.Pair pair, int sink, String mode) throws IOException {
        Path manifests = Files.createTempDirectory(folder, "manifests");
        int port = PosternProcess.freePort();
        Files.writeString(manifests.resolve("all.yaml"), Files.readString(Path.of("src/test/resources/system/tls-bench.yaml")).replace("@PORT@", Integer.toString(port))
                .replace("@SINK@", Integer.toString(sink)).replace("@MODE@", mode).replace("@CHAIN@", pair.chainPem().indent(4)).replace("@KEY@", pair.keyPem().indent(4)));
        PosternProcess process = PosternProcess.start(Map.of(), "run", manifests.toString(), "--data", Files.createTempDirectory(folder, "data").toString(), "--http-port", "0");
        process.awaitLine("the listener", line -> line.contains("plan in force") || line.contains(Integer.toString(port)));
        Awaitility.await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> {
            try (var socket = new java.net.Socket("127.0.0.1", port)) {
                return socket.getInputStream().read() == '2';
            }
        });
        return new Server() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public ProcessHandle process() {
                return ProcessHandle.of(process.pid()).orElseThrow();
            }

            @Override
            public void close() throws Exception {
                process.close();
            }
        };
    }
}
