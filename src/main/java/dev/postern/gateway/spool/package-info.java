/**
 * What is accepted and not yet delivered, on disk. {@code Spool} is the interface; {@code RocksSpool} keeps it in an
 * embedded store. A stage that completes means that the data is synced, not that it was handed to the system.
 *
 * <p>The way of a message: {@code IncomingMessage} fills chunks, {@code SpoolWriter} takes what many of them hand it as {@code Op}s, puts
 * it into one {@code Group} and has {@code Store} write and sync that; {@code StoreStart} is what happens when that is opened. {@code BodyReader} checks every {@code Chunk} it reads; what is
 * damaged goes to {@code Quarantine}. {@code DiskSpace} says when to refuse mail, {@code SpaceKeeper} gives space back,
 * {@code StorageFailure} bridges the time in which nothing can be written. {@code Sealing} encrypts what goes into the store and into files where there are
 * {@code SpoolKeys}; {@code KeyHistory} says which key wrote what. {@code PendingScan} keeps a walk through the queue and the writer in step. {@code Counts} are the numbers of
 * messages; {@code log} mends the store's log before the store reads it. Formats: {@code Keys},
 * {@code EnvelopeCodec}, {@code Chunk}, {@code Sealing}.
 */
package dev.postern.gateway.spool;
