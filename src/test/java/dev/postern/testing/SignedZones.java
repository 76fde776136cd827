package dev.postern.testing;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A root zone of a test's own and zones below it, signed by BIND's tools and served by BIND itself, with the trust anchor of that
 * root; and a second BIND that validates from there.
 */
public final class SignedZones implements AutoCloseable {
    private static final String HEAD = "$TTL 300\n@ IN SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 60\n@ IN NS ns.invalid.\n";
    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final List<DnsRelay> relays = new ArrayList<>();
    private final int port;
    private String anchor;

    /** How a zone is signed. */
    public enum Signing {
        /** As it should be, with NSEC. */
        SIGNED,
        /** As it should be, with NSEC3. */
        NSEC3,
        /** Not at all. */
        UNSIGNED,
        /** With signatures that ended long ago. */
        EXPIRED,
        /** With another key than the zone above says. */
        WRONG_KEY
    }

    /**
     * A zone below the root.
     *
     * @param origin  without the last dot
     * @param records as RFC 1035 section 5 writes them; SOA and NS are added
     * @param forged  {@code OWNER TYPE} of records that are changed after they were signed, owners absolute
     */
    public record Zone(String origin, Signing signing, String records, List<String> forged) {
        public Zone(String origin, Signing signing, String records) {
            this(origin, signing, records, List.of());
        }
    }

    private SignedZones(Path folder) {
        this.folder = folder;
        port = freePort();
    }

    /** Signs and serves. */
    public static SignedZones serve(List<Zone> zones) throws IOException, InterruptedException {
        SignedZones signed = new SignedZones(Files.createTempDirectory("zones"));
        try {
            signed.write(zones);
        } catch (IOException | RuntimeException e) {
            signed.close();
            throw e;
        }
        return signed;
    }

    /** Of the server that has all zones, and validates nothing: as name servers are written in settings. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** DS record of the root zone. */
    public String anchor() {
        return anchor;
    }

    /** Starts a resolver that validates, on a port of its own, and gives its address. */
    public String validatingResolver() throws IOException {
        int own = freePort();
        String[] ds = anchor.split("\\s+");
        int at = List.of(ds).indexOf("DS");
        String key = "\".\" static-ds %s %s %s \"%s\";".formatted(ds[at + 1], ds[at + 2], ds[at + 3], String.join("", List.of(ds).subList(at + 4, ds.length)));
        start("resolver-" + own, own, """
                recursion yes;
                dnssec-validation yes;
                forward only;
                forwarders { 127.0.0.1 port %d; };
                servfail-ttl 0;
                """.formatted(port), "trust-anchors { " + key + " };\n");
        return "127.0.0.1:" + own;
    }

    /** Starts one at port 53 of an address of the loopback network, which programs of others can be pointed at. */
    public void validatingResolver(String ip) throws IOException {
        String[] resolver = validatingResolver().split(":");
        relays.add(new DnsRelay(ip, 53, new InetSocketAddress(resolver[0], Integer.parseInt(resolver[1]))));
    }

