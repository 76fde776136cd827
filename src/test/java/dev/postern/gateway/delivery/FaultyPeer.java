package dev.postern.gateway.delivery;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A mail server whose first connection goes silent or is reset at one point; all others are as they should be. */
final class FaultyPeer implements AutoCloseable {
    /** Where: in place of the answer to that. In the body's midst; at DOT with the message taken and kept. */
    enum Stage { GREETING, EHLO, STARTTLS, HANDSHAKE, MAIL, RCPT, DATA, BODY, DOT, QUIT }

    /** How. */
    enum Fault { STALL, RESET }

    private static final int SMALL_WINDOW = 8192;
    private static final int OF_THE_BODY = 1000;

    private final ServerSocket listener = new ServerSocket();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    /** Bytes of each message that it took. */
    final List<Integer> mails = new CopyOnWriteArrayList<>();
    private final Stage stage;
    private final Fault fault;
    private final SSLContext identity;

    private static final class Gone extends IOException {
    }

    FaultyPeer(Stage stage, Fault fault, SSLContext identity) throws IOException {
        this.stage = stage;
        this.fault = fault;
        this.identity = identity;
        listener.setReceiveBufferSize(SMALL_WINDOW);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                boolean first = sockets.size() == 1;
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        say(socket.getOutputStream(), at(Stage.GREETING, socket, first), "220 peer.test ESMTP");
                        serve(socket, socket, first);
                    } catch (IOException e) {
                        // as it is meant to be
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    /** Does what is to be done at this stage, if it is the one; comes back only if it is not. */
    private boolean at(Stage reached, Socket plain, boolean first) throws IOException {
        if (!first || reached != stage) {
            return true;
        }
        if (fault == Fault.RESET) {
            plain.setSoLinger(true, 0);
            plain.close();
            throw new Gone();
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new Gone();
    }

    private void serve(Socket plain, Socket socket, boolean first) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        for (String line = line(in); line != null; line = line(in)) {
            switch (line.split("[ :]")[0]) {
                case "EHLO" -> say(out, at(Stage.EHLO, plain, first), socket == plain ? "250-peer.test\r\n250 STARTTLS" : "250 peer.test");
                case "STARTTLS" -> {
                    say(out, at(Stage.STARTTLS, plain, first), "220 go ahead");
                    at(Stage.HANDSHAKE, plain, first);
                    SSLSocket secure = (SSLSocket) identity.getSocketFactory().createSocket(plain, null, plain.getPort(), false);
                    secure.setUseClientMode(false);
                    secure.startHandshake();
                    serve(plain, secure, first);
                    return;
                }
                case "MAIL" -> say(out, at(Stage.MAIL, plain, first), "250 2.1.0 ok");
                case "RCPT" -> say(out, at(Stage.RCPT, plain, first), "250 2.1.5 ok");
                case "DATA" -> {
                    say(out, at(Stage.DATA, plain, first), "354 go ahead");
                    int size = body(plain, in, first);
                    mails.add(size);
                    say(out, at(Stage.DOT, plain, first), "250 2.0.0 queued");
                }
                case "QUIT" -> {
                    say(out, at(Stage.QUIT, plain, first), "221 bye");
                    return;
                }
                default -> say(out, true, "250 ok");
            }
        }
    }

    private int body(Socket plain, InputStream in, boolean first) throws IOException {
        int size = 0;
        for (String line = line(in); line != null; line = line(in)) {
            if (line.equals(".")) {
                return size;
            }
            size += line.length() + 2;
            if (size > OF_THE_BODY) {
                at(Stage.BODY, plain, first);
            }
        }
        throw new Gone();
    }

    private static void say(OutputStream out, boolean alive, String reply) throws IOException {
        if (alive) {
            out.write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
            }
            line.write(b);
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
