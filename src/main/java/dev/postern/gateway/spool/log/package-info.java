/**
 * The write-ahead log of the store, as RocksDB writes it: what is damaged in it is mended, or cut out, before RocksDB reads it, which would
 * give up the rest of a block, or of the log, without a word. {@code LogFormat} knows a record, {@code FlippedBit} mends one, {@code LogScan} walks a
 * file, {@code LogRecords} puts fragments together, {@code LogCopy} writes them anew, {@code LogRepair} sees to the logs of a folder. Knows nothing of
 * what the records say but their sequence numbers.
 */
package dev.postern.gateway.spool.log;

