package dev.postern.gateway.delivery;

/**
 * How many workers a lane may have at once, by how its servers do. It starts with one and doubles with each connection that is taken, until one is refused while others are
 * open: then it shrinks to what is open, and grows by one for each window full of messages that were taken. Guarded by the scheduler's lock.
 */
final class Window {
    private float size = 1;
    private boolean steep = true;

    int size() {
        return (int) size;
    }

    /** A connection was taken. @param limit of the destination */
    void opened(int limit) {
        size = Math.max(size, Math.min(steep ? 2 * size : size + 1 / size, limit));
    }

    /** A message was taken. */
    void took(int limit) {
        if (!steep) {
            size = Math.max(size, Math.min(size + 1 / size, limit));
        }
    }

    /** A connection was refused while {@code open} others are open. */
    void refused(int open) {
        steep = false;
        size = Math.max(1, Math.min(size, open));
    }

    /** No host took a connection. */
    void dead() {
        size = 1;
        steep = true;
    }
}
