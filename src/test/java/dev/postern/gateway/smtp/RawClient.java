package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.tls.TestPki;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A client that sends whatever a test wants, octet by octet. */
final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private Socket socket;
    private InputStream in;

    RawClient(InetSocketAddress server) {
        try {
            socket = new Socket(server.getAddress(), server.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends in ISO 8859-1: each character is one octet. */
    RawClient send(String octets) {
        try {
            socket.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of the next reply; empty at the end of the connection. */
    List<String> reply() {
        List<String> lines = new ArrayList<>();
        String line;
        do {
            line = line();
            if (line == null) {
                return lines;
            }
            lines.add(line);
        } while (line.length() > 3 && line.charAt(3) == '-');
        return lines;
    }

    void expect(String line) {
        assertThat(reply()).containsExactly(line);
    }

    void command(String command, String answer) {
        send(command + "\r\n");
        expect(answer);
    }

    /** Nothing but the end comes, whether it is orderly or a reset. */
    void expectClosed() {
        try {
            assertThat(in.read()).isEqualTo(-1);
        } catch (IOException e) {
            assertThat(e).isNotInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    /** Everything to the end, whether it is orderly or a reset; in ISO 8859-1. */
    String rest() {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            for (int c = in.read(); c >= 0; c = in.read()) {
                rest.write(c);
            }
        } catch (IOException e) {
            assertThat(e).isNotInstanceOf(java.net.SocketTimeoutException.class);
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }

    /** All octets up to the end. */
    byte[] octets() {
        try {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes STARTTLS to its end; answers the server's certificate. */
    X509Certificate startTls(String sni) {
        send("STARTTLS\r\n");
        expect("220 2.0.0 go ahead with TLS");
        return handshake(sni);
    }

    X509Certificate handshake(String sni) {
        return handshake(context(null), sni);
    }

    /** TLS as a client that shows an identity, or none for null. What takes it again may resume. */
    static SSLContext context(TestPki.Identity identity) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(identity == null ? null : identity.keyManagers(), new TrustManager[] {new TrustAll()}, null);
            return context;
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    X509Certificate handshake(SSLContext context, String sni, String... protocols) {
        try {
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, "server", socket.getPort(), true);
            if (sni != null) {
                var parameters = tls.getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(sni)));
                tls.setSSLParameters(parameters);
            }
            if (protocols.length > 0) {
                tls.setEnabledProtocols(protocols);
            }
            tls.startHandshake();
            socket = tls;
            in = new BufferedInputStream(tls.getInputStream());
            return (X509Certificate) tls.getSession().getPeerCertificates()[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The session of the handshake that was made. */
    SSLSession session() {
        return ((SSLSocket) socket).getSession();
    }

    /** Ends with a reset, as a peer that fell over. */
    void abort() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String line() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int c = in.read(); c >= 0; c = in.read()) {
                line.write(c);
                if (c == '\n') {
                    String text = line.toString(StandardCharsets.UTF_8);
                    assertThat(text).endsWith("\r\n");
                    return text.substring(0, text.length() - 2);
                }
            }
            assertThat(line.size()).as("octets after the last line").isZero();
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tests look at the certificate themselves. */
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // taken as it is
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // taken as it is
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
