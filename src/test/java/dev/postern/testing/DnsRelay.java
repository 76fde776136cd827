package dev.postern.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;

/** Passes DNS queries on, over UDP and TCP: BIND listens at no address of the loopback network but 127.0.0.1. */
final class DnsRelay implements AutoCloseable {
    private static final int MOST = 65_535;
    private final DatagramSocket datagrams;
    private final ServerSocket connections;
    private final InetSocketAddress server;

    DnsRelay(String ip, int port, InetSocketAddress server) throws IOException {
        this.server = server;
        InetSocketAddress own = new InetSocketAddress(InetAddress.getByName(ip), port);
        datagrams = new DatagramSocket(own);
        connections = new ServerSocket();
        connections.bind(own);
        Thread.startVirtualThread(this::datagrams);
        Thread.startVirtualThread(this::connections);
    }

    private void datagrams() {
        try {
            while (true) {
                DatagramPacket query = new DatagramPacket(new byte[MOST], MOST);
                datagrams.receive(query);
                Thread.startVirtualThread(() -> pass(query));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void pass(DatagramPacket query) {
        try (DatagramSocket out = new DatagramSocket()) {
            out.setSoTimeout(10_000);
            out.send(new DatagramPacket(query.getData(), query.getLength(), server));
            DatagramPacket answer = new DatagramPacket(new byte[MOST], MOST);
            out.receive(answer);
            datagrams.send(new DatagramPacket(Arrays.copyOf(answer.getData(), answer.getLength()), answer.getLength(), query.getSocketAddress()));
        } catch (IOException e) {
            // no answer is an answer too
        }
    }

    private void connections() {
        try {
            while (true) {
                Socket client = connections.accept();
                Thread.startVirtualThread(() -> pass(client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void pass(Socket client) {
        try (client; Socket out = new Socket(server.getAddress(), server.getPort())) {
            Thread back = Thread.startVirtualThread(() -> copy(out, client));
            copy(client, out);
            back.join();
        } catch (IOException | InterruptedException e) {
            // the client sees its end
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // the other side sees its end
        }
    }

    @Override
    public void close() {
        datagrams.close();
        try {
            connections.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
