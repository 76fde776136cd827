package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The dialog, command by command, over a real connection. */
class SessionTest {

    @Test
    void aRecipientWhoIsNamedTwiceGetsTheMessageOnceUnlessWithOtherWishesForReports() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@sender.test>", "250 2.1.0 sender <a@sender.test> ok");
            for (String recipient : List.of("<b@example.com>", "<b@EXAMPLE.com>", "<b@example.com> NOTIFY=NEVER", "<B@example.com>", "<b@example.com>")) {
                client.command("RCPT TO:" + recipient, "250 2.1.5 recipient " + recipient.split(" ")[0] + " ok");
            }
            client.command("DATA", "354 go ahead");
            client.send("Subject: x\r\n\r\ntext\r\n.\r\n");
            client.expect("250 2.0.0 ok:  Message 1 accepted");
            assertThat(fixture.spool.messages.getFirst().envelope().recipients()).extracting(Envelope.Recipient::address)
                    .containsExactly("b@example.com", "b@example.com", "B@example.com");
        }
    }

    @Test
    void aMessageIsTakenWholeWithItsEnvelopeAndTraceField() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@sender.test> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=QQ314159", "250 2.1.0 sender <a@sender.test> ok");
            client.command("RCPT TO:<b@example.com> NOTIFY=success,FAILURE ORCPT=rfc822;b@example.com", "250 2.1.5 recipient <b@example.com> ok");
            client.command("DATA", "354 go ahead");
            client.send("Subject: x\r\nMessage-ID: <1@x>\r\n\r\n..dot\r\n.\r\n");
            client.expect("250 2.0.0 ok:  Message 1 accepted");
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            client.expectClosed();

            var message = fixture.spool.messages.getFirst();
            assertThat(message.text()).isEqualTo("""
                    Received: from client.test (unknown [127.0.0.1])\r
                    \tby mail.example.com (Postern) with ESMTP id 1\r
                    \tfor <b@example.com>;\r
                    \tFri, 2 Jan 2026 03:04:05 +0000\r
                    Subject: x\r
                    Message-ID: <1@x>\r
                    \r
                    .dot\r
                    """);
            Envelope envelope = message.envelope();
            assertThat(envelope.size()).isEqualTo(message.body().length);
            assertThat(envelope).isEqualTo(new Envelope(1, 1767323045000L, "a@sender.test", message.body().length, true, false, "HDRS", "QQ314159", "public",
                    List.of(new Envelope.Recipient("b@example.com", Envelope.State.PENDING, 0, 1767323045000L, null, null, "SUCCESS,FAILURE",
                            "rfc822;b@example.com"))).from(new Envelope.Origin("127.0.0.1", null, "1@x")));
            await().until(() -> fixture.log.getLast() instanceof MailEvent.InboundClosed);
            assertThat(fixture.log).containsExactly(
                    new MailEvent.NewInbound(1, "mail.example.com", "127.0.0.1", "127.0.0.1", "unknown", false),
                    new MailEvent.SenderGroupMatch(1, "ACCEPT", "everyone", "127.0.0.1"),
                    new MailEvent.StartMessage(1, 1),
                    new MailEvent.From(1, 1, "a@sender.test"),
                    new MailEvent.To(1, 1, 0, "b@example.com"),
                    new MailEvent.MessageId(1, "1@x"),
                    new MailEvent.MessageReady(1, message.body().length, "a@sender.test"),
                    new MailEvent.MessageQueued(1),
                    new MailEvent.InboundClosed(1));
            assertThat(fixture.count("postern.inbound.messages", "listener", "public")).isEqualTo(1);
            assertThat(fixture.count("postern.inbound.bytes", "listener", "public")).isEqualTo(message.body().length);
        }
    }

    @Test
    void ehloListsWhatIsOfferedAndHeloNothing() {
        try (var fixture = new ServerFixture(p -> p.maxSize = 12345); var client = fixture.client()) {
            client.expect("220 mail.example.com ESMTP Postern");
            client.send("ehlo client.test\r\n");
            assertThat(client.reply()).containsExactly("250-mail.example.com", "250-PIPELINING", "250-SIZE 12345", "250-8BITMIME", "250-SMTPUTF8",
                    "250-CHUNKING", "250-DSN", "250-ENHANCEDSTATUSCODES", "250 LIMITS MAILMAX=100 RCPTMAX=10");
            client.command("HELO client.test", "250 mail.example.com");
        }
    }

    @Test
    void commandsOutOfOrderGet503AndTheSessionGoesOn() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.client()) {
            client.expect("220 mail.example.com ESMTP Postern");
            client.command("MAIL FROM:<a@b.c>", "503 5.5.1 EHLO or HELO first");
            client.command("HELO x", "250 mail.example.com");
            client.command("RCPT TO:<b@example.com>", "503 5.5.1 MAIL first");
            client.command("DATA", "503 5.5.1 MAIL first");
            client.command("MAIL FROM:<>", "250 2.1.0 sender <> ok");
            client.command("MAIL FROM:<>", "503 5.5.1 a sender was given already");
            client.command("RSET", "250 2.0.0 reset");
            client.command("MAIL FROM:<>", "250 2.1.0 sender <> ok");
            client.command("NOOP", "250 2.0.0 ok");
            client.command("VRFY <b@example.com>", "252 2.0.0 send some mail, it will be tried");
            assertThat(fixture.spool.open()).isEqualTo(1);
        }
    }

    @Test
    void dataWithoutAValidRecipientIsRefused() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<b@elsewhere.test>", "550 5.1.0 Address rejected.");
            client.command("DATA", "554 5.5.1 no valid recipients");
            assertThat(fixture.logged(MailEvent.RecipientRejected.class))
                    .containsExactly(new MailEvent.RecipientRejected(1, "b@elsewhere.test", "Rejected by RAT"));
            assertThat(fixture.count("postern.inbound.rejected", "reason", "RecipientAccess")).isEqualTo(1);
        }
    }

    @Test
    void aQuotedFormOfAnAddressDoesNotPassTheTableThatItsPlainFormDoesNot() {
        try (var fixture = new ServerFixture(p -> p.recipients = List.of("good@example.com")); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<\"good\"@example.com>", "250 2.1.5 recipient <good@example.com> ok");
            client.command("RCPT TO:<\"bad@elsewhere.test\"@example.com>", "550 5.1.0 Address rejected.");
            client.command("RCPT TO:<@relay.test:bad@elsewhere.test>", "550 5.1.0 Address rejected.");
        }
    }

    @Test
    void errorsAreBounded() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            for (int i = 0; i < 4; i++) {
                client.command("BLURB", "500 5.5.2 command not recognized");
            }
            client.send("BLURB\r\nNOOP\r\n");
            client.expect("500 5.5.2 command not recognized");
            client.expect("421 4.7.0 too many errors");
            client.expectClosed();
        }
    }

    @Test
    void declaredSizeAndNumberOfRecipientsAndMessagesAreBounded() {
        try (var fixture = new ServerFixture(p -> {
            p.maxSize = 1000;
            p.maxRecipients = 1;
            p.maxMessages = 1;
        }); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@b.c> SIZE=1001", "552 5.3.4 message size exceeds limit");
            client.command("MAIL FROM:<a@b.c> SIZE=1000", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<b@example.com>", "250 2.1.5 recipient <b@example.com> ok");
            client.command("RCPT TO:<c@example.com>", "452 4.5.3 Too many recipients");
            client.command("DATA", "354 go ahead");
            client.command("x\r\n.", "250 2.0.0 ok:  Message 1 accepted");
            client.command("MAIL FROM:<a@b.c>", "421 4.7.0 Too many messages for this session");
            client.expectClosed();
        }
    }

    @Test
    void aFullSpoolIsSaidAtMail() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            fixture.spool.admission = Spool.Admission.QUEUE_FULL;
            client.command("MAIL FROM:<a@b.c>", "452 4.3.1 insufficient system storage");
            fixture.spool.admission = Spool.Admission.OK;
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
        }
    }

    @Test
    void aMessageThatCannotBeStoredIsNotAccepted() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            fixture.spool.commitGate = CompletableFuture.failedFuture(new Spool.SpoolException("full", true, null));
            client.command("DATA", "354 go ahead");
            client.command("x\r\n.", "452 4.3.1 insufficient system storage");
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<b@example.com>", "250 2.1.5 recipient <b@example.com> ok");
            fixture.spool.appendGate = CompletableFuture.failedFuture(new Spool.SpoolException("disk failed", false, null));
            client.command("DATA", "354 go ahead");
            client.command("x\r\n.", "451 4.3.0 the message could not be stored");
            assertThat(fixture.spool.messages).isEmpty();
        }
    }

    @Test
    void theAnswerWaitsForTheCommit() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            var gate = new CompletableFuture<Void>();
            fixture.spool.commitGate = gate;
            client.command("DATA", "354 go ahead");
            client.send("x\r\n.\r\nNOOP\r\n");
            await().until(() -> !fixture.logged(MailEvent.MessageReady.class).isEmpty());
            assertThat(fixture.spool.messages).isEmpty();
            gate.complete(null);
            client.expect("250 2.0.0 ok:  Message 1 accepted");
            client.expect("250 2.0.0 ok");
        }
    }

    @Test
    void aPrivateListenerRelaysForItsSenderGroupsOnly() {
        try (var fixture = new ServerFixture(p -> {
            p.type = Type.Private;
            p.behavior = Behavior.Relay;
        }); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<any@where.test>", "250 2.1.5 recipient <any@where.test> ok");
        }
        try (var fixture = new ServerFixture(p -> {
            p.type = Type.Private;
            p.senders = List.of("10.1.");
        }); var client = fixture.client()) {
            client.expect("554 5.7.1 Your access to this mail system has been rejected.");
            client.command("EHLO x", "503 5.5.1 no mail is taken from your address");
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            assertThat(fixture.logged(MailEvent.SenderGroupMatch.class)).containsExactly(new MailEvent.SenderGroupMatch(1, "REJECT", "None", "None"));
        }
    }

    /** The compiler refuses the two together; should they come together all the same, nobody relays. */
    @Test
    void acceptOnAPrivateListenerTakesNoRecipient() {
        try (var fixture = new ServerFixture(p -> p.type = Type.Private); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<any@where.test>", "550 5.1.0 Address rejected.");
        }
    }

    @Test
    void relayOnAPublicListenerTakesAnyRecipient() {
        try (var fixture = new ServerFixture(p -> p.behavior = Behavior.Relay); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<any@where.test>", "250 2.1.5 recipient <any@where.test> ok");
            client.command("RCPT TO:<Postmaster>", "250 2.1.5 recipient <Postmaster> ok");
            assertThat(fixture.logged(MailEvent.To.class).getLast().recipient()).isEqualTo("Postmaster@mail.example.com");
        }
    }

    @Test
    void rejectHasThePolicysTextAndEndsAfterAFewCommands() {
        try (var fixture = new ServerFixture(p -> {
            p.behavior = Behavior.Reject;
            p.rejectText = "go away";
        }); var client = fixture.client()) {
            client.expect("554 5.7.1 go away");
            client.send("EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nNOOP\r\n");
            for (int i = 0; i < 4; i++) {
                client.expect("503 5.5.1 no mail is taken from your address");
            }
            client.expect("421 4.7.0 too many errors");
            client.expectClosed();
        }
    }

    @Test
    void tcpRefuseClosesWithoutAWord() {
        try (var fixture = new ServerFixture(p -> p.behavior = Behavior.TCPRefuse); var client = fixture.client()) {
            client.expectClosed();
            assertThat(fixture.logged(MailEvent.SenderGroupMatch.class).getFirst().behavior()).isEqualTo("TCPREFUSE");
        }
    }

    @Test
    void connectionsOfOneClientAreBounded() {
        try (var fixture = new ServerFixture(p -> p.maxConnections = 1); var first = fixture.ehlo()) {
            try (var second = fixture.client()) {
                second.expect("421 4.4.5 Too many connections from your host.");
                second.expectClosed();
            }
            first.command("QUIT", "221 2.0.0 mail.example.com closing");
            first.expectClosed();
            await().until(() -> fixture.server.connections() == 0);
            try (var third = fixture.client()) {
                third.expect("220 mail.example.com ESMTP Postern");
            }
        }
    }

    @Test
    void aHostNameDecidesOnlyWhenItIsConfirmed() {
        try (var fixture = new ServerFixture(p -> p.senders = List.of(".partner.test"))) {
            fixture.confirmedName = CompletableFuture.completedFuture(Optional.of("mx.partner.test"));
            try (var client = fixture.client()) {
                client.expect("220 mail.example.com ESMTP Postern");
            }
            assertThat(fixture.log).contains(new MailEvent.NewInbound(1, "mail.example.com", "127.0.0.1", "127.0.0.1", "mx.partner.test", true),
                    new MailEvent.SenderGroupMatch(1, "ACCEPT", "everyone", ".partner.test"));
            fixture.confirmedName = CompletableFuture.completedFuture(Optional.of("x\\013\\010.partner.test"));
            try (var client = fixture.client()) {
                client.expect("554 5.7.1 Your access to this mail system has been rejected.");
            }
            fixture.confirmedName = CompletableFuture.completedFuture(Optional.empty());
            try (var client = fixture.client()) {
                client.expect("554 5.7.1 Your access to this mail system has been rejected.");
            }
        }
    }
}
