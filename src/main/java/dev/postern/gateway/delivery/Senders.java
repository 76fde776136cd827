package dev.postern.gateway.delivery;

import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** Puts senders into rings. What one sends under addresses that differ by a tag, a number or a recipient's address (VERP) is one sender's. */
final class Senders {
    /** So that nobody can choose whom to be in a ring with. */
    private static final int SALT = ThreadLocalRandom.current().nextInt();

    private Senders() {
    }

    /** @param sender reverse path without brackets; empty for {@code <>} */
    static int ring(String sender) {
        int hash = key(sender).hashCode() * 0x9E3779B9 ^ SALT;
        return (hash ^ hash >>> 15) * 0x85EBCA6B >>> 26;   // the upper six bits
    }

    /** The domain, and of the local part the letters up to the first {@code +}, {@code -}, {@code =} or digit. */
    static String key(String sender) {
        int at = sender.lastIndexOf('@');
        int end = 0;
        while (end < at && "+-=0123456789".indexOf(sender.charAt(end)) < 0) {
            end++;
        }
        return (sender.substring(0, end) + sender.substring(Math.max(0, at))).toLowerCase(Locale.ROOT);
    }
}
