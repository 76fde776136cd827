package dev.postern.gateway.spool;

import dev.postern.gateway.disk.DurableFolder;
import dev.postern.gateway.spool.log.LogRepair;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Whether a folder can hold a spool, and in plain words why not. */
final class SpoolFolder {
    private SpoolFolder() {
    }

    /** Makes the folder where it is missing, for its owner alone, as it holds mail; and proves that files can be written there. */
    static void prepare(Path folder) throws SpoolOpenException {
        try {
            DurableFolder.make(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.delete(Files.createTempFile(folder, ".write-check", null));
            requireWhole(folder);
        } catch (FileAlreadyExistsException e) {
            throw new SpoolOpenException("spool folder " + folder + ": " + e.getFile() + " is a file; name a folder", e);
        } catch (AccessDeniedException e) {
            throw new SpoolOpenException("spool folder " + folder + " cannot be written by user " + System.getProperty("user.name")
                    + ": permission denied; give the folder to this user (in Kubernetes: securityContext.fsGroup)", e);
        } catch (FileSystemException e) {
            throw new SpoolOpenException("spool folder " + folder + " cannot be written: " + reason(e) + "; " + remedy(e.getReason()), e);
        } catch (IOException e) {
            throw new SpoolOpenException("spool folder " + folder + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** What is left of a store without the file that names the rest would be taken for an empty folder, and removed. */
    private static void requireWhole(Path folder) throws IOException, SpoolOpenException {
        if (Files.exists(folder.resolve("CURRENT"))) {
            return;
        }
        try (var found = Files.newDirectoryStream(folder, name -> name.getFileName().toString().matches(".*\\.(sst|blob|log)"))) {
            for (var part : found) {
                throw new SpoolOpenException("spool folder " + folder + " holds a part of a spool, such as " + part.getFileName()
                        + ", but not the file CURRENT that names its parts; restore the folder whole, or keep it elsewhere and start with an empty one", null);
            }
        }
        try (var bodies = Files.newDirectoryStream(folder.resolve(BodyFiles.FOLDER))) {
            if (bodies.iterator().hasNext()) {
                throw new SpoolOpenException("spool folder " + folder + " holds bodies of messages, but no store that knows them; restore the folder whole, or keep it elsewhere "
                        + "and start with an empty one", null);
            }
        } catch (NoSuchFileException e) {
            // an empty folder
        }
    }

    /** The one name of a folder that is there. */
    static Path real(Path folder) throws SpoolOpenException {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw new SpoolOpenException("spool folder " + folder + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /** Mends what is damaged in the store's logs, before the store reads them. */
    static LogRepair.Outcome repairLogs(Path folder) throws SpoolOpenException {
        try {
            return LogRepair.run(folder);
        } catch (IOException e) {
            throw new SpoolOpenException("spool folder " + folder + " has a damaged log, and the mended one cannot be written: " + e.getMessage()
                    + "; free space or enlarge the volume, and check it: without, mail would be lost", e);
        }
    }

    /** Says what an error of the store means for its folder. */
    static SpoolOpenException explain(Path folder, RocksDBException e) {
        var text = String.valueOf(e.getMessage());
        if (text.contains("LOCK")) {
            return new SpoolOpenException("spool folder " + folder
                    + " is in use by another gateway; stop that one, or give each gateway a folder of its own", e);
        }
        if (text.contains("olumn families") || text.contains("olumn family")) {
            return new SpoolOpenException("spool folder " + folder + " has another format (" + text
                    + "); use the version of Postern that wrote it, let it deliver all mail, then upgrade", e);
        }
        if (isFull(e)) {
            return new SpoolOpenException("spool folder " + folder + " is on a full volume; free space or enlarge the volume", e);
        }
        if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption) {
            return new SpoolOpenException("spool folder " + folder + " is damaged: " + text
                    + "; check the volume, keep a copy of the folder, and restore it or start with an empty one", e);
        }
        return new SpoolOpenException("spool folder " + folder + " cannot be opened: " + text, e);
    }

    /** Whether an error of the store says that space or quota is used up. */
    static boolean isFull(RocksDBException e) {
        if (e.getStatus() != null && e.getStatus().getSubCode() == Status.SubCode.NoSpace) {
            return true;
        }
        return isFull(String.valueOf(e.getMessage()));
    }

    /** Whether the system's text of an error says that. */
    static boolean isFull(String text) {
        return text.contains("No space left") || text.contains("Disk quota exceeded");
    }

    private static String reason(FileSystemException e) {
        return e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
    }

    private static String remedy(String reason) {
        if (reason == null) {
            return "check the folder and its volume";
        }
        if (reason.contains("No space") || reason.contains("quota")) {
            return "free space or enlarge the volume";
        }
        return reason.contains("Read-only") ? "mount the volume read-write" : "check the folder and its volume";
    }
}
