package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.plan.DestinationPlan.Retry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clocks that are wrong, and are set right. */
class ClockJumpTest {
    private static final Duration YEAR = Duration.ofDays(365);
    private static final Duration DAY = Duration.ofDays(1);
    private final AtomicLong ahead = new AtomicLong();
    private final InstantSource clock = () -> Instant.now().plusMillis(ahead.get());
    private ScriptedServer server;
    private Rig rig;
    private volatile boolean takes;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedServer();
        server.script = c -> c.startsWith("RCPT") && !takes ? "451 4.3.0 not now" : null;
        rig = new Rig(new DeliveryOptions(50, 100, Duration.ofMillis(200), Timeouts.all(Duration.ofSeconds(10))), null, clock);
        rig.settings = Rig.settings(300, 3600, 345_600);
        rig.plan(Rig.destination("partner.test", TlsMode.None, Rig.host("127.0.0.1", server.port())));
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
        server.close();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }

    private long send() {
        return rig.spool.add("a@sender.test", "Subject: x\r\n\r\nx\r\n", clock.millis(), MemorySpool.recipient("b@partner.test"));
    }

    private void attempts(long mid, int wanted) {
        await().untilAsserted(() -> assertThat(rig.spool.get(mid).recipients().getFirst()).satisfies(r -> {
            assertThat(r.attempts()).isEqualTo(wanted);
            assertThat(r.state()).isEqualTo(State.PENDING);
        }));
    }

    private void delivered(long mid) {
        await().untilAsserted(() -> assertThat(rig.spool.get(mid).recipients().getFirst().state()).isEqualTo(State.DELIVERED));
        assertThat(rig.logged(MailEvent.DeliveryBounced.class)).isEmpty();
    }

    private void said(String text) {
        await().untilAsserted(() -> assertThat(rig.logged(MailEvent.Notice.class)).anyMatch(n -> n.toString().contains(text)));
    }

    @Test
    void aClockSetAheadByAYearAndBackBouncesNothingAndLeavesNothingWaiting() {
        rig.delivery.start();
        long mid = send();
        attempts(mid, 1);

        ahead.set(YEAR.toMillis());
        attempts(mid, 2);
        said("the system's clock was set forward by 8760h");

        takes = true;
        ahead.set(0);
        delivered(mid);
        said("the system's clock was set back by 8");
    }

    @Test
    void aClockSetBackByADayDelaysNothing() {
        rig.delivery.start();
        long mid = send();
        attempts(mid, 1);

        takes = true;
        ahead.set(-DAY.toMillis());
        delivered(mid);
        assertThat(send()).isPositive();
        await().until(() -> server.mails.size() == 2);
    }

    @Test
    void mailThatCameInBeforeTheClockWasSetRightIsTriedAsOftenAsAnyOther() {
        rig.delivery.start();
        long mid = rig.spool.add("a@sender.test", "Subject: x\r\n\r\nx\r\n", 0, MemorySpool.recipient("b@partner.test"));
        attempts(mid, 1);

        takes = true;
        rig.plan(Rig.destination("partner.test", TlsMode.None, Rig.host("localhost", 1), Rig.host("127.0.0.1", server.port())));
        delivered(mid);
    }

    @Test
    void aTimeServerThatCorrectsLittleByLittleIsNoEvent() {
        List<String> said = new ArrayList<>();
        List<Integer> back = new ArrayList<>();
        AtomicLong millis = new AtomicLong(1_000_000);
        ClockWatch watch = new ClockWatch(() -> Instant.ofEpochMilli(millis.get()), () -> 0, event -> said.add(event.toString()), () -> back.add(1));
        for (int i = 0; i < 100; i++) {
            millis.addAndGet(i % 2 == 0 ? -500 : 20_000);
            watch.look();
        }
        assertThat(said).isEmpty();
        millis.addAndGet(-61_000);
        watch.look();
        watch.look();
        assertThat(said).singleElement().asString().contains("the system's clock was set back by 1m1s: everything that waits is tried now");
        assertThat(back).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"300, 3600, 345600, 10", "3600, 14400, 43200, 5", "3600, 3600, 3600, 2", "60, 60, 0, 1"})
    void nothingIsGivenUpBeforeItWasTriedAsOftenAsItsScheduleSays(long initial, long max, long maxAge, int attempts) {
        Retry retry = new Retry(initial, max, maxAge);
        long received = 1_000_000;
        long old = received + YEAR.toMillis();

        assertThat(Expiry.attempts(retry)).isEqualTo(attempts);
        assertThat(Expiry.over(retry, received, attempts, old)).isTrue();
        assertThat(attempts > 1 && Expiry.over(retry, received, attempts - 1, old)).isFalse();
        assertThat(Expiry.over(retry, received, 1000, received + maxAge * 1000 - 1)).isFalse();
        assertThat(Expiry.next(retry, received, 300_000, old)).isEqualTo(old + 300_000);
        assertThat(Expiry.next(retry, received, YEAR.toMillis() * 2, received)).isEqualTo(maxAge == 0 ? received + YEAR.toMillis() * 2 : received + maxAge * 1000);
    }
}
