package dev.postern.gateway.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.delivery.DirectSender.Fate;
import dev.postern.gateway.delivery.DirectSender.Kind;
import dev.postern.gateway.report.RateLimit;
import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsFailures.Failure;
import dev.postern.gateway.report.TlsFailures.Stage;
import dev.postern.gateway.report.TlsResult.Outcome;
import dev.postern.gateway.report.TlsResult.Policy;
import dev.postern.gateway.report.TlsResult;
import dev.postern.plan.ResourceRef;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AlertBookTest {
    private static final Instant START = Instant.parse("2026-11-06T10:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private final AlertBook book = new AlertBook(3, Duration.ofSeconds(10));

    private static Failure outbound(String domain, String host) {
        return new Failure(new ResourceRef("DestinationControl", "mail", "partner", "", 1), Direction.Outbound, domain, host, Stage.Ehlo, "NotOffered", null);
    }

    private static Failure inbound(String listener, String group) {
        return new Failure(new ResourceRef("Listener", "mail", listener, "", 1), Direction.Inbound, group, "192.0.2.1", Stage.Starttls, "NotInitiated", null);
    }

    private static Instant after(long seconds) {
        return START.plusSeconds(seconds);
    }

    @Test
    void theFirstIsToldOfAfterAWhileWithAllHostsAndTheNextWhenTheIntervalIsOver() {
        book.add(outbound("a.test", "mx1"), START);
        book.add(outbound("a.test", "mx2"), after(3));
        assertThat(book.take(after(9), HOUR)).isEmpty();
        assertThat(book.take(after(10), HOUR)).singleElement().satisfies(a -> {
            assertThat(a.hosts()).containsExactly("mx1", "mx2");
            assertThat(a.count()).isEqualTo(2);
            assertThat(a.again()).isFalse();
        });
        book.add(outbound("a.test", "mx1"), after(60));
        book.add(outbound("a.test", "mx1"), after(3000));
        assertThat(book.take(after(3609), HOUR)).isEmpty();
        assertThat(book.take(after(3610), HOUR)).singleElement().satisfies(a -> {
            assertThat(a.count()).isEqualTo(2);
            assertThat(a.first()).isEqualTo(after(60));
            assertThat(a.again()).isTrue();
        });
    }

    @Test
    void aDomainThatIsQuietForAnIntervalIsForgotten() {
        book.add(outbound("a.test", "mx1"), START);
        book.take(after(10), HOUR);
        assertThat(book.isEmpty()).isFalse();
        assertThat(book.due(after(3610), HOUR)).isZero();
        assertThat(book.isEmpty()).isTrue();
    }

    @Test
    void inboundListenersAndSenderGroupsAreToldApart() {
        book.add(inbound("public", "partners"), START);
        book.add(inbound("public", "others"), START);
        book.add(inbound("private", "partners"), START);
        assertThat(book.take(after(10), HOUR)).hasSize(3);
    }

    @Test
    void beyondItsBoundItOnlyCountsAndNeverForgetsWhomItTold() {
        for (String domain : List.of("a", "b", "c")) {
            assertThat(book.add(outbound(domain, "mx"), START)).isTrue();
        }
        assertThat(book.take(after(10), HOUR)).hasSize(3);
        assertThat(book.add(outbound("d", "mx"), after(20))).isFalse();
        assertThat(book.add(outbound("a", "mx"), after(20))).isTrue();
        assertThat(book.takeUntold()).isEqualTo(1);
        assertThat(book.take(after(600), HOUR)).isEmpty();
    }

    @Test
    void aMailIsTriedAFewTimesWithinTheIntervalAndOnlyForThoseWhoLackIt() {
        var mail = new Outbox.Mail("s", new byte[0], List.of("a@x.test", "b@y.test", "c@z.test"), HOUR, START);
        Outbox outbox = new Outbox();
        outbox.add(mail);
        assertThat(outbox.poll(START)).isSameAs(mail);
        assertThat(mail.attempted(Map.of("a@x.test", new Fate(Kind.TAKEN, "250"), "b@y.test", new Fate(Kind.LATER, "421"), "c@z.test", new Fate(Kind.REFUSED, "550")), START)).isFalse();
        assertThat(mail.letter("f@x.test", List.of()).recipients()).containsExactly("b@y.test");
        outbox.add(mail);
        Instant now = START;
        int attempts = 1;
        while (true) {
            now = now.plusSeconds(10);
            if (outbox.poll(now) != null) {
                attempts++;
                if (mail.attempted(Map.of("b@y.test", new Fate(Kind.LATER, "421")), now)) {
                    break;
                }
                outbox.add(mail);
            }
        }
        assertThat(attempts).isEqualTo(Outbox.ATTEMPTS);
        assertThat(now).isBefore(START.plus(HOUR));
        assertThat(mail.given()).containsExactly("c@z.test", "b@y.test");
    }

    @Test
    void ratesComeBackOneByOne() {
        var rate = new RateLimit(3, Duration.ofMinutes(1));
        rate.take(START, 3);
        assertThat(rate.left(after(59))).isZero();
        assertThat(rate.left(after(60))).isEqualTo(1);
        rate.take(after(60), 1);
        assertThat(rate.left(after(119))).isZero();
        assertThat(rate.left(after(300))).isEqualTo(3);
    }

    @Test
    void aPathIsBarredByNameAndByAddressUntilTlsWorksThereForTheSameDomainOrTheWindowIsOver() throws Exception {
        var paths = new FailedPaths();
        InetAddress address = InetAddress.getByName("192.0.2.1");
        InetAddress other = InetAddress.getByName("192.0.2.2");
        paths.result(result("a.test", Outcome.FAILED, address));
        assertThat(paths.barred("mx.test", other, START, HOUR)).isTrue();
        assertThat(paths.barred("alias.test", address, START, HOUR)).isTrue();
        assertThat(paths.barred("alias.test", other, START, HOUR)).isFalse();
        assertThat(paths.barred("mx.test", address, after(3600), HOUR)).isFalse();
        paths.result(result("b.test", Outcome.ENCRYPTED, address));
        assertThat(paths.barred("mx.test", address, START, HOUR)).isTrue();
        paths.result(result("a.test", Outcome.ENCRYPTED, address));
        assertThat(paths.barred("mx.test", address, START, HOUR)).isFalse();
    }

    private static TlsResult result(String domain, Outcome outcome, InetAddress address) {
        return new TlsResult(START, new ResourceRef("DestinationControl", "mail", "partner", "", 1), domain, outcome, "mx.test", address, null, false, null, null, Policy.NONE);
    }
}
