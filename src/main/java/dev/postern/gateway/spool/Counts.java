package dev.postern.gateway.spool;

import dev.postern.gateway.spool.log.LogRepair;
import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;

/**
 * How many messages there are. Each write keeps these numbers right, but for one that a damaged log lost: then they are counted anew.
 *
 * @param messages all
 * @param held     those of them on hold
 */
record Counts(long messages, long held) {
    private static final int PAGE = 1_024;

    static Counts of(Path folder, Store store) throws RocksDBException, IOException {
        if (LogRepair.unsettled(folder)) {
            store.settle(counted(store));
            LogRepair.settled(folder);
        }
        return new Counts(store.number(Keys.COUNT, 0), store.number(Keys.HELD, 0));
    }

    /** Stretches of envelopes that cannot be read are left out. */
    private static Counts counted(Store store) {
        var messages = 0L;
        var held = 0L;
        for (var from = 0L; from < Long.MAX_VALUE;) {
            var page = store.envelopes(from, Long.MAX_VALUE, PAGE);
            messages += page.rows().size();
            held += page.rows().stream().filter(row -> held(store, row)).count();
            from = page.next();
        }
        return new Counts(messages, held);
    }

    private static boolean held(Store store, EnvelopeScan.Row row) {
        try {
            return store.decode(row.mid(), row.bytes()).held();
        } catch (IllegalArgumentException e) {
            return false;   // damaged
        }
    }
}
