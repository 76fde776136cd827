package dev.postern.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * A real Postfix on a port of its own, unpacked from Debian's package and never installed: it takes mail for every domain, with
 * STARTTLS, into a Maildir. Needs root, as Postfix's master does.
 */
public final class Postfix implements AutoCloseable {
    private static final String[] OWNED_BY_MAIL = {"active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private",
        "saved", "trace"};
    private final Path home;
    private final Path root;
    private final int port;
    private Process master;

    private Postfix(Path home, Path root, int port) {
        this.home = home;
        this.root = root;
        this.port = port;
    }

    /**
     * Starts one that shows the given certificate.
     *
     * @param pem      key and chain, in PEM
     * @param settings further lines of main.cf; {@code @HOME@} is its folder
     */
    public static Postfix start(String hostname, String pem, String... settings) throws IOException, InterruptedException {
        return start(hostname, pem, List.of(), settings);
    }

    /**
     * A further place at which it takes mail.
     *
     * @param address of the loopback network, and its port
     * @param pem     key and chain, in PEM; null: STARTTLS is not offered
     */
    public record Place(String address, int port, String pem) {
    }

    /** Starts one that listens in other places too. */
    public static Postfix start(String hostname, String pem, List<Place> places, String... settings) throws IOException, InterruptedException {
        Postfix postfix = prepared(hostname, pem, settings);
        for (Place place : places) {
            postfix.add(place);
        }
        postfix.launch();
        return postfix;
    }

