package dev.postern.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Assumptions;

/** Port 25 of an address of loopback, where MX hosts are, in front of a server on another port. Leaves the test out where that port cannot be opened. */
public final class Passage implements AutoCloseable {
    private final ServerSocket door;

    public Passage(String address, int port) {
        assumePort25(address);
        try {
            door = new ServerSocket(25, 50, InetAddress.getByName(address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(() -> pass(port));
    }

    /** Leaves the test out where port 25 of an address cannot be opened. */
    public static void assumePort25(String address) {
        try {
            new ServerSocket(25, 1, InetAddress.getByName(address)).close();
        } catch (IOException e) {
            Assumptions.abort("port 25 of " + address + " cannot be opened: " + e.getMessage());
        }
    }

    private void pass(int port) {
        while (!door.isClosed()) {
            try {
                Socket in = door.accept();
                Socket out = new Socket(InetAddress.getLoopbackAddress(), port);
                Thread.ofVirtual().start(() -> copy(in, out));
                Thread.ofVirtual().start(() -> copy(out, in));
            } catch (IOException e) {
                // closed, or the server is away
            }
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from; to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // one of the two ended
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
