package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.Dns;
import dev.postern.gateway.delivery.OutboundTable.Pair;
import dev.postern.gateway.delivery.ScriptedServer.Mail;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.plan.DestinationPlan;
import dev.postern.testing.PosternProcess;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Destinations of two hosts, each of every kind: which of them gets the mail, and how. */
class OutboundHostsTest {
    private static final int SMTP = 25;

    static List<Pair> pairs() {
        return OutboundTable.pairs();
    }

    /** The walk over a route is the same, so the levels that differ most will do. */
    static Stream<Pair> pairsOfRoutes() {
        return pairs().stream().filter(p -> p.mode() == TlsMode.Preferred || p.mode() == TlsMode.RequiredVerify);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pairsOfRoutes")
    void theHostsOfARouteAreJudgedEachForItself(Pair pair) throws Exception {
        int first = PosternProcess.freePort();
        int second = PosternProcess.freePort();
        try (Hosts hosts = new Hosts(pair, "127.0.0.1", first, "127.0.0.1", second); Rig rig = rig()) {
            rig.plan(destination(pair, new DestinationPlan.Host("mx1.partner.test", first, 10), new DestinationPlan.Host("mx2.partner.test", second, 20)));
            hosts.check(rig);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pairs")
    void theHostsOfADomainAreJudgedEachForItself(Pair pair) throws Exception {
        String first = loopback();
        String second = loopback();
        try (Hosts hosts = new Hosts(pair, first, SMTP, second, SMTP); Rig rig = rig()) {
            rig.mx.put("partner.test", List.of(new Dns.Mx(10, "mx1.partner.test"), new Dns.Mx(20, "mx2.partner.test")));
            rig.plan(destination(pair));
            hosts.check(rig);
        }
    }

    private static Rig rig() {
        return new Rig(new DeliveryOptions(10, 100, Duration.ZERO, Timeouts.all(Duration.ofSeconds(10))));
    }

    private static DestinationPlan destination(Pair pair, DestinationPlan.Host... route) {
        return DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false, DestinationPlan.Tls.of(pair.mode(), Identity.Hosted, "ca/ca.crt"), null, DestinationPlan.Limits.of(20, 100),
                List.of(route), null);
    }

    /** Mail between MX hosts is on port 25, so each host needs an address of its own where it is free. */
    private static String loopback() throws IOException {
        var random = ThreadLocalRandom.current();
        String address = "127.%d.%d.%d".formatted(random.nextInt(10, 250), random.nextInt(250), random.nextInt(2, 250));
        try (ServerSocket socket = new ServerSocket(SMTP, 1, InetAddress.getByName(address))) {
            return socket.getInetAddress().getHostAddress();
        } catch (BindException e) {
            return Assumptions.abort("port 25 cannot be listened on: " + e.getMessage());
        }
    }

    private static final class Hosts implements AutoCloseable {
        private final Pair pair;
        private final List<String> addresses;
        private final List<ScriptedServer> servers = new ArrayList<>();

        Hosts(Pair pair, String firstAddress, int firstPort, String secondAddress, int secondPort) throws IOException {
            this.pair = pair;
            addresses = List.of(firstAddress, secondAddress);
            servers.add(pair.first() == null ? null : pair.first().start(firstAddress, firstPort));
            servers.add(pair.second() == null ? null : pair.second().start(secondAddress, secondPort));
        }

        void check(Rig rig) {
            rig.hosts.put("mx1.partner.test", List.of(Rig.address(addresses.get(0))));
            rig.hosts.put("mx2.partner.test", List.of(Rig.address(addresses.get(1))));
            DestinationPlan plan = rig.plans.current().plan().destinations().getFirst();
            rig.bundles = Map.of("ca/ca.crt", OutboundServer.root());
            rig.plan(plan);
            rig.delivery.start();
            long mid = rig.send("a@sender.test", "b@partner.test");
            OutboundLevelsTest.await(() -> rig.spool.get(mid).recipients().getFirst().lastStatus() != null);

            assertThat(rig.spool.get(mid).recipients().getFirst().state()).isEqualTo(pair.host() == 0 ? State.PENDING : State.DELIVERED);
            check(0, pair.host() == 1);
            check(1, pair.host() == 2);
            assertThat(rig.alerts).hasSize((int) pair.alerts());
            assertThat(rig.alerts).extracting(TlsFailures.Failure::host).doesNotHaveDuplicates();
            assertThat(rig.logged(MailEvent.DeliveryTlsRequired.class)).hasSize((int) pair.alerts());
            if (pair.host() == 0) {
                OutboundServer tells = pair.second() != null ? pair.second() : pair.first();
                assertThat(rig.logged(MailEvent.DeliveryDelayed.class).getFirst().status()).isEqualTo(tells == null ? "4.4.1" : tells.reason.status());
            }
            if (pair.host() == 1 && servers.get(1) != null) {
                assertThat(servers.get(1).connections).as("connections to the second host").hasValue(0);
            }
        }

        private void check(int host, boolean mail) {
            ScriptedServer server = servers.get(host);
            if (server != null) {
                OutboundTable.Fate fate = pair.at(host == 0 ? pair.first() : pair.second());
                assertThat(server.mails).as("mail at host " + (host + 1)).extracting(Mail::encrypted).isEqualTo(mail ? List.of(fate != OutboundTable.Fate.CLEAR) : List.of());
            }
        }

        @Override
        public void close() throws IOException {
            for (ScriptedServer server : servers) {
                if (server != null) {
                    server.close();
                }
            }
        }
    }
}
