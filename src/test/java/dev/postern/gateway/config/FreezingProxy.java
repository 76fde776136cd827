package dev.postern.gateway.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A TCP proxy that can lose every byte without closing anything, as a broken network does. What it froze stays dead. */
final class FreezingProxy implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean frozen;

    FreezingProxy(int target) throws IOException {
        this.target = target;
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    void freeze() {
        frozen = true;
    }

    void thaw() {
        frozen = false;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                sockets.add(client);
                if (!frozen) {
                    Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                    sockets.add(server);
                    Thread.ofPlatform().daemon().start(() -> copy(client, server));
                    Thread.ofPlatform().daemon().start(() -> copy(server, client));
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[16_384];
        try {
            for (int n = from.getInputStream().read(buffer); n > 0; n = from.getInputStream().read(buffer)) {
                if (frozen) {
                    return;
                }
                to.getOutputStream().write(buffer, 0, n);
            }
            from.close();
            to.close();
        } catch (IOException e) {
            // the other side is gone
        }
    }
}
