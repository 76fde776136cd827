package dev.postern.gateway.spool;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The keys of encryption at rest: any of them may be needed to read, one writes or none. They come from a folder, as a Kubernetes Secret is
 * mounted: each file is a key, its name the key's, its content {@value SpoolKey#BYTES} bytes in base64 or hex. The file {@value #CURRENT} holds the
 * name of the key that writes, or {@value #CLEAR} to write in clear; it may be missing where there is one key. Names that begin with a dot are
 * not looked at.
 */
public final class SpoolKeys {
    static final String CURRENT = "current";
    static final String CLEAR = "none";
    /** No keys: mail is written in clear. */
    public static final SpoolKeys NONE = new SpoolKeys("no folder of keys was given", List.of(), null);
    /** A key's file has 64 characters and a line end. */
    private static final long MOST_BYTES = 1024;
    private static final int HEX_LENGTH = 2 * SpoolKey.BYTES;

    private final String whence;
    private final List<SpoolKey> keys;
    private final SpoolKey writing;

    private SpoolKeys(String whence, List<SpoolKey> keys, SpoolKey writing) {
        this.whence = whence;
        this.keys = List.copyOf(keys);
        this.writing = writing;
    }

    /**
     * The keys of a folder.
     *
     * @throws SpoolOpenException naming the file, what is wrong with it, and what is allowed
     */
    public static SpoolKeys read(Path folder) throws SpoolOpenException {
        var files = new TreeMap<String, String>();
        try (var all = Files.list(folder)) {
            for (var file : all.filter(f -> !f.getFileName().toString().startsWith(".")).toList()) {
                if (Files.isRegularFile(file)) {
                    files.put(file.getFileName().toString(), text(file));
                }
            }
        } catch (SpoolOpenException e) {
            throw e;
        } catch (IOException e) {
            throw new SpoolOpenException("the folder of spool keys " + folder + " cannot be read: " + e, e);
        }
        var current = files.remove(CURRENT);
        var keys = new ArrayList<SpoolKey>();
        for (var file : files.entrySet()) {
            keys.add(key(folder, file));
        }
        return new SpoolKeys("the keys in " + folder + " are " + keys, keys, writing(folder, keys, current));
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new SpoolOpenException("spool key " + file + " has " + Files.size(file) + " bytes" + allowed(), null);
        }
        try {
            return Files.readString(file).strip();
        } catch (CharacterCodingException e) {
            throw new SpoolOpenException("spool key " + file + " is not text" + allowed(), e);
        }
    }

    private static SpoolKey key(Path folder, Map.Entry<String, String> file) throws SpoolOpenException {
        try {
            var text = file.getValue();
            var secret = text.length() == HEX_LENGTH ? HexFormat.of().parseHex(text) : Base64.getDecoder().decode(text);
            return SpoolKey.of(file.getKey(), secret);
        } catch (IllegalArgumentException e) {
            // Not its cause: that may quote the key.
            throw new SpoolOpenException("spool key " + folder.resolve(file.getKey()) + " is no key" + allowed(), null);
        }
    }

    private static String allowed() {
        return "; allowed are " + SpoolKey.BYTES + " random bytes as base64 (44 characters) or hex (" + HEX_LENGTH + "): openssl rand -base64 " + SpoolKey.BYTES;
    }

    private static SpoolKey writing(Path folder, List<SpoolKey> keys, String current) throws SpoolOpenException {
        var names = keys.stream().map(SpoolKey::name).toList();
        if (keys.isEmpty()) {
            throw new SpoolOpenException("the folder of spool keys " + folder + " has no key" + allowed().replace("; allowed are ", "; give it a file of "), null);
        }
        if (current == null && keys.size() > 1) {
            throw new SpoolOpenException("the folder of spool keys " + folder + " has several keys, " + names + ", and no file '" + CURRENT
                    + "' that names the one that writes", null);
        }
        if (CLEAR.equals(current)) {
            return null;
        }
        return keys.stream().filter(key -> current == null || key.name().equals(current)).findFirst()
                .orElseThrow(() -> new SpoolOpenException("the folder of spool keys " + folder + ": '" + CURRENT + "' says '" + current + "'; allowed are " + names
                        + ", and '" + CLEAR + "' to write in clear", null));
    }

    /** The key that writes, or null where mail is written in clear. */
    SpoolKey writing() {
        return writing;
    }

    /** The key of this fingerprint, or null. */
    SpoolKey of(long fingerprint) {
        return keys.stream().filter(key -> key.fingerprint() == fingerprint).findFirst().orElse(null);
    }

    /** The key of this name, or null. */
    SpoolKey named(String name) {
        return keys.stream().filter(key -> key.name().equals(name)).findFirst().orElse(null);
    }

    /** What there is, for error texts. */
    String whence() {
        return whence;
    }
}
