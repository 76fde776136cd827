package dev.postern.gateway.spool;

/** Octets of an envelope, however damaged, give an envelope or the one error that says so. */
public final class EnvelopeFuzz {

    private EnvelopeFuzz() {
    }

    /** Called by the fuzzer, and by the replay of what it found. */
    public static void fuzzerTestOneInput(byte[] data) {
        try {
            EnvelopeCodec.decode(7, data);
        } catch (IllegalArgumentException e) {
            // damaged: the spool sets the message aside
        }
    }
}
