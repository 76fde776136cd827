package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testing.OneMail;
import dev.postern.testing.PosternProcess;
import dev.postern.testing.Sink;
import dev.postern.testing.Spooled;
import dev.postern.testing.disk.CutDisk;
import dev.postern.testing.disk.FaultyDisk.Fault;
import dev.postern.testing.disk.FaultyDisk;
import dev.postern.testing.disk.Survival;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One gateway, whose disk fails again and again while it runs, in every way that disks have. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StorageFaultsIT {
    /** Fewer than the connections that the destination may have: all of them are under way at once. */
    private static final int UNDER_WAY = 10;
    /** Lines of messages whose body goes to the store, and to a file of its own. */
    private static final int SMALL = 300;
    private static final int LARGE = 5_000;
    private static final String SHORT = "The spool is short of space: ";
    @TempDir
    static Path folder;
    private static Path start;
    private static FaultyDisk disk;
    private static Sink sink;
    private static PosternProcess gateway;
    private static int port;
    private static int counter;
    private static final List<String> accepted = new ArrayList<>();
    private static final List<String> refused = new ArrayList<>();

    @BeforeAll
    static void startGateway() throws Exception {
        port = PosternProcess.freePort();
        sink = new Sink(null);
        Path manifests = Files.createDirectory(folder.resolve("manifests"));
        Files.writeString(manifests.resolve("faults.yaml"), Files.readString(Path.of("src/test/resources/system/kill.yaml"))
                .replace("@PUBLIC@", Integer.toString(port)).replace("@SINK@", Integer.toString(sink.port())).replace("mode: Required", "mode: None"));
        start = Files.createDirectory(folder.resolve("start"));
        disk = new FaultyDisk(Files.createDirectory(folder.resolve("data")), folder.resolve("beside"));
        gateway = PosternProcess.start(disk.environment(), "run", manifests.toString(), "--data", disk.root().toString(), "--http-port", "0");
        gateway.awaitLine("listener", l -> l.contains("127.0.0.1:" + port + " opened"));
    }

    @AfterAll
    static void stopGateway() throws Exception {
        gateway.close();
        sink.close();
    }

    @ParameterizedTest
    @Order(1)
    @EnumSource(value = Fault.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aDiskThatFailsMakesSendersComeAgainAndNothingElse(Fault fault) throws Exception {
        int from = gateway.lines().size();
        sink.hold();
        try {
            for (int i = 0; i < UNDER_WAY; i++) {
                assertThat(send()).startsWith("250 ");
            }
            await("deliveries under way").until(() -> sink.held() == UNDER_WAY);

            disk.fail(fault);
            await("the first refusal").until(() -> !send().startsWith("250 "));
            // Whichever notices first: a write of the store, that of a body's file, or the measurement of what is free.
            gateway.awaitLine("what is wrong", from, l -> l.contains("The spool cannot write") && l.contains("refused") || l.contains(SHORT));
            for (int i = 0; i < UNDER_WAY; i++) {
                assertThat(send()).matches("45[12] 4\\.3\\.[01] .*");
            }
        } finally {
            sink.release();
        }
        // Deliveries go on, and end, while nothing can be written.
        await("what was under way").untilAsserted(() -> assertThat(sink.subjects()).containsAll(accepted));
        assertThat(send()).matches("45[12] .*");

        disk.heal();
        await("mail is taken again, by itself").until(() -> send().startsWith("250 "));
        if (said(from, "The spool cannot write: ")) {
            gateway.awaitLine("that storage is back", from, l -> l.contains("The spool writes again; "));
        }
        if (said(from, SHORT)) {
            gateway.awaitLine("that there is space", from, l -> l.contains("The spool has space again: "));
        }
        await("what was accepted").untilAsserted(() -> assertThat(sink.subjects()).containsAll(accepted));
        assertThat(sink.subjects()).as("what was refused does not arrive").doesNotContainAnyElementsOf(refused);
        assertThat(sink.duplicates()).isZero();
    }

    @Test
    @Order(2)
    void aVolumeThatSomethingElseFillsIsToldBeforeAnyMailMeetsIt() throws Exception {
        int from = gateway.lines().size();
        disk.fail(Fault.FULL);
        gateway.awaitLine("that space is short", from, l -> l.contains(SHORT + "0 MiB are free") && l.contains("Mail is refused for now (452)"));
        assertThat(send()).startsWith("452 4.3.1 ");
        disk.heal();
        gateway.awaitLine("that there is space", from, l -> l.contains("The spool has space again: "));
        // What the store tried of itself meanwhile may have failed: then it is opened anew first.
        await("mail is taken again, by itself").until(() -> send().startsWith("250 "));
    }

    @Test
    @Order(3)
    void aSlowDiskMakesSendersWaitAndTheLogSaysSo() throws Exception {
        int from = gateway.lines().size();
        disk.slow(Duration.ofMillis(1500));
        for (int i = 0; i < 3; i++) {
            assertThat(send()).startsWith("250 ");
        }
        gateway.awaitLine("that the disk is slow", from, l -> l.contains("The spool's disk is slow: ") && l.contains("senders wait so long for their 250"));
        disk.heal();
        assertThat(gateway.lines().subList(from, gateway.lines().size())).as("slow is not failed").noneMatch(l -> l.contains("The spool cannot write"));
        await("what was accepted").untilAsserted(() -> assertThat(sink.subjects()).containsAll(accepted));
    }

    @Test
    @Order(4)
    void aPowerCutAfterAllTheseFailuresTakesNothing() throws Exception {
        sink.hold();
        try {
            List<String> last = new ArrayList<>();
            for (int i = 0; i < 2 * UNDER_WAY; i++) {
                assertThat(send()).startsWith("250 ");
                last.add(accepted.getLast());
            }
            gateway.kill();
            CutDisk cut = new CutDisk(start).play(disk.journal());
            cut.requireAll(disk.root());
            // Where a sync failed, the system has dropped what it held: no later sync wrote that.
            cut.cut(folder.resolve("left"), Survival.synced());
            assertThat(Spooled.subjects(folder.resolve("left/spool"))).containsAll(last);
        } finally {
            sink.release();
        }
    }

    private static boolean said(int from, String text) {
        return gateway.lines().subList(from, gateway.lines().size()).stream().anyMatch(l -> l.contains(text));
    }

    private static String send() throws IOException {
        String subject = "mail-" + ++counter;
        String reply = OneMail.send(port, "someone@dest.test", subject, counter % 3 == 0 ? LARGE : SMALL);
        (reply.startsWith("250 ") ? accepted : refused).add(subject);
        return reply;
    }

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(50));
    }
}
