package dev.postern.gateway.admin;

import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the socket of a gateway is: in a folder of its own in that of its spool. */
public final class AdminSocket {
    static final String FOLDER = "admin";
    private static final String NAME = "queue.sock";
    /** What the system takes for a socket's path, in bytes. */
    private static final int LONGEST = 107;

    private AdminSocket() {
    }

    static Path folder(Path spool) {
        return spool.resolve(FOLDER);
    }

    static Path file(Path spool) {
        return folder(spool).resolve(NAME);
    }

    /** Whether a gateway has, or had when it was killed, a socket here. */
    public static boolean exists(Path spool) {
        return Files.exists(file(spool));
    }

    /** @throws IllegalArgumentException where the path is longer than the system takes */
    static UnixDomainSocketAddress address(Path spool) {
        Path file = file(spool);
        int length = file.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST) {
            throw new IllegalArgumentException("the path of the socket " + file + " has " + length + " bytes; the system takes " + LONGEST + ": choose a folder with a shorter path");
        }
        return UnixDomainSocketAddress.of(file);
    }
}
