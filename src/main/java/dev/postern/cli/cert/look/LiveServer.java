package dev.postern.cli.cert.look;

import dev.postern.pki.HostNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Looks at the certificates that a server shows. Nothing is sent to it but what opens a session, and nothing is decided by it. */
public final class LiveServer {
    private static final Set<Integer> SMTP_PORTS = Set.of(25, 587, 2525);
    private static final int SUBMISSIONS = 465;
    private final Duration step;
    private final Duration greeting;
    private final Duration whole;

    /** With 10 s for each answer, 3 s for the greeting of a port that is not known for SMTP, and 40 s for all. */
    public LiveServer() {
        this(Duration.ofSeconds(10), Duration.ofSeconds(3), Duration.ofSeconds(40));
    }

    /**
     * With limits.
     *
     * @param step     for a connection, and for each answer
     * @param greeting how long {@link Starttls#auto} waits for a greeting on a port that says nothing
     * @param whole    for everything: a server that sends a byte now and then does not hold it up for longer
     */
    LiveServer(Duration step, Duration greeting, Duration whole) {
        this.step = step;
        this.greeting = greeting;
        this.whole = whole;
    }

    /**
     * Looks at one server.
     *
     * @param addresses tried one after the other
     * @param name      asked for by SNI where it is a host name
     * @throws IOException where there is no connection to any address, with the last reason
     */
    public Presented look(List<InetAddress> addresses, int port, String name, Starttls starttls) throws IOException {
        IOException last = new IOException("there is no address");
        for (InetAddress address : addresses) {
            try (Socket socket = new Socket(); var watchdog = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory())) {
                socket.connect(new InetSocketAddress(address, port), (int) step.toMillis());
                watchdog.schedule(() -> close(socket), whole.toMillis(), TimeUnit.MILLISECONDS);
                try {
                    return look(socket, port, name, starttls);
                } finally {
                    watchdog.shutdownNow();
                }
            } catch (IOException e) {
                last = new IOException(address.getHostAddress() + ": " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()), e);
            }
        }
        throw last;
    }

    private Presented look(Socket socket, int port, String name, Starttls starttls) throws IOException {
        boolean smtp = starttls == Starttls.smtp || starttls == Starttls.auto && (SMTP_PORTS.contains(port) || port != SUBMISSIONS && greets(socket));
        socket.setSoTimeout((int) step.toMillis());
        String how = smtp ? "SMTP with STARTTLS" : "TLS";
        try {
            String trouble = smtp ? new SmtpOpening(socket).begin() : null;
            return trouble == null ? handshake(socket, port, name, how) : new Presented(List.of(), "SMTP", null, null, trouble);
        } catch (SocketTimeoutException e) {
            return new Presented(List.of(), how, null, null, "the server does not answer within " + step.toSeconds() + " s");
        } catch (IOException e) {
            String why = socket.isClosed() ? "the server takes longer than " + whole.toSeconds() + " s" : e.getMessage();
            return new Presented(List.of(), how, null, null, why);
        }
    }

    private Presented handshake(Socket socket, int port, String name, String how) throws IOException {
        List<X509Certificate> seen = new ArrayList<>();
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Onlooker(seen)}, null);
            try (SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, name, port, true)) {
                SSLParameters parameters = tls.getSSLParameters();
                if (HostNames.address(name).isEmpty()) {
                    parameters.setServerNames(List.of(new SNIHostName(HostNames.normal(name))));
                }
                tls.setSSLParameters(parameters);
                tls.startHandshake();
                return new Presented(seen, how, tls.getSession().getProtocol(), tls.getSession().getCipherSuite(), null);
            }
        } catch (IOException e) {
            String why = e instanceof SocketTimeoutException ? "the server does not answer within " + step.toSeconds() + " s" : e.getMessage();
            return new Presented(seen, how, null, null, "the TLS handshake fails: " + why);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /** Whether the server speaks first, as SMTP servers do and TLS servers do not. */
    private boolean greets(Socket socket) throws IOException {
        long end = System.nanoTime() + greeting.toNanos();
        while (System.nanoTime() < end) {
            if (socket.getInputStream().available() > 0) {
                return true;
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted");
            }
        }
        return false;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
