package dev.postern.gateway.smtp;

import dev.postern.api.ListenerSpec.Mechanism;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.ListenerMetrics.Rejection;
import io.netty.buffer.ByteBuf;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The dialog with one client after its greeting (RFC 5321): commands in order, one at a time; what the client sent ahead
 * waits in the connection's buffer. Used on the connection's event loop alone.
 */
final class Session implements Dialog {
    private final SmtpServices services;
    private final ListenerMetrics metrics;
    private final SessionLink link;
    private final Identification identification;
    private final SessionTls tls;
    private final SessionLogin login;
    private final SessionContent content;
    private final Admission admission;
    private final Tarpit tarpit;
    private final SessionBounds bounds;
    private final CommandDecoder commands = new CommandDecoder();
    private Client client;
    private String clientName;
    private boolean greeted;
    private boolean esmtp;
    private MailTransaction transaction;
    private int errors;
    private boolean handshake;
    private boolean waiting;
    private boolean draining;
    private boolean over;

    /** @param connections those of each client of the listener */
    Session(SmtpServices services, ListenerMetrics metrics, SessionLink link, Client client, ConnectionCounter connections) {
        this.services = services;
        this.metrics = metrics;
        this.link = link;
        this.client = client;
        identification = new Identification(services, metrics, link, connections);
        tls = new SessionTls(services, metrics, () -> this.client);
        bounds = new SessionBounds(services.limits().abuse());
        login = new SessionLogin(services, metrics, link, () -> this.client, tls, this::fail);
        content = new SessionContent(services, metrics, link, () -> this.client, login::user, this::contentDone);
        admission = new Admission(services, metrics, () -> this.client, () -> login.user() != null);
        tarpit = new Tarpit(services.admission().tarpit(), () -> this.client);
    }

    @Override
    public void greet() {
        if (!tls.implicit()) {
            greeting();
        } else if (tls.begin()) {
            handshake = true;
            link.beginTls(hello -> tls.contexts().apply(hello));
        } else {
            end(null);
        }
    }

    @Override
    public boolean consume(ByteBuf in) {
        if (over || handshake || waiting || content.busy() || login.busy()) {
            return false;
        }
        if (content.receiving()) {
            return content.consume(in);
        }
        CommandDecoder.Line line = commands.next(in, login.longestLine(in));
        if (line == null) {
            return false;
        }
        link.expect(services.limits().command());
        if (login.exchanging()) {
            login.take(line);
            return true;
        }
        SmtpCommand command = CommandParser.parse(line);
        if (tarpit.late() && !(command instanceof SmtpCommand.Quit)) {
            executeLater(command);
        } else {
            execute(command);
        }
        return true;
    }

    @Override
    public void tlsUp(String protocol, String cipher, List<X509Certificate> shown) {
        tls.succeeded(protocol, cipher);
        clientName = null;   // the session starts anew: RFC 3207 section 4.2
        if (client.askedForCertificate()) {
            identification.begin(client, shown, greeted, this::secured);
        } else {
            secured(client);
        }
    }

    @Override
    public void tlsFailed(String detail) {
        tls.failed(detail);
    }

    @Override
    public void timedOut() {
        metrics.rejected(Rejection.Timeout);
        end(Reply.of(421, "4.4.2", client.serverName() + " timeout, closing"));
    }

    @Override
    public void drain() {
        if (content.receiving() || content.busy()) {
            draining = true;
        } else {
            end(handshake ? null : shutdown());
        }
    }

    @Override
    public void closed() {
        over = true;
        reset("connection closed");
        tarpit.leave();
        tls.ended();
    }

    private void greeting() {
        greeted = true;
        link.reply(client.greeting());
        link.expect(services.limits().command());
    }

    /** TLS is up, and the client known as well as it will ever be: from now on the policy that it has now is in force. */
    private void secured(Client known) {
        client = known;
        handshake = false;
        if (!greeted) {
            greeting();
        }
        link.expect(services.limits().command());
        link.resume();
    }

    /** The client has made so many mistakes that its answers come late. */
    private void executeLater(SmtpCommand command) {
        if (tarpit.enter()) {
            waiting = true;
            link.later(tarpit.delay(), () -> {
                waiting = false;
                link.expect(services.limits().command());
                execute(command);
            });
        } else {
            metrics.rejected(Denial.TarpitFull.reason());
            end(Denial.TarpitFull.reply());
        }
    }

