package dev.postern.testing.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.cli.catcher.CatcherServer;
import dev.postern.pki.issue.Authority;
import dev.postern.testing.Tls;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the benches rely on: the tool counts right, and sees what is lost. */
class LoadToolTest {
    private static LoadProcess tool;

    @BeforeAll
    static void start() throws Exception {
        tool = new LoadProcess();
    }

    @AfterAll
    static void stop() {
        tool.close();
    }

    @Test
    void everyMessageIsAcceptedAndArrivesOnceAndEncrypted() {
        Outcome outcome = tool.run(Load.base(tool.sink(), 500).connections(20, 7));
        assertThat(outcome.text()).isEmpty();
        assertThat(outcome).extracting(Outcome::accepted, Outcome::delivered, Outcome::refused, Outcome::duplicates, Outcome::clear).containsExactly(500, 500, 0, 0, 0);
        assertThat(outcome.connections()).isGreaterThanOrEqualTo(500 / 7);
        assertThat(outcome.accept99()).isGreaterThanOrEqualTo(outcome.accept50()).isPositive();
    }

    @Test
    void messagesLargerThanAnyBufferAndSmallerThanTheirHeadArriveWhole() {
        for (int size : new int[] {1, 1_000, 100_000, 6_000_000}) {
            assertThat(tool.run(Load.base(tool.sink(), 10).connections(3, 2).size(size)).delivered()).as("of %d bytes", size).isEqualTo(10);
        }
    }

    @Test
    void whatIsAcceptedAndNeverArrivesIsMissing() throws Exception {
        var certificate = new Authority("Hole", Instant.now(), Duration.ofDays(2)).issue(List.of("hole.test"), Duration.ofDays(1));
        try (CatcherServer hole = new CatcherServer(0, "hole.test", Tls.server(certificate), caught -> { })) {
            Outcome outcome = tool.run(Load.base(hole.port(), 30).connections(3, 10).patience(1));
            assertThat(outcome.accepted()).isEqualTo(30);
            assertThat(outcome.missing()).isEqualTo(30);
            assertThat(tool.run(Load.base(hole.port(), 30).connections(3, 10).undelivered()).accepted()).isEqualTo(30);
        }
    }

    @Test
    void aServerThatLetsConnectionsWaitForeverEndsTheRunToo() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Outcome outcome = tool.run(Load.base(silent.getLocalPort(), 30).connections(3, 10).patience(1));
            assertThat(outcome.accepted()).isZero();
            assertThat(outcome.text()).contains("nothing was accepted for 1 seconds");
        }
    }

    @Test
    void aServerThatIsNotThereEndsTheRunWhenPatienceDoes() {
        Outcome outcome = tool.run(Load.base(1, 30).patience(1));
        assertThat(outcome.accepted()).isZero();
        assertThat(outcome.text()).contains("refused");
    }

    @Test
    void aRunThatIsStoppedKeepsItsCounts() {
        tool.start(Load.base(tool.sink(), 1_000_000).rate(100));
        org.awaitility.Awaitility.await().until(() -> tool.soFar().delivered() >= 20);
        tool.stop();
        Outcome outcome = tool.result();
        assertThat(outcome.delivered()).isEqualTo(outcome.accepted()).isGreaterThanOrEqualTo(20);
        assertThat(outcome.relayed()).as("messages a second, of which 100 were asked for").isLessThan(150);
    }
}
