package dev.postern.pki;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Passwords of files, as Secrets and password files hold them. */
public final class Passwords {
    private Passwords() {
    }

    /**
     * The password in UTF-8; one line end at its end, which an editor puts there, does not count.
     *
     * @throws IllegalArgumentException where it is not UTF-8; never with what it is
     */
    public static char[] of(byte[] bytes) {
        CharBuffer text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the password is not UTF-8");
        }
        int length = text.length();
        if (length > 0 && text.get(length - 1) == '\n') {
            length--;
            if (length > 0 && text.get(length - 1) == '\r') {
                length--;
            }
        }
        return Arrays.copyOf(text.array(), length);
    }
}
