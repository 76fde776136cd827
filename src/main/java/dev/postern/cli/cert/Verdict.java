package dev.postern.cli.cert;

/**
 * One thing that was looked at.
 *
 * @param check   connection, key, dates, chain, trust or name
 * @param level   what follows for a peer that verifies
 * @param message a sentence: what was found, and what to do
 */
record Verdict(String check, Level level, String message) {

    /** What follows. */
    enum Level {
        /** Nothing. */
        OK,
        /** Nothing today, or not with every peer. */
        WARNING,
        /** It does not send, or not over this connection. */
        REFUSED
    }
}
