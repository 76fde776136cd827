package dev.postern.cli.catcher;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** One port that takes mail for anyone, one virtual thread a connection. */
public final class CatcherServer implements AutoCloseable {
    private static final int MAX_MESSAGE = 64 << 20;
    private static final int MAX_LINE = 1 << 20;
    private final ServerSocket server;
    private final String name;
    private final SSLContext tls;
    private final Consumer<Caught> consumer;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /**
     * A message, before it is answered 250.
     *
     * @param tls  protocol, or null where it came in clear
     * @param body with CRLF line ends, without the dots of SMTP
     */
    public record Caught(String tls, byte[] body) {
    }

    /**
     * Listens on a loopback port.
     *
     * @param port     0 for any
     * @param name     host name in the greeting
     * @param tls      offers STARTTLS with it; null offers none
     * @param consumer called for every message, by the connection's thread
     * @throws IOException where the port is taken
     */
    public CatcherServer(int port, String name, SSLContext tls, Consumer<Caught> consumer) throws IOException {
        this.name = name;
        this.tls = tls;
        this.consumer = consumer;
        server = new ServerSocket(port, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("catcher-" + name).start(this::acceptAll);
    }

    public int port() {
        return server.getLocalPort();
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
        try (Socket socket = plain) {
            say(socket.getOutputStream(), "220 " + name + " ESMTP catcher");
            talk(socket, null);
        } catch (IOException e) {
            return;   // the peer went away; what was not answered it sends again
        } finally {
            open.remove(plain);
        }
    }

    private void talk(Socket socket, String protocol) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        for (String line = line(in); line != null; line = line(in)) {
            String[] words = line.toUpperCase(Locale.ROOT).split("[ :]", 2);
            switch (words[0]) {
                case "EHLO" -> say(out, "250-" + name, "250-PIPELINING", tls != null && protocol == null ? "250-STARTTLS" : "250-ENHANCEDSTATUSCODES",
                        "250-SMTPUTF8", "250 8BITMIME");
                case "STARTTLS" -> {
                    if (tls == null || protocol != null) {
                        say(out, "502 5.5.1 not offered");
                        continue;
                    }
                    say(out, "220 2.0.0 go ahead");
                    SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, socket.getPort(), false);
                    secure.setUseClientMode(false);
                    secure.startHandshake();
                    talk(secure, secure.getSession().getProtocol());
                    return;
                }
                case "DATA" -> {
                    say(out, "354 go ahead");
                    consumer.accept(new Caught(protocol, body(in)));
                    say(out, "250 2.0.0 caught");
                }
                case "QUIT" -> {
                    say(out, "221 2.0.0 bye");
                    return;
                }
                case "HELO", "MAIL", "RCPT", "RSET", "NOOP" -> say(out, "250 2.0.0 ok");
                default -> say(out, "500 5.5.2 unknown command");
            }
        }
    }

    private static byte[] body(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String line = line(in); line != null; line = line(in)) {
            if (line.equals(".")) {
                return body.toByteArray();
            }
            body.writeBytes((line.startsWith(".") ? line.substring(1) : line).getBytes(StandardCharsets.ISO_8859_1));
            body.write('\r');
            body.write('\n');
            if (body.size() > MAX_MESSAGE) {
                throw new IOException("the message is larger than " + MAX_MESSAGE + " bytes");
            }
        }
        throw new IOException("the connection ended within a message");
    }

    /** A line without its end, byte by byte as Latin-1; null at the end of the stream. */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(c);
            if (line.size() > MAX_LINE) {
                throw new IOException("the line is longer than " + MAX_LINE + " bytes");
            }
        }
        return null;
    }

    private static void say(OutputStream out, String... lines) throws IOException {
        out.write((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }
}
