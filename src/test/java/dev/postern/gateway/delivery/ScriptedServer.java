package dev.postern.gateway.delivery;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** An SMTP server on loopback that does what a test tells it, however wrong. */
final class ScriptedServer implements AutoCloseable {
    /** What it does about TLS. */
    enum Tls {
        OFFERED, NO_EHLO, NO_EHLO_CLOSES, NOT_OFFERED, REFUSED_454, REFUSED_554, REFUSED_421, GARBAGE, CUT_INSTEAD_OF_220, STALL_INSTEAD_OF_220, INJECT_BEHIND_220,
        GARBAGE_AFTER_220, ALERT_AFTER_220, CUT_AFTER_220, CUT_MID_HANDSHAKE, STALL_AFTER_220, STALL_MID_HANDSHAKE,
        /** The handshake is made, and then: nothing more, clear text, 421, 550, or silence. */
        CUT_AFTER_HANDSHAKE, CLEAR_AFTER_HANDSHAKE, EHLO_421_OVER_TLS, EHLO_550_OVER_TLS, STALL_OVER_TLS
    }

    /** @param client subject of the certificate that the client showed, or null */
    record Mail(boolean encrypted, String client, List<String> commands, String body) {
        String mailFrom() {
            return commands.stream().filter(c -> c.startsWith("MAIL")).findFirst().orElseThrow();
        }

        List<String> rcpts() {
            return commands.stream().filter(c -> c.startsWith("RCPT")).toList();
        }
    }

    private static final String CLOSE = "CLOSE";

    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    final List<Mail> mails = new CopyOnWriteArrayList<>();
    final List<String> commands = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger mostOpen = new AtomicInteger();
    volatile Tls tls = Tls.NOT_OFFERED;
    volatile SSLContext identity;
    /** Makes the handshake in place of the JDK, where it is not null. */
    volatile OpensslHandshake openssl;
    /** Whether clients are asked for a certificate, and whether they must have one. */
    volatile boolean asks;
    volatile boolean demands;
    volatile String greeting = "220 mx.test ESMTP";
    volatile List<String> extensions = List.of("PIPELINING", "8BITMIME", "SIZE 10000000", "DSN");
    /** Gives the reply to a command, or null for the usual one; {@code CLOSE} closes without one. The body's end is the command ".". */
    volatile Function<String, String> script = c -> null;

    ScriptedServer() throws IOException {
        this("127.0.0.1");
    }

    ScriptedServer(String address) throws IOException {
        this(address, 0);
    }