    private static Postfix prepared(String hostname, String pem, String... settings) throws IOException, InterruptedException {
        Path root = Path.of(System.getenv().getOrDefault("POSTERN_TEST_CACHE", System.getProperty("user.home") + "/.cache/postern-test"), "postfix");
        Assumptions.assumeTrue(Files.isExecutable(root.resolve("usr/lib/postfix/sbin/master")),
                "no Postfix in " + root + ": make test unpacks it on Debian and Ubuntu");
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "Postfix's master must be started by root");
        Path home = Files.createTempDirectory(Enclosure.FOLDER, "postfix");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Postfix postfix = new Postfix(home, root, port);
        postfix.prepare(hostname, pem, settings);
        return postfix;
    }

    /**
     * Starts one that sends, too.
     *
     * @param services lines of master.cf
     * @param trust    its authorities, in PEM: {@code @HOME@/trust.pem}
     */
    public static Postfix sender(String hostname, String trust, List<String> services, String... settings) throws IOException, InterruptedException {
        Postfix postfix = start(hostname, "", settings);
        Files.writeString(postfix.home.resolve("trust.pem"), trust);
        Files.write(postfix.home.resolve("etc/master.cf"), services.stream().map(s -> s.replace("@HOME@", postfix.home.toString())).toList(), StandardOpenOption.APPEND);
        postfix.stop();
        postfix.launch();
        return postfix;
    }

    /**
     * Starts one that takes mail with TLS and sends it on with TLS.
     *
     * @param pem      key and chain, in PEM
     * @param services further lines of master.cf
     * @param files    further files of its folder, by name
     */
    public static Postfix relay(String hostname, String pem, List<String> services, Map<String, String> files, String... settings)
            throws IOException, InterruptedException {
        Postfix postfix = prepared(hostname, pem, settings);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(postfix.home.resolve(file.getKey()), file.getValue());
        }
        Files.write(postfix.home.resolve("etc/master.cf"), services, StandardOpenOption.APPEND);
        postfix.launch();
        return postfix;
    }

    /** As it calls itself: {@code 3.7.11}. */
    public String version() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(root + "/usr/sbin/postconf", "-c", home + "/etc", "-h", "mail_version").redirectErrorStream(true);
        builder.environment().put("LD_LIBRARY_PATH", root + "/usr/lib/postfix");
        Process asked = builder.start();
        String output = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        asked.waitFor();
        return output.lines().reduce((a, b) -> b).orElse("");
    }

    public int port() {
        return port;
    }

    /** Its master, of which all others are children. */
    public ProcessHandle process() {
        return master.toHandle();
    }

    /** What Postfix wrote to its log so far. */
    public String log() {
        try {
            return Files.readString(home.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The messages that it delivered, whole. */
    public List<String> messages() {
        List<String> messages = new ArrayList<>();
        try (Stream<Path> files = Files.walk(home.resolve("mail"), FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : files.filter(f -> f.getParent().endsWith("new")).toList()) {
                messages.add(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return messages;
    }

    /**
     * What Postfix's own TLS client says of a domain's servers at security level {@code dane}.
     *
     * @param resolver address of a resolver that validates, at port 53
     */
    public String posttlsFinger(String resolver, String domain) throws IOException, InterruptedException {
        Path settings = home.resolve("resolv.conf");
        Files.writeString(settings, "nameserver " + resolver + "\noptions edns0 trust-ad\n");
        ProcessBuilder builder = new ProcessBuilder("unshare", "-m", "sh", "-c",
                "mount --bind \"$0\" /etc/resolv.conf && exec \"$1\" -c -l dane -L summary,certmatch -o inet_protocols=ipv4 \"$2\"",
                settings.toString(), root + "/usr/sbin/posttls-finger", domain);
        builder.environment().put("LD_LIBRARY_PATH", root + "/usr/lib/postfix");
        builder.environment().put("MAIL_CONFIG", home + "/etc");
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Assumptions.assumeFalse(output.startsWith("unshare:") || output.startsWith("mount:"), () -> "no mount namespace of one's own here: " + output);
        return output;
    }

    /** Stops it; mail that it did not take stays with the sender. {@link #restart} brings it back. */
    public void stop() throws InterruptedException {
        master.descendants().forEach(ProcessHandle::destroyForcibly);
        master.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    public void restart(String pem) throws IOException, InterruptedException {
        stop();
        Files.writeString(home.resolve("tls.pem"), pem);
        launch();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        stop();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void prepare(String hostname, String pem, String... settings) throws IOException, InterruptedException {
        for (String folder : List.of("etc", "queue", "data", "mail")) {
            Files.createDirectory(home.resolve(folder));
        }
        for (String file : List.of("main.cf", "master.cf")) {
            try (InputStream template = Postfix.class.getResourceAsStream("/postfix/" + file)) {
                Files.writeString(home.resolve("etc").resolve(file), new String(template.readAllBytes(), StandardCharsets.UTF_8)
                        .replace("@HOME@", home.toString()).replace("@ROOT@", root.toString())
                        .replace("@HOSTNAME@", hostname).replace("@PORT@", Integer.toString(port)));
            }
        }
        Files.write(home.resolve("etc/main.cf"), Stream.of(settings).map(s -> s.replace("@HOME@", home.toString())).toList(), StandardOpenOption.APPEND);
        Path key = home.resolve("tls.pem");
        Files.writeString(key, pem);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        for (String folder : OWNED_BY_MAIL) {
            run("install", "-d", "-o", "mail", "-m", "700", home + "/queue/" + folder);
        }
        run("install", "-d", "-o", "mail", "-g", "uucp", "-m", "730", home + "/queue/maildrop");
        run("install", "-d", "-o", "mail", "-g", "uucp", "-m", "710", home + "/queue/public");
        run("install", "-d", home + "/queue/pid");
        run("chown", "mail", home + "/data");
        run("chown", "nobody", home + "/mail");
    }

    private void add(Place place) throws IOException {
        String option = "smtpd_tls_security_level=none";
        if (place.pem != null) {
            Path key = home.resolve("tls-" + place.address + ".pem");
            Files.writeString(key, place.pem);
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
            option = "smtpd_tls_chain_files=" + key;
        }
        Files.writeString(home.resolve("etc/master.cf"), "%s:%d inet n - n - - smtpd -o %s%n".formatted(place.address, place.port, option), StandardOpenOption.APPEND);
    }

    private void launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(root + "/usr/lib/postfix/sbin/master", "-c", home + "/etc", "-d");
        builder.environment().put("LD_LIBRARY_PATH", root + "/usr/lib/postfix");
        builder.redirectErrorStream(true).redirectOutput(home.resolve("master.out").toFile());
        master = builder.start();
        Awaitility.await("Postfix listens on " + port).atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(50)).until(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.getInputStream().read() == '2';
            } catch (IOException e) {
                return false;
            }
        });
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
    }
}
