package dev.postern.testing.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * A host that never answers: its queue of connections is full and nobody takes any from it, so that Linux drops every further SYN, as a firewall that drops
 * packets does.
 */
public final class BlackHole implements AutoCloseable {
    private static final int FILLERS = 4;
    private final ServerSocket server;
    private final List<Socket> fillers = new ArrayList<>();

    /** @param address of the loopback network */
    public BlackHole(String address) throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getByName(address));
        for (int i = 0; i < FILLERS; i++) {
            Socket filler = new Socket();
            try {
                filler.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 300);
                fillers.add(filler);
            } catch (java.net.SocketTimeoutException e) {
                filler.close();
                return;   // full
            }
        }
        close();
        throw new IOException(address + " still takes connections with a full queue: net.ipv4.tcp_abort_on_overflow, or not Linux");
    }

    public int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (Socket filler : fillers) {
            filler.close();
        }
        server.close();
    }
}