    ScriptedServer(String address, int port) throws IOException {
        listener = new ServerSocket(port, 100, InetAddress.getByName(address));
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
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> {
                    mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
                    try (socket) {
                        new Session(socket).run();
                    } catch (IOException e) {
                        // the client went away, as it may
                    } finally {
                        open.decrementAndGet();
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        if (openssl != null) {
            openssl.close();
        }
    }

    private final class Session {
        private final Socket plain;
        private InputStream in;
        private OutputStream out;
        private boolean encrypted;
        private String client;
        private List<String> transaction = new ArrayList<>();
        private int accepted;

        Session(Socket socket) throws IOException {
            plain = socket;
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        void run() throws IOException {
            say(greeting);
            for (String line = line(); line != null; line = line()) {
                commands.add(line);
                String verb = line.split(" ")[0].toUpperCase();
                String scripted = script.apply(line);
                if (CLOSE.equals(scripted)) {
                    return;
                }
                if (scripted != null) {
                    say(scripted);
                    if (scripted.startsWith("421")) {
                        return;
                    }
                    note(verb, line, scripted.startsWith("2"));
                    if (verb.equals("DATA") && scripted.startsWith("354")) {
                        data();
                    }
                    continue;
                }
                switch (verb) {
                    case "EHLO" -> {
                        if (tls == Tls.NO_EHLO || tls == Tls.NO_EHLO_CLOSES) {
                            say("502 5.5.1 what?");
                            if (tls == Tls.NO_EHLO_CLOSES) {
                                return;
                            }
                        } else if (encrypted && tls == Tls.EHLO_421_OVER_TLS) {
                            say("421 4.7.0 come again");
                            return;
                        } else if (encrypted && tls == Tls.EHLO_550_OVER_TLS) {
                            say("550 5.7.1 not you");
                        } else if (encrypted && tls == Tls.STALL_OVER_TLS) {
                            in.read();
                        } else {
                            ehlo();
                        }
                    }
                    case "HELO", "NOOP" -> say("250 mx.test");
                    case "RSET" -> {
                        transaction = new ArrayList<>();
                        accepted = 0;
                        say("250 reset");
                    }
                    case "MAIL", "RCPT" -> {
                        note(verb, line, true);
                        say("250 2.1.0 ok");
                    }
                    case "DATA" -> {
                        if (accepted == 0) {
                            say("503 5.5.1 no recipients");
                        } else {
                            say("354 go ahead");
                            if (!data()) {
                                return;
                            }
                        }
                    }
                    case "STARTTLS" -> {
                        if (!startTls() || encrypted && !afterHandshake()) {
                            return;
                        }
                    }
                    case "QUIT" -> {
                        say("221 bye");
                        return;
                    }
                    default -> say("500 5.5.1 unknown");
                }
            }
        }

        private void note(String verb, String line, boolean ok) {
            if (verb.equals("MAIL")) {
                transaction = new ArrayList<>();
                accepted = 0;
            }
            if (ok && (verb.equals("MAIL") || verb.equals("RCPT"))) {
                transaction.add(line);
                accepted += verb.equals("RCPT") ? 1 : 0;
            }
        }

        private void ehlo() throws IOException {
            List<String> lines = new ArrayList<>(List.of("mx.test"));
            lines.addAll(extensions);
            if (tls != Tls.NOT_OFFERED && !encrypted) {
                lines.add("STARTTLS");
            }
            StringBuilder reply = new StringBuilder();
            for (int i = 0; i < lines.size(); i++) {
                reply.append("250").append(i == lines.size() - 1 ? ' ' : '-').append(lines.get(i)).append(i == lines.size() - 1 ? "" : "\r\n");
            }
            say(reply.toString());
        }

        private boolean data() throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (String line = line(); line != null; line = line()) {
                if (line.equals(".")) {
                    String scripted = script.apply(".");
                    if (CLOSE.equals(scripted)) {
                        return false;
                    }
                    if (scripted == null || scripted.startsWith("250")) {
                        mails.add(new Mail(encrypted, client, List.copyOf(transaction), body.toString(StandardCharsets.UTF_8)));
                    }
                    say(scripted == null ? "250 2.0.0 queued" : scripted);
                    transaction = new ArrayList<>();
                    accepted = 0;
                    return true;
                }
                body.writeBytes((line.startsWith(".") ? line.substring(1) : line).getBytes(StandardCharsets.UTF_8));
                body.writeBytes(new byte[] {'\r', '\n'});
            }
            return false;
        }

        private boolean startTls() throws IOException {
            switch (tls) {
                case REFUSED_454 -> say("454 4.7.0 TLS not available");
                case REFUSED_554 -> say("554 5.7.0 no TLS for you");
                case REFUSED_421 -> {
                    say("421 4.3.0 going away");
                    return false;
                }
                case GARBAGE -> say("%&$!? nothing that is SMTP");
                case CUT_INSTEAD_OF_220 -> {
                    return false;
                }
                case STALL_INSTEAD_OF_220 -> in.read();
                case INJECT_BEHIND_220 -> {
                    raw("220 go ahead\r\n250-mx.test\r\n250 AUTH PLAIN\r\n");
                    in.read();
                }
                case GARBAGE_AFTER_220 -> {
                    say("220 go ahead");
                    in.read();
                    raw("this is no TLS record at all, but text\r\n");
                    in.read();
                }
                case ALERT_AFTER_220 -> {
                    say("220 go ahead");
                    in.read();
                    out.write(new byte[] {21, 3, 3, 0, 2, 2, 40});   // fatal, handshake_failure
                    out.flush();
                    in.read();
                }
                case CUT_AFTER_220 -> {
                    say("220 go ahead");
                    in.read();
                    return false;
                }
                case CUT_MID_HANDSHAKE -> {
                    say("220 go ahead");
                    in.read();
                    out.write(new byte[] {22, 3, 3, 0, 100, 2, 0, 0});   // a ServerHello that breaks off
                    out.flush();
                    return false;
                }
                case STALL_AFTER_220 -> {
                    say("220 go ahead");
                    in.transferTo(OutputStream.nullOutputStream());   // takes the ClientHello, says nothing
                    return false;
                }
                case STALL_MID_HANDSHAKE -> {
                    say("220 go ahead");
                    in.read();
                    out.write(new byte[] {22, 3, 3, 0, 100, 2, 0, 0});   // a ServerHello that breaks off
                    out.flush();
                    in.transferTo(OutputStream.nullOutputStream());
                    return false;
                }
                default -> {
                    say("220 go ahead");
                    if (openssl != null) {
                        OpensslHandshake.Streams streams = openssl.take(plain, in);
                        in = streams.in();
                        out = streams.out();
                        encrypted = true;
                        return true;
                    }
                    SSLSocket secure = (SSLSocket) identity.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
                    secure.setUseClientMode(false);
                    secure.setWantClientAuth(asks);
                    if (demands) {
                        secure.setNeedClientAuth(true);
                    }
                    secure.startHandshake();
                    client = asks ? subject(secure.getSession()) : null;
                    in = new BufferedInputStream(secure.getInputStream());
                    out = secure.getOutputStream();
                    encrypted = true;
                }
            }
            return true;
        }

        private boolean afterHandshake() throws IOException {
            if (tls == Tls.CLEAR_AFTER_HANDSHAKE) {
                plain.getOutputStream().write("250 mx.test in clear\r\n".getBytes(StandardCharsets.US_ASCII));
                in.read();
            }
            return tls != Tls.CUT_AFTER_HANDSHAKE && tls != Tls.CLEAR_AFTER_HANDSHAKE;
        }

        private static String subject(SSLSession session) {
            try {
                return session.getPeerPrincipal().getName();
            } catch (SSLPeerUnverifiedException e) {
                return null;
            }
        }

        private void say(String reply) throws IOException {
            raw(reply + "\r\n");
        }

        private void raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        private String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    String text = line.toString(StandardCharsets.UTF_8);
                    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
                }
                line.write(b);
            }
            return null;
        }
    }
}
