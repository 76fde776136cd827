package dev.postern.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A child process that dies with this JVM, even when the JVM is killed. */
final class ServerProcess {
    /** Its standard input is a pipe from us: when that closes, for whatever reason, the program is killed. */
    private static final String WATCHED = "exec 3<&0; \"$@\" </dev/null & pid=$!; { cat <&3 >/dev/null; kill -9 $pid; } 2>/dev/null & wait $pid";

    private final String name;
    private final Path log;
    private final Process process;

    ServerProcess(String name, Path log, List<String> command) {
        this.name = name;
        this.log = log;
        List<String> whole = new ArrayList<>(List.of("/bin/sh", "-c", WATCHED, name));
        whole.addAll(command);
        try {
            process = new ProcessBuilder(whole).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    /** As kill -9 does it; returns when the program is gone. */
    void kill() {
        try {
            process.getOutputStream().close();
            process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The end of its log, for messages. */
    String says() {
        try {
            List<String> lines = Files.readAllLines(log);
            return name + " said:\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            return name + " said nothing: " + e.getMessage();
        }
    }
}
