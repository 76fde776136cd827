package dev.postern.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;

/** Clients that send message after message over STARTTLS until told to stop, and remember which were answered 250. */
public final class Pourer implements AutoCloseable {
    private final int port;
    private final SSLContext tls;
    private final String recipient;
    private final String run;
    private final AtomicLong counter = new AtomicLong();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /** Starts {@code clients} of them; each opens a new connection when its own breaks. */
    public Pourer(int port, SSLContext tls, String recipient, String run, int clients) {
        this.port = port;
        this.tls = tls;
        this.recipient = recipient;
        this.run = run;
        for (int i = 0; i < clients; i++) {
            threads.add(Thread.ofVirtual().start(this::pour));
        }
    }

    /** Subjects of the messages that were answered 250. */
    public Set<String> accepted() {
        return accepted;
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(10_000);
        }
    }

    private void pour() {
        while (!stopped) {
            try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
                plain.setSoTimeout(20_000);
                BufferedReader in = reader(plain);
                reply(in, "220");
                command(plain, in, "EHLO pourer.test\r\n", "250");
                command(plain, in, "STARTTLS\r\n", "220");
                try (Socket secure = tls.getSocketFactory().createSocket(plain, "mail.postern.test", port, true)) {
                    BufferedReader secured = reader(secure);
                    command(secure, secured, "EHLO pourer.test\r\n", "250");
                    while (!stopped) {
                        send(secure, secured);
                    }
                }
            } catch (IOException e) {
                Thread.onSpinWait();   // the gateway was killed, or is not back yet
            }
        }
    }

    private void send(Socket socket, BufferedReader in) throws IOException {
        String subject = run + "-" + counter.incrementAndGet();
        command(socket, in, "MAIL FROM:<pourer@sender.test>\r\n", "250");
        command(socket, in, "RCPT TO:<" + recipient + ">\r\n", "250");
        command(socket, in, "DATA\r\n", "354");
        command(socket, in, "Subject: " + subject + "\r\nMessage-ID: <" + subject + "@sender.test>\r\n\r\n" + ("x".repeat(70) + "\r\n").repeat(40)
                + ".\r\n", "250");
        accepted.add(subject);
    }

    private static void command(Socket socket, BufferedReader in, String command, String wanted) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(command.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        reply(in, wanted);
    }

    private static void reply(BufferedReader in, String wanted) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        if (line == null || !line.startsWith(wanted)) {
            throw new IOException("wanted " + wanted + ", got " + line);
        }
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }
}
