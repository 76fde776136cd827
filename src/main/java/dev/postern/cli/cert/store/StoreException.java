package dev.postern.cli.cert.store;

/** Something that cannot be done where the Certificates are kept. The message is for people, and holds no key and no password. */
public final class StoreException extends RuntimeException {
    public StoreException(String message) {
        super(message);
    }
}
