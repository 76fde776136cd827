package dev.postern.operator.certificate.keep;

import dev.postern.api.SecretKeyRef;
import dev.postern.operator.status.Reasons;
import dev.postern.pki.Passwords;

/** Passwords of PKCS#12 files, as Secrets hold them. */
final class SecretPasswords {
    private SecretPasswords() {
    }

    /**
     * A password without the line end that editors and {@code echo} put after it: one at most.
     *
     * @throws Unresolved where it is not text in UTF-8
     */
    static char[] read(byte[] bytes, String field, SecretKeyRef ref) throws Unresolved {
        try {
            return Passwords.of(bytes);
        } catch (IllegalArgumentException e) {
            throw new Unresolved(field, Reasons.INVALID_PASSWORD, "key '" + ref.keyOr(SecretKeyRef.PASSWORD) + "' of Secret '" + ref.name + "': " + e.getMessage());
        }
    }
}
