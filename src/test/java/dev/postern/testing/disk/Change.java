package dev.postern.testing.disk;

/**
 * One record of the journal. Paths are relative to the folder; "" is the folder itself.
 *
 * @param handle which opening of a file or folder, or 0
 * @param offset of WRITE; the new size for TRUNCATE; the sync's number for SYNC_BEGIN and SYNC_END
 * @param error  of SYNC_END: errno, or 0
 * @param other  the second path of RENAME and LINK; for UNKNOWN, how it was done
 */
public record Change(Type type, int handle, long offset, int error, String path, String other, byte[] data) {
    /** In the order of the library's own. */
    public enum Type { OPEN, CREATE, CLOSE, WRITE, TRUNCATE, SYNC_BEGIN, SYNC_END, RENAME, LINK, UNLINK, MKDIR, RMDIR, UNKNOWN }
}
