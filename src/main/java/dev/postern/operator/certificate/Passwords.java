package dev.postern.operator.certificate;

import dev.postern.api.SecretKeyRef;
import dev.postern.operator.status.Reasons;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Passwords of PKCS#12 files, as Secrets hold them. */
final class Passwords {
    /** Where a reference names no key: of a file, and of its password. */
    static final String FILE = "keystore.p12";
    static final String PASSWORD = "password";

    private Passwords() {
    }

    /**
     * A password without the line end that editors and {@code echo} put after it: one at most.
     *
     * @throws Unresolved where it is not text in UTF-8
     */
    static char[] read(byte[] bytes, String field, SecretKeyRef ref) throws Unresolved {
        CharBuffer chars;
        try {
            chars = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw new Unresolved(field, Reasons.INVALID_PASSWORD, "key '" + ref.keyOr(PASSWORD) + "' of Secret '" + ref.name + "' is not text in UTF-8");
        }
        int end = chars.limit();
        if (end > 0 && chars.get(end - 1) == '\n') {
            end -= end > 1 && chars.get(end - 2) == '\r' ? 2 : 1;
        }
        return Arrays.copyOfRange(chars.array(), 0, end);
    }
}
