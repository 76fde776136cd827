package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testing.PosternProcess;
import dev.postern.testing.Swaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a new user sees: {@code make run}, with other ports. */
class QuickstartIT {
    @TempDir
    Path folder;
    private int publicPort;
    private int privatePort;
    private int catcherPort;

    @Test
    void quickstartDoesWhatItsManifestsSay() throws Exception {
        Path manifests = copyQuickstart();
        Path data = folder.resolve("data");
        try (PosternProcess run = start(manifests, data)) {
            Swaks.send(publicPort, "ada@verified.test", "verified");
            run.awaitLine("delivery", l -> l.contains("Message done DCID"));
            assertThat(caught(data, "verified.test")).hasSize(1).first().asString().contains("Subject: verified");
            run.awaitLine("verified TLS", l -> l.contains("TLS success protocol TLSv1.3 cipher") && l.contains("for verified.test"));

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data))).isEqualTo("rwx------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("spool")))).isEqualTo("rwx------");

            Swaks.send(publicPort, "ada@plain.test", "plain");
            run.awaitLine("the line that says so", l -> l.contains("no TLS for plain.test") && l.contains("in clear"));
            await(() -> assertThat(caught(data, "plain.test")).hasSize(1));

            Swaks.send(publicPort, "ada@mismatch.test", "mismatch");
            run.awaitLine("the alert", l -> l.contains("TLSRequiredFailed") && l.contains("mismatch.test"));
            run.awaitLine("the delay", l -> l.contains("Delayed: DCID"));
            assertThat(caught(data, "mismatch.test")).isEmpty();

            assertThat(Swaks.tryToSend(publicPort, "ada@elsewhere.test", "relay").transcript()).contains("550");
            Swaks.send(privatePort, "ada@verified.test", "relayed");
            await(() -> assertThat(caught(data, "verified.test")).hasSize(2));

            int from = run.lines().size();
            edit(manifests.resolve("destinations.yaml"), "mode: RequiredVerify", "mode: RequireVerify");
            run.awaitLine("a refusal with file, line and field", from,
                    l -> l.contains("destinations.yaml:") && l.contains("spec.tls.mode") && l.contains("RequireVerify"));
            Swaks.send(publicPort, "ada@verified.test", "still serving");
            await(() -> assertThat(caught(data, "verified.test")).hasSize(3));

            int mended = run.lines().size();
            edit(manifests.resolve("destinations.yaml"), "mode: RequireVerify", "mode: Required");
            run.awaitLine("the mended plan", mended, l -> l.contains("in force"));
            await(() -> assertThat(caught(data, "mismatch.test")).hasSize(1));

            assertThat(run.stop()).isIn(0, 143);
        }
    }

    @Test
    void aBrokenFolderIsRefusedAtStartWithFileLineFieldAndReason() throws Exception {
        Path manifests = copyQuickstart();
        edit(manifests.resolve("gateway.yaml"), "hostname:", "hostnam:");
        try (PosternProcess run = PosternProcess.start(Map.of(), "run", manifests.toString(), "--data", folder.resolve("data").toString(), "--http-port", "0")) {
            assertThat(run.awaitExit()).isEqualTo(1);
            assertThat(run.lines()).anyMatch(l -> l.contains("gateway.yaml:7") && l.contains("spec.hostnam"));
        }
    }

    @Test
    void theManifestsThatComeWithItCheckOutAndAResourceOfNoGatewayDoesNot() throws Exception {
        for (String folder : List.of("manifests/quickstart", "manifests/samples")) {
            try (PosternProcess check = PosternProcess.start(Map.of(), "check", folder)) {
                assertThat(check.awaitExit()).as("%s: %s", folder, check.lines()).isZero();
            }
        }
        Path manifests = copyQuickstart();
        edit(manifests.resolve("destinations.yaml"), "destinations: [verified.test]", "gatewayRef: {name: edge}\n  destinations: [verified.test]");
        try (PosternProcess check = PosternProcess.start(Map.of(), "check", manifests.toString())) {
            assertThat(check.awaitExit()).isEqualTo(1);
            check.awaitLine("the stray", l -> l.contains("destinations.yaml:7") && l.contains("spec.gatewayRef.name") && l.contains("'edge'"));
        }
    }

    @Test
    void aSpoolFolderThatCannotBeUsedIsSaidInOneLine() throws Exception {
        Path data = Files.writeString(folder.resolve("data"), "a file where a folder is needed");
        try (PosternProcess run = PosternProcess.start(Map.of(), "run", copyQuickstart().toString(), "--data", data.toString(), "--http-port", "0")) {
            assertThat(run.awaitExit()).isEqualTo(1);
            assertThat(run.lines()).anyMatch(l -> l.startsWith("postern: ") && l.contains(data.toString()))
                    .noneMatch(l -> l.contains("\tat "));
        }
    }

    @Test
    void twoProcessesOnOneDataFolderAreRefused() throws Exception {
        Path manifests = copyQuickstart();
        Path data = folder.resolve("data");
        try (PosternProcess first = start(manifests, data);
                PosternProcess second = PosternProcess.start(Map.of(), "run", manifests.toString(), "--data", data.toString(), "--http-port", "0")) {
            assertThat(second.awaitExit()).isEqualTo(1);
            assertThat(second.lines()).anyMatch(l -> l.startsWith("postern: ") && l.contains("in use by another gateway"));
            assertThat(first.alive()).isTrue();
        }
    }

    private PosternProcess start(Path manifests, Path data) throws Exception {
        PosternProcess run = PosternProcess.start(Map.of(), "run", manifests.toString(), "--catcher", "--catcher-port", Integer.toString(catcherPort),
                "--data", data.toString(), "--http-port", "0");
        run.awaitLine("what to try", l -> l.contains("swaks --server 127.0.0.1:" + publicPort));
        return run;
    }

    private Path copyQuickstart() throws IOException {
        publicPort = PosternProcess.freePort();
        privatePort = PosternProcess.freePort();
        catcherPort = PosternProcess.freePort();
        Path copy = Files.createDirectories(folder.resolve("manifests"));
        try (Stream<Path> files = Files.list(Path.of("manifests/quickstart"))) {
            for (Path file : files.toList()) {
                String text = Files.readString(file).replace("2525", Integer.toString(publicPort)).replace("2587", Integer.toString(privatePort));
                for (int i = 0; i < 3; i++) {
                    text = text.replace(Integer.toString(2601 + i), Integer.toString(catcherPort + i));
                }
                Files.writeString(copy.resolve(file.getFileName()), text);
            }
        }
        return copy;
    }

    private static void edit(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    private static List<String> caught(Path data, String domain) throws IOException {
        Path mailbox = data.resolve("caught").resolve(domain);
        if (!Files.isDirectory(mailbox)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(mailbox)) {
            return files.filter(f -> f.toString().endsWith(".eml")).sorted().map(QuickstartIT::read).toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void await(org.awaitility.core.ThrowingRunnable assertion) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100)).untilAsserted(assertion);
    }
}