    private void execute(SmtpCommand command) {
        Reply tooMany = bounds.command(command);
        if (tooMany != null) {
            metrics.rejected(Rejection.Abuse);
            end(tooMany);
            return;
        }
        Reply early = Optional.ofNullable(tls.refusal(command)).orElseGet(() -> login.refusal(command));
        if (early != null) {
            fail(early);
            if (command instanceof SmtpCommand.Bdat bdat && !over) {
                content.skip(bdat.size(), null);
            }
            return;
        }
        switch (command) {
            case SmtpCommand.Ehlo ehlo -> ehlo(ehlo.domain());
            case SmtpCommand.Helo helo -> helo(helo.domain());
            case SmtpCommand.Mail mail -> mail(mail);
            case SmtpCommand.Rcpt rcpt -> rcpt(rcpt);
            case SmtpCommand.Data data -> data();
            case SmtpCommand.Bdat bdat -> bdat(bdat);
            case SmtpCommand.Rset rset -> {
                reset("RSET");
                link.reply(Reply.of(250, "2.0.0", "reset"));
            }
            case SmtpCommand.Noop noop -> link.reply(Reply.of(250, "2.0.0", "ok"));
            case SmtpCommand.Vrfy vrfy -> link.reply(Reply.of(252, "2.0.0", "send some mail, it will be tried"));
            case SmtpCommand.Help help -> link.reply(Reply.of(214, "2.0.0", "commands: EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS AUTH QUIT"));
            case SmtpCommand.Quit quit -> {
                over = true;
                link.bye(Reply.of(221, "2.0.0", client.serverName() + " closing"));
            }
            case SmtpCommand.StartTls starttls -> starttls();
            case SmtpCommand.Auth auth -> login.begin(auth, !esmtp || clientName == null ? "EHLO first" : transaction != null ? "not within a transaction" : null);
            case SmtpCommand.Invalid invalid -> {
                fail(invalid.reply());
                if (invalid.verb().equals("BDAT") && !over) {
                    // How many octets follow is unknown: they must not be taken for commands.
                    end(Reply.of(421, "4.7.0", "octets of unknown number follow, closing"));
                }
            }
        }
    }

    private void ehlo(String domain) {
        reset("EHLO");
        clientName = domain;
        esmtp = true;
        var policy = client.policy();
        List<String> lines = new ArrayList<>(List.of(client.serverName(), "PIPELINING", "SIZE " + policy.limits().messageSize(), "8BITMIME", "SMTPUTF8",
                "CHUNKING", "DSN", "ENHANCEDSTATUSCODES",
                "LIMITS MAILMAX=" + policy.limits().messagesPerConnection() + " RCPTMAX=" + policy.limits().recipientsPerMessage()));
        if (tls.offered()) {
            lines.add("STARTTLS");
        }
        if (tls.on()) {
            lines.add("REQUIRETLS");
        }
        if (!login.offered().isEmpty()) {
            lines.add("AUTH " + String.join(" ", login.offered().stream().map(Mechanism::iana).toList()));
        }
        link.reply(new Reply(250, null, lines));
    }

    private void helo(String domain) {
        reset("HELO");
        clientName = domain;
        esmtp = false;
        link.reply(Reply.of(250, null, client.serverName()));
    }

    private void mail(SmtpCommand.Mail mail) {
        if (clientName == null || transaction != null) {
            fail(Reply.of(503, "5.5.1", clientName == null ? "EHLO or HELO first" : "a sender was given already"));
        } else if (mail.requireTls() && !tls.on()) {
            fail(Reply.of(555, "5.5.4", "parameter REQUIRETLS is not offered without TLS"));   // RFC 8689 section 2
        } else if (tls.keepsBack(mail.sender().address())) {
            link.reply(SessionTls.REQUIRED);
        } else {
            Admission.Refused refused = admission.sender(mail);
            if (refused == null) {
                begin(mail);
                link.reply(Reply.of(250, "2.1.0", "sender " + mail.sender() + " ok"));
            } else {
                refuse(refused);
            }
        }
    }

    private void begin(SmtpCommand.Mail mail) {
        if (admission.rejectsAll()) {
            transaction = MailTransaction.withoutMessage(mail);
            return;
        }
        transaction = new MailTransaction(mail, services.spool().begin(mail.size()));
        services.log().log(new MailEvent.StartMessage(transaction.mid(), client.icid()));
        services.log().log(new MailEvent.From(transaction.mid(), client.icid(), mail.sender().address()));
    }

