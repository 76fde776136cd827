package dev.postern.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A mail server that takes everything and remembers the Subject of each message: what a test counts deliveries by. */
public final class Sink implements AutoCloseable {
    private final ServerSocket server;
    private final SSLContext tls;
    private final Map<String, AtomicInteger> subjects = new ConcurrentHashMap<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** @param tls offers STARTTLS with it; null offers none */
    public Sink(SSLContext tls) throws IOException {
        this.tls = tls;
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::acceptAll);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Subjects received. */
    public Set<String> subjects() {
        return Set.copyOf(subjects.keySet());
    }

    /** Deliveries beyond the first of each message. */
    public int duplicates() {
        return subjects.values().stream().mapToInt(n -> n.get() - 1).sum();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket plain) {
        try (Socket first = plain) {
            talk(first, false);
        } catch (IOException e) {
            // The peer went away: what it did not see answered it sends again.
        } finally {
            open.remove(plain);
        }
    }

    private void talk(Socket socket, boolean encrypted) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        if (!encrypted) {
            say(out, "220 sink.test ESMTP");
        }
        for (String line = line(in); line != null; line = line(in)) {
            String verb = line.toUpperCase(java.util.Locale.ROOT);
            if (verb.startsWith("EHLO")) {
                say(out, "250-sink.test", tls != null && !encrypted ? "250-STARTTLS" : "250-8BITMIME", "250 PIPELINING");
            } else if (verb.equals("STARTTLS")) {
                say(out, "220 go ahead");
                SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, socket.getPort(), false);
                secure.setUseClientMode(false);
                secure.startHandshake();
                talk(secure, true);
                return;
            } else if (verb.equals("DATA")) {
                say(out, "354 go ahead");
                receive(in);
                say(out, "250 2.0.0 taken");
            } else if (verb.equals("QUIT")) {
                say(out, "221 bye");
                return;
            } else {
                say(out, "250 2.0.0 ok");
            }
        }
    }

    private void receive(InputStream in) throws IOException {
        String subject = null;
        for (String line = line(in); line != null; line = line(in)) {
            if (line.equals(".")) {
                subjects.computeIfAbsent(String.valueOf(subject), s -> new AtomicInteger()).incrementAndGet();
                return;
            }
            if (subject == null && line.startsWith("Subject: ")) {
                subject = line.substring(9);
            }
        }
        throw new IOException("the connection ended within a message");
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(c);
        }
        return null;
    }

    private static void say(OutputStream out, String... lines) throws IOException {
        out.write((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }
}
