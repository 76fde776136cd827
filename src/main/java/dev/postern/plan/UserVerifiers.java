package dev.postern.plan;

import dev.postern.sasl.Prepared;
import dev.postern.sasl.ScramVerifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The users of a listener and their verifiers, read from a Secret. They travel beside the private keys, under a name that no certificate
 * can have and that the plan knows by its digest, so that every change of a user is a new revision.
 *
 * <p>A key of the Secret is a user name, and its value the verifier. Names that are no keys, such as mail addresses, are lines
 * {@code NAME:VERIFIER} of the key {@value #FILE}, where empty lines and those that begin with {@code #} count for nothing.
 */
public final class UserVerifiers {
    /** Key of the Secret that holds lines in place of one verifier. */
    public static final String FILE = "users";
    /** Largest text of all users together: it shares a Secret, which can hold 1 MiB, with the private keys. */
    public static final int LARGEST = 512 * 1024;
    private static final String PREFIX = "_users-";
    private static final int SHOWN = 16;
    private static final int MOST_FAULTS = 5;

    private UserVerifiers() {
    }

    /** The name under which users travel. */
    public static String name(String digest) {
        return PREFIX + digest;
    }

    /**
     * The verifiers that travelled.
     *
     * @param text as {@link Reading#text} has it
     * @throws IllegalArgumentException where it is none; never with what it holds
     */
    public static Map<String, ScramVerifier> parse(String text) {
        Map<String, ScramVerifier> users = new HashMap<>();
        for (String line : text.split("\n")) {
            if (!line.isEmpty()) {
                int colon = Math.max(line.indexOf(':'), 0);
                users.put(line.substring(0, colon), ScramVerifier.parse(line.substring(colon + 1)));
            }
        }
        return users;
    }

    /**
     * What a Secret holds.
     *
     * @param text   a line for each user, in order; never printed
     * @param faults what is wrong, by key and line; the text is of no use then
     */
    record Reading(String text, int users, List<String> faults) {
        /** Of the text; random salts keep it from saying anything about passwords. */
        String digest() {
            return PlanParts.sha256(text).substring(0, SHOWN);
        }

        @Override
        public String toString() {
            return "Reading[" + users + " users, " + faults + "]";
        }
    }

    /** @param entries by key; null where the value is not text */
    static Reading read(Map<String, String> entries) {
        Map<String, String> users = new TreeMap<>();
        List<String> faults = new ArrayList<>();
        new TreeMap<>(entries).forEach((key, value) -> {
            if (value == null) {
                faults.add("key '" + key + "' is not text");
            } else if (key.equals(FILE)) {
                lines(value, users, faults);
            } else {
                add("key '" + key + "' ", key, value.strip(), users, faults);
            }
        });
        StringBuilder text = new StringBuilder();
        users.forEach((name, verifier) -> text.append(name).append(':').append(verifier).append('\n'));
        if (text.length() > LARGEST) {
            faults.add("the users take " + text.length() + " characters; allowed are " + LARGEST + " (about " + LARGEST / 160 + " users)");
        }
        return new Reading(text.toString(), users.size(), shortened(faults));
    }

    private static void lines(String file, Map<String, String> users, List<String> faults) {
        int number = 0;
        for (String line : file.split("\n")) {
            number++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            String place = "key '" + FILE + "', line " + number + ", ";
            int colon = text.indexOf(':');
            if (colon < 0 || text.startsWith(ScramVerifier.SCHEME + "$")) {
                faults.add(place + "is not NAME:VERIFIER; this key holds one such line for each user, that of a user called '" + FILE + "' too");
            } else {
                add(place, text.substring(0, colon), text.substring(colon + 1), users, faults);
            }
        }
    }

    private static void add(String place, String name, String verifier, Map<String, String> users, List<String> faults) {
        try {
            String prepared = Prepared.name(name);
            if (prepared.indexOf(':') >= 0 || prepared.startsWith("#")) {
                throw new IllegalArgumentException("the user name has ':', or begins with '#'");
            }
            if (users.put(prepared, ScramVerifier.parse(verifier).text()) != null) {
                throw new IllegalArgumentException("gives the user '" + prepared + "' a second time; each has one verifier");
            }
        } catch (IllegalArgumentException e) {
            faults.add(place + e.getMessage());
        }
    }

    private static List<String> shortened(List<String> faults) {
        if (faults.size() <= MOST_FAULTS) {
            return List.copyOf(faults);
        }
        List<String> first = new ArrayList<>(faults.subList(0, MOST_FAULTS));
        first.set(MOST_FAULTS - 1, first.getLast() + " (and " + (faults.size() - MOST_FAULTS) + " more)");
        return first;
    }
}
