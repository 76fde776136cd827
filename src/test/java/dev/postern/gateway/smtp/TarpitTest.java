package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.plan.PolicyPlan;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Late answers, over a real connection. */
class TarpitTest {
    private static final SmtpLimits HASTY = new SmtpLimits(Duration.ofMillis(300), Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofSeconds(30),
            Duration.ofSeconds(5), 20, 100);

    @Test
    void lateAnswersComeInOrderAndMailGoesThrough() {
        try (var fixture = new ServerFixture(tarpit(0, 1)); var client = fixture.ehlo()) {
            client.command("BLURB", "500 5.5.2 command not recognized");
            assertThat(fixture.services.admission().tarpit().availablePermits()).isEqualTo(AdmissionServices.MOST_TARPITTED);
            client.send("MAIL FROM:<a@sender.test>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
            client.expect("250 2.1.0 sender <a@sender.test> ok");
            assertThat(fixture.services.admission().tarpit().availablePermits()).isEqualTo(AdmissionServices.MOST_TARPITTED - 1);
            client.expect("250 2.1.5 recipient <b@example.com> ok");
            client.expect("354 go ahead");
            client.command("x\r\n.", "250 2.0.0 ok:  Message 1 accepted");
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            await().until(() -> fixture.services.admission().tarpit().availablePermits() == AdmissionServices.MOST_TARPITTED);
        }
    }

    @Test
    void rejectedRecipientsAreMistakesAndTheTimeOfACommandEndsALateClient() {
        try (var fixture = new ServerFixture(tarpit(1, 3600), HASTY, ServerFixture.LOOPS); var client = fixture.ehlo()) {
            client.send("MAIL FROM:<a@sender.test>\r\nRCPT TO:<x@elsewhere.test>\r\nRCPT TO:<y@elsewhere.test>\r\nNOOP\r\nNOOP\r\n");
            client.expect("250 2.1.0 sender <a@sender.test> ok");
            client.expect("550 5.1.0 Address rejected.");
            client.expect("550 5.1.0 Address rejected.");
            client.expect("421 4.4.2 mail.example.com timeout, closing");
            client.expectClosed();
            await().until(() -> fixture.spool.open() == 0);
            await().until(() -> fixture.services.admission().tarpit().availablePermits() == AdmissionServices.MOST_TARPITTED);
        }
    }

    @Test
    void whatALateClientSendsAheadIsNotRead() {
        CompletableFuture<Void> sent;
        try (var fixture = new ServerFixture(tarpit(0, 3600)); var client = fixture.ehlo()) {
            client.command("BLURB", "500 5.5.2 command not recognized");
            sent = CompletableFuture.runAsync(() -> {
                String block = "NOOP\r\n".repeat(1 << 16);
                for (int i = 0; i < 200; i++) {
                    client.send(block);
                }
            });
            await().until(() -> fixture.services.admission().tarpit().availablePermits() < AdmissionServices.MOST_TARPITTED);
        }
        assertThat(sent.handle((done, error) -> error).join()).as("most of it never left the client").isNotNull();
    }

    @Test
    void aClientThatFindsNoPlaceIsSentAway() {
        try (var fixture = new ServerFixture(tarpit(0, 3600)); var client = fixture.ehlo()) {
            fixture.services.admission().tarpit().drainPermits();
            client.command("BLURB", "500 5.5.2 command not recognized");
            client.command("NOOP", "421 4.7.0 too many errors");
            client.expectClosed();
            assertThat(fixture.count("postern.inbound.rejected", "reason", "TarpitFull")).isEqualTo(1);
            await().until(() -> fixture.server.connections() == 0);
            assertThat(fixture.services.admission().tarpit().availablePermits()).as("it held no place").isZero();
        }
    }

    private static Consumer<TestPlan> tarpit(int afterErrors, long seconds) {
        return plan -> plan.refine = p -> new PolicyPlan(p.resource(), p.behavior(), p.tls(), p.limits(), p.authentication(), p.rejection(), new PolicyPlan.Tarpit(afterErrors, seconds), p.banner());
    }
}
