package dev.postern.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/** A real OpenSMTPD on a port of its own, unpacked from Debian's package and never installed. */
public final class OpenSmtpd implements AutoCloseable {
    private final Enclosure enclosure;
    private final int port = PosternProcess.freePort();

    private OpenSmtpd() throws IOException {
        enclosure = new Enclosure("opensmtpd", "usr/sbin/smtpd", "opensmtpd", "opensmtpq");
    }

    /**
     * One that takes mail for every domain and keeps it.
     *
     * @param certificate chain, in PEM
     * @param listen      options of its listener: {@code tls pki HOSTNAME}
     */
    public static OpenSmtpd receiver(String hostname, String certificate, String key, String listen) throws IOException {
        return new OpenSmtpd().start(hostname, certificate, key, null, listen, "host smtp://127.0.0.1:1");
    }

    /**
     * One that sends all mail to a host.
     *
     * @param trust its authorities, in PEM, in place of the system's
     * @param relay options of its relay action: {@code host smtp+tls://HOST:PORT}
     */
    public static OpenSmtpd sender(String hostname, String certificate, String key, String trust, String relay) throws IOException {
        return new OpenSmtpd().start(hostname, certificate, key, trust, "", relay);
    }

    private OpenSmtpd start(String hostname, String certificate, String key, String trust, String listen, String relay) throws IOException {
        String home = enclosure.home().toString();
        enclosure.write("tls.crt", certificate);
        enclosure.write("tls.key", key);
        Files.setPosixFilePermissions(enclosure.home().resolve("tls.key"), PosixFilePermissions.fromString("rw-------"));
        try (InputStream template = OpenSmtpd.class.getResourceAsStream("/opensmtpd/smtpd.conf")) {
            enclosure.write("smtpd.conf", new String(template.readAllBytes(), StandardCharsets.UTF_8).replace("@HOME@", home).replace("@HOSTNAME@", hostname)
                    + "listen on 127.0.0.1 port %d hostname %s %s\naction \"out\" relay %s\nmatch from any for any action \"out\"\n".formatted(port, hostname, listen, relay));
        }
        String trusted = "";
        if (trust != null) {
            enclosure.write("trust.pem", trust);
            trusted = "mount --bind " + home + "/trust.pem /etc/ssl/certs/ca-certificates.crt\n";
        }
        enclosure.start(port, Map.of(), "mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd\nchmod 711 /var/spool/smtpd\n" + trusted,
                enclosure.cache() + "/usr/sbin/smtpd", "-d", "-f", home + "/smtpd.conf");
        return this;
    }

    /** Whether it can serve TLS here: before version 7 it loses its private key where it is linked with OpenSSL 3, and breaks every handshake. */
    public boolean servesTls() {
        return !log().contains("OpenSMTPD 6.");
    }

    public int port() {
        return port;
    }

    /** What it said so far. */
    public String log() {
        return enclosure.text("out");
    }

    /** The lines of its log about mail that it took. */
    public List<String> received() {
        return log().lines().filter(l -> l.contains(" smtp message ")).toList();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        enclosure.close();
    }
}
