package dev.postern.manifest;

import java.util.regex.Pattern;

/** Paths of fields as Kubernetes writes them: {@code spec.hostAccess[0].senders[2]}, {@code data[tls.crt]}. The root is the empty text. */
final class FieldPath {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    private FieldPath() {
    }

    static String key(String parent, String key) {
        if (!PLAIN.matcher(key).matches()) {
            return parent + "[" + key + "]";
        }
        return parent.isEmpty() ? key : parent + "." + key;
    }

    static String item(String parent, int index) {
        return parent + "[" + index + "]";
    }

    /** The path without its last step; the root's is the root. */
    static String parent(String path) {
        int cut = path.endsWith("]") ? path.lastIndexOf('[') : path.lastIndexOf('.');
        return cut < 0 ? "" : path.substring(0, cut);
    }
}