    @Override
    public void close() throws IOException, InterruptedException {
        relays.forEach(DnsRelay::close);
        for (Process process : processes) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void write(List<Zone> zones) throws IOException, InterruptedException {
        Map<String, StringBuilder> delegations = new TreeMap<>();
        List<Zone> all = new ArrayList<>(zones);
        all.add(new Zone("", Signing.SIGNED, "ns.invalid. A 127.0.0.1"));
        all.sort(Comparator.comparingInt((Zone z) -> z.origin.isEmpty() ? 0 : z.origin.split("\\.").length).reversed());
        StringBuilder files = new StringBuilder();
        for (Zone zone : all) {
            String ds = write(zone, delegations.getOrDefault(zone.origin, new StringBuilder()).toString());
            if (zone.origin.isEmpty()) {
                anchor = ds.lines().findFirst().orElseThrow();
            } else {
                String parent = all.stream().map(Zone::origin).filter(o -> !o.equals(zone.origin) && (o.isEmpty() || zone.origin.endsWith("." + o)))
                        .max(Comparator.comparingInt(String::length)).orElseThrow();
                delegations.computeIfAbsent(parent, p -> new StringBuilder()).append(zone.origin).append(". IN NS ns.invalid.\n").append(ds);
            }
            files.append("zone \"%s.\" { type primary; file \"%s\"; };\n".formatted(zone.origin, file(zone)));
        }
        start("authority", port, "recursion no;\ndnssec-validation no;\nallow-transfer { none; };\nnotify no;\n", files.toString());
    }

    /** The DS record for the zone above; empty where this one is not signed. */
    private String write(Zone zone, String delegations) throws IOException, InterruptedException {
        Path plain = folder.resolve((zone.origin.isEmpty() ? "root" : zone.origin) + ".plain");
        Files.writeString(plain, HEAD + zone.records + "\n" + delegations);
        if (zone.signing == Signing.UNSIGNED) {
            Files.copy(plain, file(zone));
            return "";
        }
        String key = newKey(zone.origin);
        List<String> arguments = new ArrayList<>(List.of("-q", "-P", "-z", "-d", folder.toString(), "-O", "full", "-o", zone.origin + ".", "-f", file(zone).toString()));
        if (zone.signing == Signing.NSEC3) {
            arguments.addAll(List.of("-3", "-", "-H", "0"));
        }
        if (zone.signing == Signing.EXPIRED) {
            arguments.addAll(List.of("-s", "20200101000000", "-e", "20200201000000"));
        }
        String file = folder.resolve(key).toString();
        Files.writeString(plain, Files.readString(Path.of(file + ".key")), StandardOpenOption.APPEND);
        arguments.addAll(List.of(plain.toString(), file));
        Bind.run("dnssec-signzone", arguments.toArray(String[]::new));
        if (!zone.forged.isEmpty()) {
            Files.write(file(zone), Files.readAllLines(file(zone)).stream().map(line -> forged(line, zone.forged)).toList());
        }
        return Bind.run("dnssec-dsfromkey", "-2", folder.resolve(zone.signing == Signing.WRONG_KEY ? newKey(zone.origin) : key) + ".key");
    }

    private String newKey(String origin) throws IOException, InterruptedException {
        return Bind.run("dnssec-keygen", "-q", "-K", folder.toString(), "-a", "ECDSAP256SHA256", "-f", "KSK", origin + ".").strip();
    }

    private static String forged(String line, List<String> which) {
        String[] parts = line.split("\\s+", 5);
        if (parts.length < 5 || !which.contains(parts[0] + " " + parts[3])) {
            return line;
        }
        char last = line.charAt(line.length() - 1);
        return line.substring(0, line.length() - 1) + (last == '1' ? '2' : '1');
    }

    private Path file(Zone zone) {
        return folder.resolve((zone.origin.isEmpty() ? "root" : zone.origin) + ".zone");
    }

    private void start(String name, int own, String options, String rest) throws IOException {
        Path configuration = folder.resolve(name);
        Files.writeString(configuration, """
                options {
                directory "%s";
                pid-file none;
                session-keyfile none;
                listen-on port %d { 127.0.0.1; };
                listen-on-v6 { none; };
                empty-zones-enable no;
                %s};
                controls { };
                %s""".formatted(folder, own, options, rest));
        Process process = Bind.named(configuration);
        processes.add(process);
        Awaitility.await("named answers at port " + own).atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50)).until(() -> {
            String log = Files.readString(folder.resolve(name + ".log"));
            if (!process.isAlive() || log.contains("not loaded due to errors") || log.contains(" failed: ") || log.contains("not listening on any interfaces")) {
                throw new IllegalArgumentException(log);
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", own), 200);
                return log.contains(" running");
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Free a moment ago, over UDP and TCP, and not of those that outgoing connections take: they have ports from 32768 on. */
    private static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            try (DatagramSocket udp = new DatagramSocket(port, InetAddress.getLoopbackAddress());
                    ServerSocket tcp = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return Math.max(udp.getLocalPort(), tcp.getLocalPort());
            } catch (IOException e) {
                // taken: another
            }
        }
    }
}
