package dev.postern.testing.load;

import java.nio.charset.StandardCharsets;

/** The field of the head that says which message of which run this is. */
final class Mark {
    private static final byte[] NAME = "\nX-Bench: ".getBytes(StandardCharsets.US_ASCII);

    private Mark() {
    }

    /** What a head says. */
    record Found(String run, int message) {
        boolean of(String other) {
            return run.equals(other);
        }
    }

    static String field(String run, int message) {
        return "X-Bench: " + run + " " + message + "\r\n";
    }

    /** null where it is not there, as in a bounce */
    static Found find(byte[] head, int length) {
        for (int i = 0; i + NAME.length < length; i++) {
            if (head[i] == '\n' && matches(head, i)) {
                int end = i + NAME.length;
                while (end < length && head[end] != '\r') {
                    end++;
                }
                String[] words = new String(head, i + NAME.length, end - i - NAME.length, StandardCharsets.US_ASCII).split(" ");
                return words.length == 2 ? new Found(words[0], Integer.parseInt(words[1])) : null;
            }
        }
        return null;
    }

    private static boolean matches(byte[] head, int at) {
        for (int i = 1; i < NAME.length; i++) {
            if (head[at + i] != NAME[i]) {
                return false;
            }
        }
        return true;
    }
}
