package dev.postern.gateway.spool.log;

import dev.postern.gateway.disk.DurableFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Mends the logs of a store that nobody has open. RocksDB would read a damaged one up to the damage, or leave out more than is damaged, and then remove it. A log that is
 * mended is written anew; the original is kept in {@link #FOLDER}.
 */
public final class LogRepair {
    /** Where originals are kept, below the store's folder. */
    public static final String FOLDER = "damaged";

    private static final Logger LOG = Logger.getLogger(LogRepair.class);
    /** Says until {@link #settled} that changes were lost. */
    private static final String LOST = "changes-lost";
    private static final String LOCK = "LOCK";
    private static final Pattern NAME = Pattern.compile("([0-9]{1,18})\\.log");

    private final Path folder;
    private int mended;
    private int lost;

    private LogRepair(Path folder) {
        this.folder = folder;
    }

    /**
     * What was done to the logs.
     *
     * @param mended flipped bits that were turned back
     * @param lost   stretches that cannot be read, and were left out
     */
    public record Outcome(int mended, int lost) {
        public static final Outcome NOTHING = new Outcome(0, 0);
    }

    /**
     * Looks at all logs in {@code folder}, and mends what is damaged. Does nothing while another process has the store open. What cannot be read is left to RocksDB.
     *
     * @throws IOException where a log is damaged, but cannot be written anew: opened as it is, mail in it would be gone
     */
    public static Outcome run(Path folder) throws IOException {
        var logs = logs(folder);
        if (logs.isEmpty()) {
            return Outcome.NOTHING;
        }
        try (var lock = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            return lock.tryLock() == null ? Outcome.NOTHING : new LogRepair(folder).repair(logs);
        }
    }

    /** Whether changes were lost since {@link #settled}: numbers that follow from others may not be right. */
    public static boolean unsettled(Path folder) {
        return Files.exists(folder.resolve(FOLDER).resolve(LOST));
    }

    /** Whoever keeps such numbers has them right again, on the disk. */
    public static void settled(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(FOLDER).resolve(LOST));
    }

    private record Log(Path file, long number) {
    }

    private static List<Log> logs(Path folder) {
        var logs = new ArrayList<Log>();
        try (var all = Files.newDirectoryStream(folder)) {
            for (var file : all) {
                var name = NAME.matcher(file.getFileName().toString());
                if (name.matches() && Files.isRegularFile(file)) {
                    logs.add(new Log(file, Long.parseLong(name.group(1))));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warnf("The logs of the spool in %s cannot be looked at before they are read: %s", folder, e.getMessage());
        }
        logs.sort(Comparator.comparingLong(Log::number));
        return logs;
    }

    private Outcome repair(List<Log> logs) throws IOException {
        var live = LiveLogs.oldest(folder);
        /* The last log that says how far it goes, and those behind it. */
        var since = new ArrayList<Looked>();
        for (var log : logs) {
            if (log.number < live.orElse(0)) {
                continue;
            }
            Looked looked;
            try {
                looked = new Looked(log, read(log, LogRecords.Sink.NOWHERE));
            } catch (IOException e) {
                LOG.warnf("The log %s of the spool cannot be looked at before it is read: %s", log.file, e.getMessage());
                continue;
            }
            var found = looked.found;
            if (found.damaged()) {
                renew(log, found.lost() > 0);
                tell(log, found);
            }
            if (found.first() >= 0) {
                if (!since.isEmpty() && since.getFirst().found.next() >= 0 && found.first() > since.getFirst().found.next()) {
                    gap(since, looked, live.isPresent());
                }
                since.clear();
            }
            since.add(looked);
        }
        if (!since.isEmpty() && since.getLast().found.end().started()) {
            LOG.warnf("The spool's log %s ends in the midst of a record, at byte %d: that is what was being written when the power was cut, or else damage", since.getLast().log.file,
                    since.getLast().found.end().offset());
        }
        return new Outcome(mended, lost);
    }

    private record Looked(Log log, LogRecords.Found found) {
    }

    /**
     * Changes between the first of {@code since} and {@code next} are missing. RocksDB goes on with a log only where the ones before it end cleanly, or lead up to it. Where it is not known which
     * logs are live, the first may as well be one that is done with, and others between them gone.
     */
    private void gap(List<Looked> since, Looked next, boolean known) throws IOException {
        var last = since.getFirst();
        if (!known && !last.found.end().started() && !next.found.beginningLost()) {
            return;
        }
        for (var looked : since) {
            if (!looked.found.damaged()) {
                renew(looked.log, true);
            }
        }
        if (!next.found.beginningLost()) {
            lost++;
            LOG.errorf("The spool's logs are damaged on the disk between byte %d of %s and the beginning of %s: %d changes are lost. All the rest is kept. %s",
                    last.found.end().offset(), last.log.file, next.log.file, next.found.first() - last.found.next(), advice());
        }
    }

    private static LogRecords.Found read(Log log, LogRecords.Sink sink) throws IOException {
        try (var file = FileChannel.open(log.file, StandardOpenOption.READ)) {
            var records = new LogRecords(sink);
            return records.finish(LogScan.scan(file, log.number, records));
        }
    }

    private void tell(Log log, LogRecords.Found found) {
        mended += found.mended();
        lost += found.lost();
        if (found.lost() == 0) {
            LOG.errorf("The spool's log %s was damaged on the disk: %s. Nothing is lost. Check disk and memory. The original is kept in %s", log.file,
                    String.join(", ", found.places()), folder.resolve(FOLDER));
        } else {
            LOG.errorf("The spool's log %s is damaged on the disk in %d places: %s. %s. All the rest of it is kept. %s", log.file, found.mended() + found.lost(),
                    String.join(", ", found.places()), found.beginningLost() || found.first() < 0 ? "Changes are lost" : "Up to " + found.changesLost() + " changes are lost", advice());
        }
    }

    private String advice() {
        return "A change is a stretch of a message, a message taken, or the note of what became of one. Check disk and memory; after a power cut, this may also be what was not yet "
                + "answered 250. The original is kept in " + folder.resolve(FOLDER);
    }

    /** Writes what is whole of a log in its place. @param losing whether that is less than there was */
    private void renew(Log log, boolean losing) throws IOException {
        var kept = DurableFolder.make(folder.resolve(FOLDER), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var name = log.file.getFileName().toString();
        var copy = kept.resolve(name + ".new");
        Files.deleteIfExists(copy);
        try (var to = FileChannel.open(copy, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            var sink = new LogCopy(to, log.number);
            read(log, sink);
            sink.finish();
        } catch (IOException e) {
            Files.deleteIfExists(copy);
            throw e;
        }
        keep(log.file, kept);
        if (losing) {
            Files.write(kept.resolve(LOST), new byte[0]);
        }
        DurableFolder.sync(kept);
        Files.move(copy, log.file, StandardCopyOption.ATOMIC_MOVE);
        DurableFolder.sync(folder);
    }

    private static void keep(Path file, Path into) throws IOException {
        var name = file.getFileName().toString();
        var free = into.resolve(name);
        for (var number = 2; Files.exists(free); number++) {
            free = into.resolve(name + "." + number);
        }
        try {
            Files.createLink(free, file);
        } catch (UnsupportedOperationException | IOException e) {
            Files.copy(file, free);   // some file systems have no links
        }
    }
}
