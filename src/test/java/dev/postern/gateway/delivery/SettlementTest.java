package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.smtp.client.Reply;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.plan.DestinationPlan.Retry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettlementTest {
    private static final Retry RETRIES = new Retry(300, 3600, 86_400);
    private static final long RECEIVED = 1_000_000_000_000L;
    private static final Outcome DELIVERED = Outcome.of(new Reply(250, List.of("2.0.0 ok")), false, "mx", false);
    private static final Outcome RELAYED = Outcome.of(new Reply(250, List.of("2.0.0 ok")), false, "mx", true);
    private static final Outcome FAILED = Outcome.of(new Reply(550, List.of("5.1.1 no")), false, "mx", false);
    private static final Outcome RETRY = Outcome.of(new Reply(451, List.of("4.3.0 later")), false, "mx", false);

    private static Recipient recipient(String dsnNotify, int attempts) {
        return new Recipient("b@partner.test", State.PENDING, attempts, 0, null, null, dsnNotify, null);
    }

    private static Settlement settle(String sender, Recipient recipient, Outcome outcome, long age) {
        Envelope envelope = new Envelope(1, RECEIVED, sender, 10, false, false, null, null, "", List.of(recipient));
        return Settlement.of(envelope, Map.of(0, outcome), RETRIES, RECEIVED + age, 0.5);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"-,FAILED,failed", "FAILURE,FAILED,failed", "'SUCCESS,FAILURE',FAILED,failed", "failure,FAILED,failed", "NEVER,FAILED,-",
            "SUCCESS,FAILED,-", "-,DELIVERED,-", "SUCCESS,DELIVERED,relayed", "SUCCESS,RELAYED,-", "NEVER,DELIVERED,-", "-,RETRY,-", "DELAY,RETRY,-"})
    void theSenderIsToldWhatWasAskedFor(String dsnNotify, String outcome, String action) {
        Outcome given = Map.of("FAILED", FAILED, "DELIVERED", DELIVERED, "RELAYED", RELAYED, "RETRY", RETRY).get(outcome);

        assertThat(settle("a@sender.test", recipient(dsnNotify, 0), given, 0).reports).extracting(r -> r.action().name())
                .isEqualTo(action == null ? List.of() : List.of(action));
        assertThat(settle("", recipient(dsnNotify, 0), given, 0).reports).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"4.7.30, 5.7.30", "4.7.10, 5.7.10", "4.7.5, 5.4.7"})
    void atTheEndOfTheScheduleRequireTlsIsSaidAndNotJustThatTimeIsOver(String status, String last) {
        Envelope envelope = new Envelope(1, RECEIVED, "a@s.test", 10, false, false, null, null, "", List.of(recipient(null, Expiry.ATTEMPTS)));
        Settlement settlement = Settlement.of(envelope, Map.of(0, Outcome.retry(status, "what went wrong", null)), RETRIES, RECEIVED + 3_600_000_000L, 0.5);

        assertThat(settlement.bounced).containsKey(new Settlement.Group(last, "delivery time expired; last error: " + status + " what went wrong", 0));
    }

    @Test
    void aDelayIsToldOnceWhenTheNextAttemptIsBeyondFourHours() {
        long fourHours = Duration.ofHours(4).toMillis();

        assertThat(settle("a@sender.test", recipient("DELAY", 5), RETRY, fourHours - 1000).reports).singleElement()
                .satisfies(r -> assertThat(r.retryUntil()).isEqualTo(RECEIVED + 86_400_000));
        Recipient told = new Recipient("b@partner.test", State.PENDING, 6, RECEIVED + fourHours, null, null, "DELAY", null);
        assertThat(settle("a@sender.test", told, RETRY, fourHours + 1000).reports).isEmpty();
        assertThat(settle("a@sender.test", recipient("DELAY", 0), RETRY, fourHours + 1000).reports).as("never tried before").hasSize(1);
        assertThat(settle("a@sender.test", recipient("FAILURE", 5), RETRY, fourHours - 1000).reports).isEmpty();
    }

    @Test
    void theLastAttemptIsAtTheEndAndThenItBounces() {
        long day = 86_400_000;

        assertThat(settle("a@sender.test", recipient(null, 9), RETRY, day - 1000).updates.get(0))
                .isEqualTo(new Recipient("b@partner.test", State.PENDING, 10, RECEIVED + day, "4.3.0", "451 4.3.0 later", null, null));
        Settlement end = settle("a@sender.test", recipient(null, 10), RETRY, day);
        assertThat(end.updates.get(0).state()).isEqualTo(State.BOUNCED);
        assertThat(end.updates.get(0).lastStatus()).isEqualTo("5.4.7");
        assertThat(end.updates.get(0).lastReply()).isEqualTo("delivery time expired; last error: 4.3.0 451 4.3.0 later");
        assertThat(end.reports.getFirst().reply()).isFalse();
    }

    @Test
    void whatGoesAgainIsNotWritten() {
        Settlement again = settle("a@sender.test", recipient(null, 0), RETRY.again(), 0);
        assertThat(again.updates).isEmpty();
        assertThat(again.again).containsExactly(0);
    }

    @Test
    void recipientsThatFareAlikeShareALineAndATime() {
        Envelope envelope = new Envelope(1, RECEIVED, "a@s.test", 10, false, false, null, null, "",
                List.of(recipient(null, 0), recipient(null, 0), recipient(null, 3)));
        Settlement result = Settlement.of(envelope, new java.util.TreeMap<>(Map.of(0, RETRY, 1, RETRY, 2, RETRY)), RETRIES, RECEIVED, 0.5);

        assertThat(result.delayed.values()).containsExactly(List.of(0, 1), List.of(2));
    }

    @Test
    void aLongReplyIsCut() {
        Outcome talkative = Outcome.of(new Reply(550, List.of("5.0.0 " + "x".repeat(4000))), false, "mx", false);
        assertThat(settle("a@sender.test", recipient(null, 0), talkative, 0).updates.get(0).lastReply()).hasSize(500);
    }

    @ParameterizedTest
    @CsvSource({"1,0.5,300000", "2,0.5,600000", "4,0.5,2400000", "5,0.5,3600000", "1000000,0.5,3600000", "1,0,270000", "1,1,330000"})
    void theWaitDoublesUpToItsLimitWithJitter(int failures, double random, long millis) {
        assertThat(Backoff.millis(RETRIES, failures, random)).isEqualTo(millis);
    }
}
