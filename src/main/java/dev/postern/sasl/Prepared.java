package dev.postern.sasl;

import com.ongres.saslprep.SASLprep;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** User names and passwords as SASL compares them: prepared with SASLprep (RFC 4013), so that one name has one form. */
public final class Prepared {
    /** Longest user name in octets of UTF-8 (RFC 4616 section 2). */
    public static final int LONGEST_NAME = 255;
    /** Longest password in octets of UTF-8; far more than anybody types, and little enough to be cheap. */
    public static final int LONGEST_PASSWORD = 1024;
    private static final SASLprep PROFILE = new SASLprep();

    private Prepared() {
    }

    /**
     * A name that is to be kept.
     *
     * @throws IllegalArgumentException saying what was wrong and what is allowed
     */
    public static String name(String text) {
        return stored("user name", text, LONGEST_NAME);
    }

    /**
     * A password that is to be kept.
     *
     * @throws IllegalArgumentException saying what was wrong; never with the password
     */
    public static String password(String text) {
        return stored("password", text, LONGEST_PASSWORD);
    }

    /** A name that a client gave; empty where nobody can have it. */
    public static Optional<String> givenName(String text) {
        return given(text, LONGEST_NAME);
    }

    /** A password that a client gave; empty where nobody can have it. */
    public static Optional<String> givenPassword(String text) {
        return given(text, LONGEST_PASSWORD);
    }

    private static String stored(String what, String text, int longest) {
        String prepared;
        try {
            prepared = PROFILE.prepareStored(text);
        } catch (IndexOutOfBoundsException e) {
            prepared = "";   // nothing is left of it, which the library does not expect
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the " + what + " has a character that SASLprep (RFC 4013) forbids, such as a control character or an emoji");
        }
        if (prepared.isEmpty() || octets(prepared) > longest) {
            throw new IllegalArgumentException("the " + what + " is " + (prepared.isEmpty() ? "empty" : "longer than " + longest + " octets") + "; allowed are 1 to " + longest
                    + " octets of UTF-8");
        }
        return prepared;
    }

    private static Optional<String> given(String text, int longest) {
        if (octets(text) > longest) {
            return Optional.empty();
        }
        try {
            return Optional.of(PROFILE.prepareQuery(text)).filter(prepared -> !prepared.isEmpty() && octets(prepared) <= longest);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();   // forbidden, or nothing is left of it
        }
    }

    private static int octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
