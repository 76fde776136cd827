package dev.postern.gateway.spool;

/**
 * Bounds of the store's memory, files and threads. Native memory is at most about
 * {@code 3 * (bodyBufferBytes + envelopeBufferBytes) + blockCacheBytes + 2 * groupBytes + 16 MiB} (buffers of flush and compaction, the
 * library itself): 128 MiB with the {@link #DEFAULTS}. On top come Netty's buffers: at most 64 KiB for each message on its way in, as much
 * again while a chunk waits for the writer.
 *
 * @param bodyBufferBytes     one write buffer of bodies; up to three exist. A body that is delivered before its buffer is flushed never
 *                            reaches a data file, so larger is less I/O
 * @param envelopeBufferBytes one write buffer of envelopes; up to three exist
 * @param blockCacheBytes     cache of envelope blocks, indexes and filters
 * @param walBytes            write-ahead log kept before buffers are flushed; bounds what is replayed after a crash
 * @param blobFileBytes       size of a body file: small ones are freed sooner
 * @param maxOpenFiles        file descriptors of the store
 * @param backgroundThreads   flushes and compactions at a time
 * @param readerThreads       reads at a time
 * @param queueLength         operations that wait for the writer, and reads that wait for a reader; more are refused
 * @param groupBytes          body bytes written and synced together, one operation more at most
 * @param midBlock            message IDs reserved at a time; an unclean stop skips up to so many
 */
public record SpoolOptions(int bodyBufferBytes, int envelopeBufferBytes, int blockCacheBytes, long walBytes, int blobFileBytes,
        int maxOpenFiles, int backgroundThreads, int readerThreads, int queueLength, int groupBytes, int midBlock) {

    /** Suited to a container of 512 MiB. */
    public static final SpoolOptions DEFAULTS = new SpoolOptions(24 << 20, 4 << 20, 12 << 20, 64L << 20, 32 << 20, 256, 2, 2, 16_384, 8 << 20,
            10_000);

    public SpoolOptions {
        atLeast("bodyBufferBytes", bodyBufferBytes, 1 << 20);
        atLeast("envelopeBufferBytes", envelopeBufferBytes, 256 << 10);
        atLeast("blockCacheBytes", blockCacheBytes, 1 << 20);
        atLeast("walBytes", walBytes, 1 << 20);
        atLeast("blobFileBytes", blobFileBytes, 1 << 20);
        atLeast("maxOpenFiles", maxOpenFiles, 32);
        atLeast("backgroundThreads", backgroundThreads, 1);
        atLeast("readerThreads", readerThreads, 1);
        atLeast("queueLength", queueLength, 16);
        atLeast("groupBytes", groupBytes, Chunk.FRAMED);
        atLeast("midBlock", midBlock, 10);
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + "; allowed is " + least + " or more");
        }
    }
}
