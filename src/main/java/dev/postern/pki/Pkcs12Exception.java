package dev.postern.pki;

/** A PKCS#12 file that cannot be used. The message is a clause without a full stop, and has no key material and no password. */
public final class Pkcs12Exception extends IllegalArgumentException {
    private final Reason reason;

    Pkcs12Exception(Reason reason, String message) {
        super(message);   // no cause: a library's message could quote what was decrypted
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** Why, as a status condition says it. */
    public enum Reason {
        /** Something else, or damaged. */
        NotPkcs12,
        /** The password does not open it; where the file has no MAC, a damaged one looks the same. */
        WrongPassword,
        NoKey,
        /** The message lists them. */
        SeveralKeys,
        /** None of its certificates is the key's. */
        NoCertificate,
        /** The key is of a kind or size that mail servers here do not take. */
        UnsupportedKey,
        /** Its protection is by an algorithm that is not known here, or would take too long to undo. */
        Unsupported
    }
}