    private void rcpt(SmtpCommand.Rcpt rcpt) {
        if (transaction == null || content.chunking()) {
            fail(Reply.of(503, "5.5.1", transaction == null ? "MAIL first" : "content is on its way already"));
            return;
        }
        if (rcpt.needsUtf8() && !transaction.mail().smtpUtf8()) {
            fail(Reply.of(553, "5.6.7", "an address beyond ASCII needs SMTPUTF8"));
            return;
        }
        // <Postmaster> without domain (RFC 5321 section 4.5.1) is the postmaster of this server.
        String address = rcpt.recipient().domain().isEmpty() ? rcpt.recipient().local() + "@" + client.serverName() : rcpt.recipient().address();
        Admission.Refused refused = admission.recipient(address, transaction.named());
        if (refused != null) {
            refuse(refused);
            if (!over && bounds.recipientRefused()) {
                metrics.rejected(Rejection.Abuse);
                end(SessionBounds.RECIPIENTS);
            }
        } else {
            int rid = transaction.add(address, rcpt);
            services.log().log(new MailEvent.To(transaction.mid(), client.icid(), rid, address));
            link.reply(Reply.of(250, "2.1.5", "recipient " + rcpt.recipient() + " ok"));
        }
    }

    private void data() {
        if (noRecipient() || content.chunking()) {
            fail(noRecipient() ? outOfOrder() : Reply.of(503, "5.5.1", "after BDAT comes BDAT"));
        } else {
            link.reply(Reply.of(354, null, "go ahead"));
            content.data(transaction, trace());
        }
    }

    private void bdat(SmtpCommand.Bdat bdat) {
        if (noRecipient() && errors + 1 >= services.limits().maxErrors()) {
            fail(outOfOrder());
        } else if (noRecipient()) {
            errors++;
            content.skip(bdat.size(), outOfOrder());
        } else {
            content.chunk(transaction, trace(), bdat.size(), bdat.last());
        }
    }

    private void starttls() {
        Reply answer = tls.starttls(esmtp && clientName != null);
        if (answer.positive()) {
            reset("STARTTLS");
            handshake = true;
            commands.reset();
            link.reply(answer);
            link.expect(null);
            link.startTls(hello -> tls.contexts().apply(hello));
        } else {
            fail(answer);
        }
    }

    private boolean noRecipient() {
        return transaction == null || transaction.recipients().isEmpty();
    }

    private Reply outOfOrder() {
        return transaction == null ? Reply.of(503, "5.5.1", "MAIL first") : Reply.of(554, "5.5.1", "no valid recipients");
    }

    private ReceivedHeader trace() {
        var recipients = transaction.recipients();
        return new ReceivedHeader(clientName, client.hostName(), client.address(), client.serverName(), esmtp, transaction.mail().smtpUtf8(),
                tls.trace(), login.user() != null, transaction.mid(), recipients.size() == 1 ? recipients.getFirst().address() : null, services.clock().instant());
    }

    /** The transaction has ended: its answer is given. */
    private void contentDone() {
        transaction = null;
        admission.messageDone();
        bounds.messageTaken();
        if (draining) {
            end(shutdown());
        } else if (!over) {
            link.expect(services.limits().command());
        }
    }

    private void reset(String reason) {
        if (transaction != null && !transaction.hasMessage()) {
            transaction = null;
        } else if (transaction != null && content.abort(transaction)) {
            services.log().log(new MailEvent.MessageAborted(transaction.mid(), reason));
            transaction = null;
        }
    }

    private void refuse(Admission.Refused refused) {
        if (refused.mistake()) {
            tarpit.mistake();
        }
        if (refused.last()) {
            end(refused.reply());
        } else {
            link.reply(refused.reply());
        }
    }

    private void fail(Reply reply) {
        link.reply(reply);
        tarpit.mistake();
        if (++errors >= services.limits().maxErrors()) {
            metrics.rejected(Denial.Errors.reason());
            end(Denial.Errors.reply());
        }
    }

    private Reply shutdown() {
        return Reply.of(421, "4.3.2", client.serverName() + " shutting down");
    }

    private void end(Reply lastWord) {
        over = true;
        link.close(lastWord);
    }
}
