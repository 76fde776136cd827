package dev.postern.testing.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Names in a folder as programs see them, as the disk has them, and what lies between. As POSIX promises no more: a name that was made,
 * changed or removed stays so only once the folder itself was synced; syncing a file does nothing for its name.
 */
final class CutFolder {
    /** {@link CutFile}s and folders, by name. */
    private final Map<String, Object> seen = new TreeMap<>();
    private final Map<String, Object> durable = new TreeMap<>();
    /** Each takes place whole or not at all; a value of null removes the name. */
    private final List<Map<String, Object>> pending = new ArrayList<>();
    private final Map<Long, Integer> syncs = new HashMap<>();

    /** Of a folder that is on the disk already. */
    static CutFolder of(Path folder) throws IOException {
        CutFolder result = new CutFolder();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path one : all.toList()) {
                result.seen.put(one.getFileName().toString(), Files.isDirectory(one) ? of(one) : CutFile.of(Files.readAllBytes(one)));
            }
        }
        result.durable.putAll(result.seen);
        return result;
    }

    Object get(String name) {
        return seen.get(name);
    }

    void put(String name, Object what) {
        Map<String, Object> change = new HashMap<>();
        change.put(name, what);
        change(change);
    }

    void rename(String from, String to) {
        Map<String, Object> change = new HashMap<>();
        change.put(to, seen.get(from));
        change.put(from, null);
        change(change);
    }

    private void change(Map<String, Object> change) {
        apply(change, seen);
        pending.add(change);
    }

    private static void apply(Map<String, Object> change, Map<String, Object> to) {
        change.forEach((name, what) -> {
            if (what == null) {
                to.remove(name);
            } else {
                to.put(name, what);
            }
        });
    }

    void syncBegins(long number) {
        syncs.put(number, pending.size());
    }

    /** Names that a failed sync did not bring to the disk may still come there with the next one: they are in the file system's own log. */
    void syncEnds(long number, boolean good) {
        int covered = syncs.remove(number);
        if (good) {
            List<Map<String, Object>> done = pending.subList(0, covered);
            done.forEach(change -> apply(change, durable));
            done.clear();
            syncs.replaceAll((other, count) -> Math.max(0, count - covered));
        }
    }

    /** Writes what survives into {@code target}, which must not exist. */
    void write(Path target, Survival survival) throws IOException {
        Files.createDirectories(target);
        Map<String, Object> left = new TreeMap<>(durable);
        pending.subList(0, survival.names(pending.size())).forEach(change -> apply(change, left));
        for (Map.Entry<String, Object> entry : left.entrySet()) {
            Path path = target.resolve(entry.getKey());
            if (entry.getValue() instanceof CutFolder folder) {
                folder.write(path, survival);
            } else {
                Files.write(path, ((CutFile) entry.getValue()).after(survival));
            }
        }
    }

    /** Paths below this folder, and what a program would read there. */
    Map<String, byte[]> seen() {
        Map<String, byte[]> all = new TreeMap<>();
        seen.forEach((name, what) -> {
            if (what instanceof CutFolder folder) {
                folder.seen().forEach((path, content) -> all.put(name + "/" + path, content));
            } else {
                all.put(name, ((CutFile) what).seen());
            }
        });
        return all;
    }
}
