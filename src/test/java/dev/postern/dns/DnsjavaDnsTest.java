package dev.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.postern.dns.Dns.DnsException.Kind;
import dev.postern.dns.Dns.DnsException;
import dev.postern.dns.Dns.Mx;
import dev.postern.testing.CoreDns;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against CoreDNS with a zone of its own, and against a server that misbehaves. */
class DnsjavaDnsTest {
    private static final String ZONE = """
            $ORIGIN example.
            $TTL 300
            @            IN SOA ns hostmaster 1 3600 600 86400 300
                         IN NS ns
            ns           IN A 192.0.2.53
            two          IN MX 20 mx2
            two          IN MX 10 mx1
            same         IN MX 10 mx1
            same         IN MX 10 mx2
            implicit     IN A 192.0.2.10
            null         IN MX 0 .
            nothing      IN TXT "no mail, no address"
            alias        IN CNAME two
            dangling     IN MX 10 gone
            mx1          IN A 192.0.2.1
            mx1          IN AAAA 2001:db8::1
            mx2          IN A 192.0.2.2
            hostalias    IN CNAME mx1
            client       IN A 192.0.2.77
            liar         IN A 192.0.2.99
            77.2.0.192.list IN A 127.0.0.2
            77.2.0.192.list IN A 127.0.0.10
            77.2.0.192.list IN AAAA 2001:db8::1
            78.2.0.192.list IN TXT "listed, without saying how"
            """;
    private static final String REVERSE = """
            $ORIGIN 2.0.192.in-addr.arpa.
            $TTL 300
            @            IN SOA ns.example. hostmaster.example. 1 3600 600 86400 300
                         IN NS ns.example.
            77           IN PTR Client.Example.
            78           IN PTR liar.example.
            79           IN PTR gone.example.
            """;

    @TempDir
    static Path folder;
    private static CoreDns server;
    private static Dns dns;

    @BeforeAll
    static void start() throws Exception {
        server = new CoreDns(folder, Map.of("example", ZONE, "2.0.192.in-addr.arpa", REVERSE));
        dns = new DnsjavaDns(DnsOptions.of(List.of(server.address())), Duration.ofSeconds(5), Duration.ofSeconds(20));
        Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> !get(dns.addresses("ns.example")).isEmpty());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static Kind failure(CompletionStage<?> stage) throws Exception {
        try {
            return fail("answered " + get(stage));
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(DnsException.class);
            return ((DnsException) e.getCause()).kind();
        }
    }

    private static List<InetAddress> ips(String... ips) throws IOException {
        List<InetAddress> all = new java.util.ArrayList<>();
        for (String ip : ips) {
            all.add(InetAddress.getByName(ip));
        }
        return all;
    }

    @Test
    void mxHostsComeByPreference() throws Exception {
        assertThat(get(dns.mx("two.example"))).containsExactly(new Mx(10, "mx1.example"), new Mx(20, "mx2.example"));
        assertThat(get(dns.mx("same.example"))).containsExactlyInAnyOrder(new Mx(10, "mx1.example"), new Mx(10, "mx2.example"));
    }

    @Test
    void aDomainWithAnAddressAloneIsItsOwnMx() throws Exception {
        assertThat(get(dns.mx("implicit.example"))).containsExactly(new Mx(0, "implicit.example"));
    }

    @Test
    void ipv4AddressesOfANameComeAloneAndAbsenceIsNoFailure() throws Exception {
        assertThat(get(dns.ipv4("77.2.0.192.list.example"))).containsExactlyInAnyOrder(InetAddress.getByName("127.0.0.2"), InetAddress.getByName("127.0.0.10"));
        assertThat(get(dns.ipv4("78.2.0.192.list.example"))).isEmpty();
        assertThat(get(dns.ipv4("79.2.0.192.list.example"))).isEmpty();
        assertThat(get(dns.ipv4("hostalias.example"))).containsExactly(InetAddress.getByName("192.0.2.1"));
    }

    @Test
    void anAliasLeadsToTheMxOfItsTarget() throws Exception {
        assertThat(get(dns.mx("alias.example"))).containsExactly(new Mx(10, "mx1.example"), new Mx(20, "mx2.example"));
    }

