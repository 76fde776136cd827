package dev.postern.gateway.spool;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksObject;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WALRecoveryMode;

/** Native settings of the store; closed after it, in the reverse order of their making. */
final class StoreSettings implements AutoCloseable {
    private static final int WRITE_BUFFERS = 3;
    private static final long MIN_BLOB_BYTES = 4 << 10;
    /** Tombstones that no other write pushes down are gone after so long. */
    private static final long PERIODIC_COMPACTION_SECONDS = 6 * 3600;
    /** So many files may wait for a compaction: one that fails over a damaged file must not stop writes. */
    private static final int UNCOMPACTED_FILES = 1_000;
    /** Of so many keys in a row, or of a file by this share, as many removed make it due for compaction. */
    private static final int TOMBSTONE_WINDOW = 4_096;
    private static final int TOMBSTONES = 2_048;
    private static final double TOMBSTONE_SHARE = 0.3;
    private static final int LOG_FILES = 2;
    private static final int LOG_FILE_BYTES = 1 << 20;

    private final List<RocksObject> owned = new ArrayList<>();
    final DBOptions database;
    final ColumnFamilyOptions meta;
    final ColumnFamilyOptions envelopes;
    final ColumnFamilyOptions bodies;

    StoreSettings(SpoolOptions options) {
        var cache = own(new LRUCache(options.blockCacheBytes()));
        var filter = own(new BloomFilter(10));
        var table = new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(filter).setCacheIndexAndFilterBlocks(true);
        meta = own(family(options.envelopeBufferBytes(), table).setMaxWriteBufferNumber(2));
        envelopes = own(family(options.envelopeBufferBytes(), table));
        // Bodies live in blob files, which compaction does not rewrite; the older half of them is collected once half of it is garbage.
        bodies = own(family(options.bodyBufferBytes(), table).setEnableBlobFiles(true).setMinBlobSize(MIN_BLOB_BYTES)
                .setBlobFileSize(options.blobFileBytes()).setBlobCompressionType(CompressionType.NO_COMPRESSION)
                .setEnableBlobGarbageCollection(true).setBlobGarbageCollectionAgeCutoff(0.5).setBlobGarbageCollectionForceThreshold(0.5));
        database = own(new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true)
                // One damaged file must not stop the rest: reads of it fail, and are seen to by whoever reads.
                .setParanoidChecks(false)
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setMaxTotalWalSize(options.walBytes())
                // Overwriting an old log saves the file system's own journal write at each sync.
                .setRecycleLogFileNum(2)
                .setMaxOpenFiles(options.maxOpenFiles()).setMaxBackgroundJobs(Math.max(2, options.backgroundThreads()))
                .setMaxSubcompactions(1).setBytesPerSync(1 << 20)
                .setSkipStatsUpdateOnDbOpen(true).setStatsDumpPeriodSec(0).setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL).setMaxLogFileSize(LOG_FILE_BYTES).setKeepLogFileNum(LOG_FILES));
    }

    private ColumnFamilyOptions family(long bufferBytes, BlockBasedTableConfig table) {
        return compactingTombstones().setWriteBufferSize(bufferBytes).setMaxWriteBufferNumber(WRITE_BUFFERS).setTableFormatConfig(table)
                .setLevel0SlowdownWritesTrigger(UNCOMPACTED_FILES).setLevel0StopWritesTrigger(UNCOMPACTED_FILES)
                .setCompressionType(CompressionType.NO_COMPRESSION).setPeriodicCompactionSeconds(PERIODIC_COMPACTION_SECONDS);
    }

    /** A file in which many keys are removed in a row is compacted soon, or every walk would have to step over them. */
    private ColumnFamilyOptions compactingTombstones() {
        var collector = own(TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(TOMBSTONE_WINDOW, TOMBSTONES, TOMBSTONE_SHARE));
        // Options alone take it.
        try (var options = new Options()) {
            options.setTablePropertiesCollectorFactory(List.of(collector));
            return new ColumnFamilyOptions(options);
        }
    }

    private <T extends RocksObject> T own(T object) {
        owned.add(object);
        return object;
    }

    @Override
    public void close() {
        owned.reversed().forEach(RocksObject::close);
    }
}
