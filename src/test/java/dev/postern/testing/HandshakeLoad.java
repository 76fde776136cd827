package dev.postern.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Clients that open a session, start TLS, say EHLO and QUIT, again and again; with sessions that are resumed, or never. */
public final class HandshakeLoad {
    private static final int THREADS = 8;
    private final int port;
    private final boolean resume;
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger resumed = new AtomicInteger();
    private final AtomicReference<IOException> failure = new AtomicReference<>();
    private volatile boolean ending;

    private HandshakeLoad(int port, boolean resume) {
        this.port = port;
        this.resume = resume;
    }

    /** What was done. */
    public record Made(int handshakes, int resumed, double seconds) {
    }

    /** @throws IOException where a handshake failed */
    public static Made run(int port, boolean resume, Duration length) throws IOException, InterruptedException {
        HandshakeLoad load = new HandshakeLoad(port, resume);
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().daemon().start(load::shake));
        }
        Thread.sleep(length.toMillis());   // the length of a measurement is what is measured over
        load.ending = true;
        for (Thread thread : threads) {
            thread.join();
        }
        if (load.failure.get() != null) {
            throw load.failure.get();
        }
        return new Made(load.made.get(), load.resumed.get(), (System.nanoTime() - start) / 1e9);
    }

    private void shake() {
        SSLContext context = Tls.anyPeer();
        while (!ending) {
            try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
                talk(plain, "", "EHLO bench.test\r\n", "STARTTLS\r\n");
                try (SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(plain, "mail.postern.test", port, true)) {
                    long before = System.currentTimeMillis();
                    secure.startHandshake();
                    talk(secure, "EHLO bench.test\r\n", "QUIT\r\n");   // a ticket of TLS 1.3 comes behind the handshake
                    if (secure.getSession().getCreationTime() < before) {
                        resumed.incrementAndGet();
                    }
                    if (!resume) {
                        secure.getSession().invalidate();
                    }
                }
                made.incrementAndGet();
            } catch (IOException e) {
                failure.compareAndSet(null, e);
                return;
            }
        }
    }

    private static void talk(Socket socket, String... lines) throws IOException {
        OutputStream out = socket.getOutputStream();
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        for (String line : lines) {
            out.write(line.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            String reply = in.readLine();
            while (reply != null && reply.length() > 3 && reply.charAt(3) == '-') {
                reply = in.readLine();
            }
            if (reply == null || !reply.startsWith("2")) {
                throw new IOException("answer to " + line.strip() + ": " + reply);
            }
        }
    }
}
