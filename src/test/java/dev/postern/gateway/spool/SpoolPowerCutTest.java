package dev.postern.gateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testing.Folders;
import dev.postern.testing.disk.Change;
import dev.postern.testing.disk.CutDisk;
import dev.postern.testing.disk.DiskJournal;
import dev.postern.testing.disk.FaultyDisk;
import dev.postern.testing.disk.Survival;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A spool pours and is killed once; from what it did to the disk, in order, follows what a power cut leaves at any moment of that time. */
class SpoolPowerCutTest {
    private static final int CUTS = Integer.getInteger("postern.powercut.moments", 12);
    private static final int MARKS = 4_000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path folder;
    private final Random random = new Random();
    private final Set<Long> committed = new TreeSet<>();
    private final Set<Long> touched = new HashSet<>();
    private final Set<Long> dsns = new TreeSet<>();
    private int cuts;

    @Test
    void whateverWasCommittedOutlivesAPowerCutAtAnyMoment() throws Exception {
        var disk = new FaultyDisk(folder.resolve("disk"), folder.resolve("beside"));
        Files.createDirectories(disk.root());
        var start = Files.createDirectories(folder.resolve("start"));
        disk.slow(Duration.ofMillis(2));
        pourAndKill(disk);
        var records = count(disk.journal());

        var moments = new TreeSet<Integer>(List.of(records));
        while (moments.size() < CUTS) {
            moments.add(1 + random.nextInt(records));
        }
        var cut = new CutDisk(start);
        try (var journal = new DiskJournal(disk.journal())) {
            for (var i = 1; i <= records; i++) {
                var change = journal.next();
                cut.apply(change);
                note(change);
                if (moments.contains(i)) {
                    check(cut, Survival.synced());
                    check(cut, Survival.random(random));
                    check(cut, Survival.random(random));
                }
            }
        }
        check(cut, Survival.everything());
        cut.requireAll(disk.root());
        assertThat(committed.size()).isGreaterThan(300);
        assertThat(dsns).isNotEmpty();
    }

    private void pourAndKill(FaultyDisk disk) throws Exception {
        var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
                "-Xmx128m", "-Djava.util.logging.manager=org.jboss.logmanager.LogManager", "-cp", System.getProperty("java.class.path"),
                SpoolCrashChild.class.getName(), disk.root().resolve("spool").toString(), disk.root().resolve("marks").toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(disk.environment());
        var child = builder.start();
        try {
            var marks = disk.root().resolve("marks");
            await().atMost(PATIENCE).until(() -> !child.isAlive() || Files.exists(marks) && Files.size(marks) > MARKS * 8L);
            assertThat(child.isAlive()).as("the child pours on until it is killed").isTrue();
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private static int count(Path journal) throws IOException {
        var count = 0;
        try (var in = new DiskJournal(journal)) {
            while (in.next() != null) {
                count++;
            }
        }
        return count;
    }

    /** What the child knew by then, in the words of {@link SpoolCrashChild}. It writes each mark at once. */
    private void note(Change change) {
        if (change.type() != Change.Type.WRITE) {
            return;
        }
        var text = new String(change.data(), 0, Math.min(change.data().length, 40), StandardCharsets.ISO_8859_1);
        if (!text.startsWith(SpoolCrashChild.MARK)) {
            return;
        }
        var mark = text.substring(SpoolCrashChild.MARK.length()).strip();
        var mid = Long.parseLong(mark.substring(2));
        switch (mark.charAt(0)) {
            case 'C' -> committed.add(mid);
            case 'U' -> touched.add(mid);
            case 'B' -> dsns.add(mid);
            default -> { }
        }
    }

    private void check(CutDisk cut, Survival survival) throws Exception {
        var left = folder.resolve("cut" + ++cuts);
        cut.cut(left, survival);
        try (var fixture = new SpoolFixture(left.resolve("spool"))) {
            var present = new HashMap<Long, Envelope>();
            Messages.pending(fixture.spool).forEach(envelope -> present.put(envelope.mid(), envelope));
            assertThat(fixture.spool.messages()).isEqualTo(present.size());
            assertThat(present.keySet()).as("DSNs, at cut %d", cuts).containsAll(dsns);
            var untouched = new ArrayList<>(committed);
            untouched.removeAll(touched);
            assertThat(present.keySet()).as("committed, at cut %d", cuts).containsAll(untouched);
            for (var envelope : present.values()) {
                intact(fixture.spool, envelope, present);
            }
            assertThat(fixture.damaged).isEmpty();
        }
        Folders.delete(left);
    }

    private static void intact(Spool spool, Envelope envelope, Map<Long, Envelope> present) throws Exception {
        var mid = envelope.mid();
        var address = envelope.recipients().getFirst().address();
        var body = address.startsWith("dsn-of-") ? SpoolCrashChild.dsnBody() : SpoolCrashChild.body(mid);
        assertThat(Messages.read(spool, mid, 0, body.length + 1)).as("body of MID %d", mid).isEqualTo(body);
        if (address.startsWith("dsn-of-")) {
            assertThat(present).as("a DSN and its bounce are one write").doesNotContainKey(Long.parseLong(address.substring(7, address.indexOf('@'))));
        }
    }
}
