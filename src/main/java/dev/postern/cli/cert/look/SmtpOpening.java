package dev.postern.cli.cert.look;

import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An SMTP session up to STARTTLS. Reads byte by byte, so that nothing of the TLS that follows is taken. */
final class SmtpOpening {
    private static final int LONGEST_LINE = 2_048;
    private static final int MOST_LINES = 100;
    private final Socket socket;
    private final InputStream in;

    SmtpOpening(Socket socket) throws IOException {
        this.socket = socket;
        in = socket.getInputStream();
    }

    /**
     * Brings the session to where TLS begins.
     *
     * @return why it does not come to that, or null
     */
    String begin() throws IOException {
        List<String> greeting = reply();
        if (!greeting.getFirst().startsWith("220")) {
            return "the server does not greet with 220 but with " + shown(greeting);
        }
        List<String> capabilities = send("EHLO " + literal());
        if (!capabilities.getFirst().startsWith("250")) {
            return "the server answers EHLO with " + shown(capabilities);
        }
        if (capabilities.stream().noneMatch(line -> line.length() > 4 && line.substring(4).strip().toUpperCase(Locale.ROOT).equals("STARTTLS"))) {
            return "the server does not offer STARTTLS";
        }
        List<String> go = send("STARTTLS");
        if (!go.getFirst().startsWith("220")) {
            return "the server answers STARTTLS with " + shown(go);
        }
        return in.available() > 0 ? "the server sends more in clear after its answer to STARTTLS; a peer must not take that for the protected session" : null;
    }

    /** The address that this end has, as RFC 5321, 4.1.3 writes it: a name that the server could not confirm would be worse. */
    private String literal() {
        String address = socket.getLocalAddress().getHostAddress().replaceFirst("%.*", "");
        return "[" + (socket.getLocalAddress() instanceof Inet6Address ? "IPv6:" : "") + address + "]";
    }

    private List<String> send(String command) throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return reply();
    }

    private List<String> reply() throws IOException {
        List<String> lines = new ArrayList<>();
        while (lines.size() < MOST_LINES) {
            String line = line();
            lines.add(line);
            if (line.length() < 4 || line.charAt(3) != '-') {
                return lines;
            }
        }
        throw new IOException("an answer has more than " + MOST_LINES + " lines");
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the server closed the connection");
            }
            if (line.length() == LONGEST_LINE) {
                throw new IOException("a line has more than " + LONGEST_LINE + " characters; that is no SMTP");
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    private static String shown(List<String> reply) {
        String line = reply.getFirst().replaceAll("\\p{C}", "?");
        return "'" + (line.length() > 200 ? line.substring(0, 200) + "…" : line) + "'";
    }
}
