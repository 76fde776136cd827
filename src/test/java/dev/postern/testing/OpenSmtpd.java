package dev.postern.testing;

import java.io.IOException;
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
        return new OpenSmtpd().start(hostname, certificate, key, null, listen, "", "action \"out\" relay host smtp://127.0.0.1:1\nmatch from any for any action \"out\"\n");
    }

    /**
     * One that sends mail on.
     *
     * @param trust its authorities, in PEM, in place of the system's
     * @param rules its actions and matches
     */
    public static OpenSmtpd sender(String hostname, String trust, String rules) throws IOException {
        return new OpenSmtpd().start(hostname, null, null, trust, "", "", rules);
    }

    /**
     * One that takes mail and sends it on; its queue is on disk, in its folder.
     *
     * @param certificate chain, in PEM
     * @param listen      options of its listener: {@code tls pki HOSTNAME}
     * @param table       lines of its file {@code @HOME@/table}
     * @param rules       its limits, actions and matches
     */
    public static OpenSmtpd relay(String hostname, String certificate, String key, String listen, String table, String rules) throws IOException {
        OpenSmtpd smtpd = new OpenSmtpd();
        smtpd.enclosure.write("table", table);
        String home = smtpd.enclosure.home().toString();
        return smtpd.start(hostname, certificate, key, null, listen, "mkdir %1$s/queue\nmount --bind %1$s/queue /var/spool\n".formatted(home), rules.replace("@HOME@", home));
    }

    private OpenSmtpd start(String hostname, String certificate, String key, String trust, String listen, String before, String rules) throws IOException {
        String home = enclosure.home().toString();
        String pki = "";
        if (certificate != null) {
            enclosure.write("tls.crt", certificate);
            enclosure.write("tls.key", key);
            Files.setPosixFilePermissions(enclosure.home().resolve("tls.key"), PosixFilePermissions.fromString("rw-------"));
            pki = "pki %1$s cert \"%2$s/tls.crt\"\npki %1$s key \"%2$s/tls.key\"\n".formatted(hostname, home);
        }
        enclosure.write("smtpd.conf", pki + "listen on 127.0.0.1 port %d hostname %s %s\n%s".formatted(port, hostname, listen, rules));
        String trusted = "";
        if (trust != null) {
            enclosure.write("trust.pem", trust);
            trusted = "mount --bind " + home + "/trust.pem /etc/ssl/certs/ca-certificates.crt\n";
        }
        enclosure.start(port, Map.of("LD_LIBRARY_PATH", enclosure.libraries()), before + "mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd\nchmod 711 /var/spool/smtpd\n" + trusted,
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

    /** Of which all of it are descendants. */
    public ProcessHandle process() {
        return enclosure.process();
    }

    /** As it calls itself: {@code 6.8.0p2}. */
    public String version() {
        return log().lines().filter(l -> l.contains("OpenSMTPD ")).findFirst().map(l -> l.replaceAll(".*OpenSMTPD (\\S+).*", "$1")).orElse("");
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
