package dev.postern.testing.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A folder on a disk, through whatever a journal says was done to it: at any moment, the power can be cut. */
public final class CutDisk {
    private final CutFolder root;
    private final Map<Integer, Object> open = new HashMap<>();
    private final Map<Long, Object> syncing = new HashMap<>();
    /** What could not be followed: path, and how it was done. */
    private final Map<String, String> unknown = new HashMap<>();

    /** @param start a copy of the folder as the program found it */
    public CutDisk(Path start) throws IOException {
        root = CutFolder.of(start);
    }

    /** All that the journal holds. */
    public CutDisk play(Path journal) throws IOException {
        try (DiskJournal in = new DiskJournal(journal)) {
            for (Change change = in.next(); change != null; change = in.next()) {
                apply(change);
            }
        }
        return this;
    }

    /** Takes one change up. */
    public void apply(Change change) {
        switch (change.type()) {
            case OPEN -> open.put(change.handle(), find(change.path()));
            case CREATE -> {
                CutFile made = new CutFile();
                parent(change.path()).put(name(change.path()), made);
                open.put(change.handle(), made);
            }
            case CLOSE -> open.remove(change.handle());
            case WRITE -> file(change).write(change.offset(), change.data());
            case TRUNCATE -> file(change).truncate(change.offset());
            case SYNC_BEGIN -> {
                Object what = open.get(change.handle());
                syncing.put(change.offset(), what);
                if (what instanceof CutFolder folder) {
                    folder.syncBegins(change.offset());
                } else {
                    file(change).syncBegins(change.offset());
                }
            }
            case SYNC_END -> {
                Object what = syncing.remove(change.offset());
                if (what instanceof CutFolder folder) {
                    folder.syncEnds(change.offset(), change.error() == 0);
                } else {
                    ((CutFile) what).syncEnds(change.offset(), change.error() == 0);
                }
            }
            case RENAME -> {
                if (parent(change.path()) != parent(change.other())) {
                    throw new IllegalStateException("moved from folder to folder, for which there are no rules here: " + change.path() + " to " + change.other());
                }
                parent(change.path()).rename(name(change.path()), name(change.other()));
            }
            case LINK -> parent(change.other()).put(name(change.other()), find(change.path()));
            case UNLINK, RMDIR -> parent(change.path()).put(name(change.path()), null);
            case MKDIR -> parent(change.path()).put(name(change.path()), new CutFolder());
            default -> unknown.put(change.path(), change.other());
        }
    }

    /**
     * Fails where this is not what is in {@code folder}, as the program that was killed left it: then the journal holds not everything, and proves
     * nothing. What the program was about at that moment may be done and not in the journal yet: one change, of two names at most.
     */
    public void requireAll(Path folder) throws IOException {
        if (!unknown.isEmpty()) {
            throw new AssertionError("done in a way that the journal cannot hold: " + unknown);
        }
        Map<String, byte[]> seen = root.seen();
        Set<String> names = new TreeSet<>(seen.keySet());
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile).forEach(file -> names.add(folder.relativize(file).toString()));
        }
        List<String> other = new ArrayList<>();
        for (String name : names) {
            Path file = folder.resolve(name);
            if (!seen.containsKey(name) || !Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), seen.get(name))) {
                other.add(name);
            }
        }
        if (names.isEmpty() || other.size() > 2) {
            throw new AssertionError("not what the journal says: " + other);
        }
    }

    /** Cuts the power: writes what survives into {@code target}, which must not exist. Can be done again and otherwise. */
    public void cut(Path target, Survival survival) throws IOException {
        root.write(target, survival);
    }

    private CutFile file(Change change) {
        return (CutFile) open.get(change.handle());
    }

    private Object find(String path) {
        return path.isEmpty() ? root : parent(path).get(name(path));
    }

    private CutFolder parent(String path) {
        CutFolder at = root;
        String[] names = path.split("/");
        for (int i = 0; i < names.length - 1; i++) {
            at = (CutFolder) at.get(names[i]);
        }
        return at;
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