    @Test
    void nullMxMissingDomainAndMissingAddressDiffer() throws Exception {
        assertThat(failure(dns.mx("null.example"))).isEqualTo(Kind.NULL_MX);
        assertThat(failure(dns.mx("gone.example"))).isEqualTo(Kind.NOT_FOUND);
        assertThat(failure(dns.mx("nothing.example"))).isEqualTo(Kind.NOT_FOUND);
        assertThat(get(dns.mx("dangling.example"))).containsExactly(new Mx(10, "gone.example"));
        assertThat(failure(dns.addresses("gone.example"))).isEqualTo(Kind.NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a..example", "", "x.example\u0000", "label-that-is-much-longer-than-the-sixty-three-octets-that-dns-allows-for-it.example"})
    void whatIsNoNameIsNotFoundOrRefusedButNeverThrown(String name) throws Exception {
        assertThat(failure(dns.mx(name))).isIn(Kind.NOT_FOUND, Kind.TEMPORARY);
    }

    @Test
    void addressesAreOfBothFamiliesAndThroughAliases() throws Exception {
        assertThat(get(dns.addresses("mx1.example"))).containsExactlyInAnyOrderElementsOf(ips("192.0.2.1", "2001:db8::1"));
        assertThat(get(dns.addresses("hostalias.example"))).containsExactlyInAnyOrderElementsOf(ips("192.0.2.1", "2001:db8::1"));
        assertThat(get(dns.addresses("192.0.2.200"))).containsExactlyElementsOf(ips("192.0.2.200"));
        assertThat(get(dns.addresses("2001:db8::9"))).containsExactlyElementsOf(ips("2001:db8::9"));
        assertThat(failure(dns.addresses("nothing.example"))).isEqualTo(Kind.NOT_FOUND);
    }

    @Test
    void theHostsFileIsObeyed() throws Exception {
        assertThat(get(dns.addresses("localhost"))).contains(InetAddress.getByName("127.0.0.1"));
    }

    @Test
    void aNameIsConfirmedOnlyWhenItLeadsBack() throws Exception {
        assertThat(get(dns.confirmedName(InetAddress.getByName("192.0.2.77")))).isEqualTo(Optional.of("client.example"));
        assertThat(get(dns.confirmedName(InetAddress.getByName("192.0.2.78")))).isEmpty();
        assertThat(get(dns.confirmedName(InetAddress.getByName("192.0.2.79")))).isEmpty();
        assertThat(get(dns.confirmedName(InetAddress.getByName("192.0.2.80")))).isEmpty();
        assertThat(get(dns.confirmedName(InetAddress.getByName("2001:db8::1")))).isEmpty();
    }

    @Test
    void aServerThatFailsOrIsSilentIsTemporary() throws Exception {
        for (int rcode : new int[] {2, 5, -1}) {   // SERVFAIL, REFUSED, silence
            try (Hostile hostile = new Hostile(rcode);
                    Dns failing = new DnsjavaDns(DnsOptions.of(List.of("127.0.0.1:" + hostile.socket.getLocalPort())), Duration.ofMillis(200), Duration.ofSeconds(5))) {
                assertThat(failure(failing.mx("two.example"))).isEqualTo(Kind.TEMPORARY);
                assertThat(failure(failing.addresses("mx1.example"))).isEqualTo(Kind.TEMPORARY);
                assertThat(get(failing.confirmedName(InetAddress.getByName("192.0.2.77")))).isEmpty();
            }
        }
    }

    @Test
    void theWholeLookupIsBoundedWhateverTheRetries() throws Exception {
        try (Hostile hostile = new Hostile(-1);
                Dns slow = new DnsjavaDns(DnsOptions.of(List.of("127.0.0.1:" + hostile.socket.getLocalPort())), Duration.ofMinutes(5), Duration.ofMillis(300))) {
            assertThat(failure(slow.mx("two.example"))).isEqualTo(Kind.TEMPORARY);
        }
    }

    @Test
    void anotherServerAnswersWhereOneIsDead() throws Exception {
        try (Hostile hostile = new Hostile(-1)) {
            Dns both = new DnsjavaDns(DnsOptions.of(List.of("127.0.0.1:" + hostile.socket.getLocalPort(), server.address())), Duration.ofMillis(500), Duration.ofSeconds(20));
            assertThat(get(both.mx("two.example"))).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ns.example", "1.2.3", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:99999", "[::1]x", "1.2.3.4:x", "[::1"})
    void aServerThatIsNoneIsNamed(String server) {
        assertThatThrownBy(() -> new DnsjavaDns(DnsOptions.of(List.of(server)))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'" + server + "'");
    }

    @Test
    void serversMayBeOfEitherFamilyAndEmptyMeansTheSystems() {
        new DnsjavaDns(DnsOptions.of(List.of("192.0.2.1", "2001:db8::1", "[2001:db8::1]:5353", "[2001:db8::1]", "192.0.2.1:5353"))).close();
        new DnsjavaDns(DnsOptions.of(List.of())).close();
    }

    @Test
    void theHolderChangesServersOnlyWhenTheyDiffer() throws Exception {
        AtomicInteger made = new AtomicInteger();
        DnsHolder holder = new DnsHolder(DnsOptions.of(List.of("192.0.2.1")), servers -> {
            made.incrementAndGet();
            return dns;
        });
        holder.use(DnsOptions.of(List.of("192.0.2.1")));
        assertThat(made).hasValue(1);
        holder.use(DnsOptions.of(List.of("192.0.2.2")));
        assertThat(made).hasValue(2);
        assertThat(get(holder.mx("two.example"))).hasSize(2);
    }

    /** Answers every question with one response code, or not at all. */
    private static final class Hostile implements AutoCloseable {
        private final DatagramSocket socket;

        Hostile(int rcode) throws IOException {
            socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
            Thread.ofVirtual().start(() -> {
                byte[] buffer = new byte[1500];
                while (true) {
                    try {
                        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                        socket.receive(packet);
                        if (rcode >= 0) {
                            buffer[2] |= (byte) 0x80;
                            buffer[3] = (byte) (0x80 | rcode);
                            socket.send(packet);
                        }
                    } catch (IOException e) {
                        return;
                    }
                }
            });
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
