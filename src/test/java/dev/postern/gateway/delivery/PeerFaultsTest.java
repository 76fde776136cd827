package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.delivery.FaultyPeer.Fault;
import dev.postern.gateway.delivery.FaultyPeer.Stage;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.pki.issue.Authority;
import dev.postern.plan.DestinationPlan;
import dev.postern.testing.Tls;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Peers that go silent or reset the connection, at each point of a session: all of them at once, each a destination of its own. */
class PeerFaultsTest {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    /** More than both ends of a connection buffer. */
    private static final int LARGE = 24 << 20;
    private static final Map<Stage, Map<Fault, FaultyPeer>> peers = new EnumMap<>(Stage.class);
    private static final Map<String, Long> mids = new HashMap<>();
    private static Rig rig;
    private static Sound sound;

    /** A destination with which nothing is wrong. */
    private record Sound(ScriptedServer server, long mid) {
    }

    @BeforeAll
    static void sendToAll() throws Exception {
        SSLContext identity = Tls.server(new Authority("Peers", Instant.now(), Duration.ofDays(2)).issue(List.of("peer.test"), Duration.ofDays(1)));
        rig = new Rig(new DeliveryOptions(100, 100, Duration.ofMillis(200), Timeouts.all(LIMIT)));
        rig.settings = Rig.settings(1, 1, 86_400);
        List<DestinationPlan> plans = new ArrayList<>();
        for (Stage stage : Stage.values()) {
            for (Fault fault : Fault.values()) {
                FaultyPeer peer = new FaultyPeer(stage, fault, identity);
                peers.computeIfAbsent(stage, s -> new EnumMap<>(Fault.class)).put(fault, peer);
                plans.add(Rig.destination(domain(stage, fault), TlsMode.Required, Rig.host("127.0.0.1", peer.port())));
            }
        }
        ScriptedServer good = new ScriptedServer();
        plans.add(Rig.destination("sound.test", TlsMode.None, Rig.host("127.0.0.1", good.port())));
        rig.plan(plans.toArray(DestinationPlan[]::new));
        rig.delivery.start();
        for (Stage stage : Stage.values()) {
            for (Fault fault : Fault.values()) {
                String body = "Subject: test\r\n\r\n" + ("x".repeat(76) + "\r\n").repeat(stage == Stage.BODY ? LARGE / 78 : 100);
                mids.put(domain(stage, fault), rig.spool.add("a@sender.test", body, System.currentTimeMillis(), MemorySpool.recipient("b@" + domain(stage, fault))));
            }
        }
        sound = new Sound(good, rig.send("a@sender.test", "b@sound.test"));
    }

    @AfterAll
    static void close() throws Exception {
        rig.close();
        sound.server.close();
        for (FaultyPeer peer : peers.values().stream().flatMap(byFault -> byFault.values().stream()).toList()) {
            peer.close();
        }
    }

    private static String domain(Stage stage, Fault fault) {
        return (stage + "-" + fault).toLowerCase() + ".test";
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '~', textBlock = """
            GREETING  ~ STALL ~ no answer to the connection within 1 s
            EHLO      ~ STALL ~ no answer to EHLO within 1 s
            STARTTLS  ~ STALL ~ no answer to STARTTLS within 1 s
            HANDSHAKE ~ STALL ~ (?i)stalled|timed out|timeout
            MAIL      ~ STALL ~ no answer to MAIL within 1 s
            RCPT      ~ STALL ~ no answer to RCPT within 1 s
            DATA      ~ STALL ~ no answer to DATA within 1 s
            BODY      ~ STALL ~ server takes no data
            DOT       ~ STALL ~ no answer to the message within 1 s \\(after the whole message was sent\\)
            GREETING  ~ RESET ~ (?i)connection (closed by the server|lost: .*|reset)
            EHLO      ~ RESET ~ connection (closed by the server|lost: .*)
            STARTTLS  ~ RESET ~ connection (closed by the server|lost: .*)
            HANDSHAKE ~ RESET ~ closed|reset
            MAIL      ~ RESET ~ connection (closed by the server|lost: .*)
            RCPT      ~ RESET ~ connection (closed by the server|lost: .*)
            DATA      ~ RESET ~ connection (closed by the server|lost: .*)
            BODY      ~ RESET ~ connection (closed by the server|lost: .*)
            DOT       ~ RESET ~ connection (closed by the server|lost: .*) \\(after the whole message was sent\\)
            """)
    void aPeerThatFailsGetsTheMessageAtTheNextAttemptAndTheLogSaysWhereItFailed(Stage stage, Fault fault, String reason) {
        long mid = mids.get(domain(stage, fault));
        await().untilAsserted(() -> assertThat(rig.spool.get(mid).recipients().getFirst().state()).isEqualTo(State.DELIVERED));

        List<Integer> taken = peers.get(stage).get(fault).mails;
        // A peer that took the message and did not say so gets it again: nobody can know.
        assertThat(taken).hasSize(stage == Stage.DOT ? 2 : 1);
        assertThat(Set.copyOf(taken)).hasSize(1);
        assertThat(reasons(domain(stage, fault))).anyMatch(said -> Pattern.compile(reason).matcher(said).find());
        assertThat(rig.logged(MailEvent.DeliveryDelayed.class).stream().filter(e -> e.mid() == mid)).as("it waits once").hasSize(1)
                .allMatch(e -> e.status().startsWith("4."));
        assertThat(rig.logged(MailEvent.DeliveryBounced.class)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"STALL", "RESET"})
    void whatBecomesOfQuitIsNobodysConcern(Fault fault) {
        long mid = mids.get(domain(Stage.QUIT, fault));
        await().untilAsserted(() -> assertThat(rig.logged(MailEvent.MessageFinished.class)).anyMatch(e -> e.mid() == mid));

        assertThat(peers.get(Stage.QUIT).get(fault).mails).hasSize(1);
        assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).noneMatch(e -> e.mid() == mid);
    }

    @Test
    void nothingIsStuckAndNothingIsLeftBehind() {
        await().untilAsserted(() -> assertThat(rig.spool.messages()).isZero());
        await().untilAsserted(() -> assertThat(dcids(rig.logged(MailEvent.DeliveryClosed.class).stream().map(MailEvent.DeliveryClosed::dcid)))
                .as("connections that were closed").containsAll(dcids(rig.logged(MailEvent.NewDelivery.class).stream().map(MailEvent.NewDelivery::dcid))));
        await().until(() -> rig.metrics.get("postern.delivery.connections").gauge().value() == 0);
    }

    @Test
    void aDestinationWithWhichNothingIsWrongDoesNotNotice() {
        await().untilAsserted(() -> assertThat(sound.server.mails).hasSize(1));
        assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).noneMatch(e -> e.mid() == sound.mid);
    }

    private static Set<Long> dcids(Stream<Long> all) {
        return all.collect(Collectors.toSet());
    }

    /** What the log says of a domain's connections, and of its message. */
    private static List<String> reasons(String domain) {
        return Stream.concat(rig.logged(MailEvent.ConnectionError.class).stream().filter(e -> e.domain().equals(domain)).map(MailEvent.ConnectionError::reason),
                rig.logged(MailEvent.DeliveryDelayed.class).stream().filter(e -> e.mid() == mids.get(domain)).map(MailEvent.DeliveryDelayed::reason)).toList();
    }
}
