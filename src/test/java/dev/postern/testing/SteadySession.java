package dev.postern.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.SSLSocket;

/** A TLS session that stays open and says NOOP all the time; and short looks at what a listener shows. */
public final class SteadySession {
    private final Socket socket;
    private final BufferedReader in;
    private final Thread thread;
    private final Duration pause;
    private volatile boolean ending;
    private volatile IOException broken;

    /** Opens it on a listener of 127.0.0.1; {@code pause} is the time between two NOOPs. */
    public SteadySession(int port, Duration pause) throws IOException {
        this.pause = pause;
        socket = startTls(port);
        in = reader(socket);
        command(socket, in, "EHLO steady.test");
        thread = Thread.ofVirtual().start(this::talk);
    }

    /** Ends it with QUIT; false where it was dropped before or answered anything but 250. */
    public boolean end() throws InterruptedException, IOException {
        ending = true;
        thread.join();
        socket.close();
        return broken == null;
    }

    /** PEM of the certificate that a new handshake sees, without white space. */
    public static String servedCertificate(int port) throws IOException {
        try (SSLSocket tls = startTls(port)) {
            X509Certificate leaf = (X509Certificate) tls.getSession().getPeerCertificates()[0];
            return "-----BEGINCERTIFICATE-----" + Base64.getEncoder().encodeToString(leaf.getEncoded()) + "-----ENDCERTIFICATE-----";
        } catch (java.security.cert.CertificateException e) {
            throw new IOException(e);
        }
    }

    /** What MAIL is answered without TLS. */
    public static String answerToMailInClear(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            BufferedReader in = reader(socket);
            reply(in);
            command(socket, in, "EHLO look.test");
            return command(socket, in, "MAIL FROM:<look@sender.test>");
        }
    }

    private void talk() {
        try {
            while (!ending) {
                if (!command(socket, in, "NOOP").startsWith("250")) {
                    throw new IOException("NOOP was refused");
                }
                Thread.sleep(pause);
            }
            command(socket, in, "NOOP");
            command(socket, in, "QUIT");
        } catch (IOException e) {
            broken = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static SSLSocket startTls(int port) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setSoTimeout(30_000);
        BufferedReader in = reader(plain);
        reply(in);
        command(plain, in, "EHLO steady.test");
        if (!command(plain, in, "STARTTLS").startsWith("220")) {
            throw new IOException("STARTTLS was refused");
        }
        SSLSocket tls = (SSLSocket) Tls.anyPeer().getSocketFactory().createSocket(plain, "mail.postern.test", port, true);
        tls.startHandshake();
        return tls;
    }

    private static String command(Socket socket, BufferedReader in, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return reply(in);
    }

    private static String reply(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        if (line == null) {
            throw new IOException("the connection was dropped");
        }
        return line;
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }
}
