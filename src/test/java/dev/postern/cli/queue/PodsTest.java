package dev.postern.cli.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.cli.trace.TraceCommand;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.RocksSpool;
import dev.postern.gateway.spool.SpoolOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands on the pods of a gateway. */
@Timeout(120)
class PodsTest {
    private static final String LOG = """
            Sun Nov 22 10:00:00 2026 Info: Start MID 7 ICID 1
            Sun Nov 22 10:00:00 2026 Info: MID 7 ICID 1 From: <%s@sender.test>
            Sun Nov 22 10:00:01 2026 Info: MID 7 queued for delivery
            """;

    @TempDir
    Path folder;

    private FakeCluster cluster;
    private Path kubeconfig;

    @BeforeEach
    void start() throws Exception {
        for (String pod : List.of("edge-0", "edge-1")) {
            try (RocksSpool spool = open(pod)) {
                for (int i = 0; i < 30; i++) {
                    var incoming = spool.begin();
                    incoming.append(Unpooled.copiedBuffer("Subject: " + pod + "\r\n\r\n", StandardCharsets.US_ASCII)).toCompletableFuture().get(20, TimeUnit.SECONDS);
                    incoming.commit(new Envelope(0, System.currentTimeMillis() - 60_000, pod + "@sender.test", 0, false, false, null, null, "public",
                            List.of(new Recipient("b@partner.test", State.PENDING, 0, 0, null, null, null, null)))).toCompletableFuture().get(20, TimeUnit.SECONDS);
                }
            }
        }
        cluster = new FakeCluster(Map.of("edge-0", folder.resolve("edge-0"), "edge-1", folder.resolve("edge-1")), Map.of("edge-0", LOG.formatted("ada"), "edge-1", LOG.formatted("eve")));
        kubeconfig = cluster.kubeconfig(folder);
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private RocksSpool open(String pod) throws Exception {
        return RocksSpool.open(java.nio.file.Files.createDirectories(folder.resolve(pod)).resolve("spool"), SpoolOptions.DEFAULTS, e -> { }, d -> { }, new SimpleMeterRegistry());
    }

    private QueueCommandTest.Ran run(Object command, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--kubeconfig", kubeconfig.toString()));
        int code = new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(all.toArray(String[]::new));
        return new QueueCommandTest.Ran(code, out.toString(), err.toString());
    }

    private QueueCommandTest.Ran queue(String... arguments) {
        return run(new QueueCommand(), arguments);
    }

    @Test
    void theQueuesOfAllPodsAreOneListWithAColumnForThePod() throws Exception {
        QueueCommandTest.Ran ran = queue("list", "--gateway", "edge", "-n", "mail");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out().lines()).hasSize(61).first().asString().startsWith("POD      MID");
        assertThat(ran.out().lines().filter(l -> l.startsWith("edge-1"))).hasSize(30).allMatch(l -> l.contains("edge-1@sender.test"));
        assertThat(queue("list", "-o", "json", "--limit", "31").json()).hasSize(31).last().satisfies(m -> assertThat(m.path("pod").asText()).isEqualTo("edge-1"));
        assertThat(cluster.requests).contains("edge-0: /opt/java/bin/postern queue wire");
    }

    @Test
    void aChangeIsMadeInEveryPodAndSaysHowManyInEach() throws Exception {
        QueueCommandTest.Ran ran = queue("hold", "--destination", "partner.test", "--gateway", "edge");
        assertThat(ran.out()).as(ran.err()).isEqualTo("edge-0: 30 messages held\nedge-1: 30 messages held\n");
        try (RocksSpool spool = open("edge-1")) {
            assertThat(spool.page(0, 100).toCompletableFuture().get()).hasSize(30).allMatch(Envelope::held);
        }
    }

    @Test
    void midsAreAPodsOwn() {
        assertThat(queue("hold", "7", "--gateway", "edge").err()).contains("each pod has MIDs of its own; --pod says which of [edge-0, edge-1]");
        assertThat(queue("show", "7", "--gateway", "edge").err()).contains("each pod has MIDs of its own");
        assertThat(queue("hold", "7", "--pod", "edge-1").out()).isEqualTo("edge-1: 1 message held\n");
        assertThat(queue("show", "7", "--pod", "edge-1").out()).contains("Pod:              edge-1", "on hold");
    }

    @Test
    void theLogsOfPodsAreTracedEachByItself() {
        QueueCommandTest.Ran ran = run(new TraceCommand(), "7", "--gateway", "edge", "--since", "2h");
        assertThat(ran.out()).as(ran.err()).contains("Pod:              edge-0", "<ada@sender.test>", "Pod:              edge-1", "<eve@sender.test>");
        assertThat(cluster.requests).anyMatch(r -> r.contains("/pods/edge-1/log") && r.contains("sinceSeconds=7200") && r.contains("container=gateway"));
        QueueCommandTest.Ran eve = run(new TraceCommand(), "--sender", "eve@sender.test", "--gateway", "edge", "-o", "name");
        assertThat(eve.out()).as(eve.err()).isEqualTo("edge-1/7\n");
    }
}
