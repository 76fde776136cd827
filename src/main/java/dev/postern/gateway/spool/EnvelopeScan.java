package dev.postern.gateway.spool;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Walks the envelopes in MID order, past stretches that cannot be read. */
final class EnvelopeScan {

    /** An encoded envelope. */
    record Row(long mid, byte[] bytes) {
    }

    /**
     * Some envelopes, and where to go on.
     *
     * @param rows     in MID order
     * @param next     first MID of the next page; {@code before} at the end
     * @param damage   why the MIDs from {@code lostFrom} to {@code lostTo} (exclusive) could not be read, or null
     */
    record Page(List<Row> rows, long next, RocksDBException damage, long lostFrom, long lostTo) {
    }

    private EnvelopeScan() {
    }

    static Page page(RocksDB database, ColumnFamilyHandle envelopes, ReadOptions read, long from, long before, int most) throws RocksDBException {
        var rows = new ArrayList<Row>(most);
        var key = new byte[Long.BYTES];
        try (var iterator = database.newIterator(envelopes, read)) {
            for (iterator.seek(Keys.envelope(from)); iterator.isValid(); iterator.next()) {
                iterator.key(key);
                var mid = Keys.toLong(key);
                if (mid >= before) {
                    return new Page(rows, before, null, 0, 0);
                }
                if (rows.size() == most) {
                    return new Page(rows, mid, null, 0, 0);
                }
                rows.add(new Row(mid, iterator.value()));
            }
            var damage = failure(iterator);
            if (damage == null) {
                return new Page(rows, before, null, 0, 0);
            }
            var lostFrom = rows.isEmpty() ? from : rows.getLast().mid() + 1;
            var lostTo = behindDamage(iterator, lostFrom, before);
            return new Page(rows, lostTo, damage, lostFrom, lostTo);
        }
    }

    /** The first MID from which reading works again: doubling steps find some such place, halving ones the first. */
    private static long behindDamage(RocksIterator iterator, long bad, long before) {
        var step = 1L;
        var low = bad;
        var high = bad + step;
        while (high < before && !readable(iterator, high)) {
            low = high;
            step *= 2;
            high = Math.min(before, high + step);
        }
        while (high - low > 1) {
            var middle = low + (high - low) / 2;
            if (readable(iterator, middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    private static boolean readable(RocksIterator iterator, long mid) {
        iterator.seek(Keys.envelope(mid));
        return iterator.isValid() || failure(iterator) == null;
    }

    private static RocksDBException failure(RocksIterator iterator) {
        try {
            iterator.status();
            return null;
        } catch (RocksDBException e) {
            return e;
        }
    }
}
