package dev.postern.gateway.smtp;

import dev.postern.api.ListenerSpec.Mechanism;
import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.gateway.auth.Exchange;
import dev.postern.gateway.auth.Step;
import dev.postern.gateway.auth.Users;
import dev.postern.gateway.config.ActiveListener;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.CommandDecoder.Fault;
import dev.postern.gateway.smtp.CommandDecoder.Line;
import dev.postern.plan.ListenerPlan;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * AUTH of one session (RFC 4954): whether it is offered, required, done; which commands have to wait for it; and the exchange while it is under
 * way. Over TLS alone, whatever the mechanism (RFC 8314 section 3.3).
 */
final class SessionLogin {
    /** Longest line of an exchange and of the AUTH command in octets, with CRLF (RFC 4954 section 4). */
    static final int MAX_LINE = 12_288;
    private static final String AUTH = "AUTH ";
    private static final Reply BUSY = Reply.of(454, "4.7.0", "authentication is not available for now");
    /** The same for every failure, so that it tells nothing. */
    private static final Reply FAILED = Reply.of(535, "5.7.8", "authentication credentials invalid");

    private final SmtpServices services;
    private final ListenerMetrics metrics;
    private final SessionLink link;
    private final Supplier<Client> client;
    private final SessionTls tls;
    private final Consumer<Reply> fail;
    private Mechanism mechanism;
    private Exchange exchange;
    private boolean busy;
    private String user;

    /**
     * @param client the session's, as it is known at the time
     * @param fail   gives an answer that counts as an error
     */
    SessionLogin(SmtpServices services, ListenerMetrics metrics, SessionLink link, Supplier<Client> client, SessionTls tls, Consumer<Reply> fail) {
        this.services = services;
        this.metrics = metrics;
        this.link = link;
        this.client = client;
        this.tls = tls;
        this.fail = fail;
    }

    /** Who has logged in, or null. */
    String user() {
        return user;
    }

    /** Whether the next line is the client's part of an exchange. */
    boolean exchanging() {
        return exchange != null;
    }

    /** Longest line that is taken now: of an exchange, and of the command that may begin one. */
    int longestLine(ByteBuf in) {
        return exchanging() || begins(in) && !offered().isEmpty() ? MAX_LINE : CommandDecoder.MAX_LINE;
    }

    private static boolean begins(ByteBuf in) {
        // Looked at for every command: one octet rules nearly all of them out.
        return in.readableBytes() > AUTH.length() && (in.getByte(in.readerIndex()) | 0x20) == 'a' && AUTH.equalsIgnoreCase(in.toString(in.readerIndex(), AUTH.length(), StandardCharsets.US_ASCII));
    }

    /** Whether nothing can be taken until a login has its answer. */
    boolean busy() {
        return busy;
    }

    /** Mechanisms that the client can use now, in the listener's order; empty: AUTH is not offered. */
    List<Mechanism> offered() {
        return tls.on() ? configured().stream().filter(m -> m != Mechanism.EXTERNAL || !names().isEmpty()).toList() : List.of();
    }

    /** The answer to a command that comes before the login that it needs, or null. */
    Reply refusal(SmtpCommand command) {
        if (user != null || client.get().policy().authentication() != Authentication.Require || !needsLogin(command)) {
            return null;
        }
        metrics.rejected(Denial.AuthenticationRequired.reason());
        return Denial.AuthenticationRequired.reply(tls.on() ? null : "Authentication required, over TLS: must issue a STARTTLS command first");
    }

    /** @param state why a login cannot begin now, or null */
    void begin(SmtpCommand.Auth auth, String state) {
        if (configured().isEmpty()) {
            fail.accept(Reply.of(502, "5.5.1", "AUTH is not offered"));
        } else if (!tls.on()) {
            fail.accept(Reply.of(538, "5.7.11", "encryption required: must issue a STARTTLS command first"));
        } else if (user != null || state != null) {
            fail.accept(Reply.of(503, "5.5.1", user != null ? "logged in already" : state));
        } else {
            offered().stream().filter(m -> m.iana().equals(auth.mechanism())).findFirst().ifPresentOrElse(m -> begin(m, auth.initial()), () -> fail.accept(
                    Reply.of(504, "5.5.4", "mechanism is not offered; offered: " + String.join(" ", offered().stream().map(Mechanism::iana).toList()))));
        }
    }

    /** A line of the exchange. */
    void take(Line line) {
        if (line.fault() != null) {
            end(line.fault() == Fault.TOO_LONG ? Reply.of(500, "5.5.6", "line is longer than " + MAX_LINE + " octets") : undecodable());
        } else if (line.text().equals("*")) {
            end(Reply.of(501, "5.7.0", "authentication cancelled"));
        } else {
            respond(line.text());
        }
    }

    private void begin(Mechanism chosen, String initial) {
        mechanism = chosen;
        exchange = services.logins().begin(chosen, users(), names());
        if (initial == null) {
            follow(exchange.begin());
        } else {
            respond(initial.equals("=") ? "" : initial);
        }
    }

    private void respond(String base64) {
        byte[] response;
        try {
            response = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            end(undecodable());
            return;
        }
        if (!Base64.getEncoder().encodeToString(response).equals(base64)) {
            end(undecodable());   // without its padding, or with bits beyond its end
            return;
        }
        var taken = exchange.take(response).toCompletableFuture();
        if (taken.isDone() && !taken.isCompletedExceptionally()) {
            follow(taken.join());
            return;
        }
        wait(taken, this::follow);
    }

    private void follow(Step step) {
        switch (step) {
            case Step.Challenge challenge -> {
                link.reply(Reply.of(334, null, Base64.getEncoder().encodeToString(challenge.data())));
                link.expect(services.limits().command());
            }
            case Step.Success success -> {
                user = success.user();
                exchange = null;
                tell(true, user, null);
                link.reply(Reply.of(235, "2.7.0", "authentication succeeded"));
                link.expect(services.limits().command());
            }
            case Step.Failure failure -> failed(failure);
        }
    }

    /** What could not be looked at is nobody's guess. All else is slowed down. */
    private void failed(Step.Failure failure) {
        tell(false, failure.user(), failure.detail());
        switch (failure.reason()) {
            case Unavailable -> {
                exchange = null;
                link.reply(BUSY);
            }
            case Malformed -> end(Reply.of(501, "5.5.2", "cannot be understood as " + mechanism.iana()));
            case Credentials -> {
                Duration late = services.logins().failed(client.get().address(), services.clock().millis());
                if (late.isZero()) {
                    end(FAILED);
                } else {
                    wait(new CompletableFuture<Void>().completeOnTimeout(null, late.toMillis(), TimeUnit.MILLISECONDS), over -> end(FAILED));
                }
            }
        }
    }

    private <T> void wait(CompletableFuture<T> until, Consumer<T> then) {
        busy = true;
        link.expect(null);
        until.whenCompleteAsync((done, error) -> {
            busy = false;
            if (error != null) {
                link.failed(error);
            } else if (link.open()) {
                then.accept(done);
                link.resume();
            }
        }, link.loop());
    }

    private void end(Reply reply) {
        exchange = null;
        fail.accept(reply);
        link.expect(services.limits().command());
    }

    private void tell(boolean succeeded, String name, String detail) {
        services.log().log(new MailEvent.Login(client.get().icid(), succeeded, name, mechanism.iana(), detail));
        metrics.login(mechanism, succeeded);
    }

    private static Reply undecodable() {
        return Reply.of(501, "5.5.2", "cannot decode Base64");
    }

    /** What the listener has for this client, whether TLS is up or not. */
    private List<Mechanism> configured() {
        ListenerPlan.Authentication authentication = listener().plan().authentication();
        return authentication == null || client.get().policy().authentication() == Authentication.None ? List.of() : authentication.mechanisms();
    }

    /** Names that a certificate proves, by authorities that were named for it: the system's let too many be anybody. */
    private List<String> names() {
        var policy = client.get().policy().tls();
        boolean counts = policy.clientCertificates() != ClientCertificates.None && policy.clientTrustBundle() != null && client.get().certificate() != null;
        return counts ? client.get().certificate().names() : List.of();
    }

    private Users users() {
        Users users = listener().users();
        return users == null ? Users.NONE : users;
    }

    /** In the plan in force now, not at the greeting: who was removed cannot log in any more. */
    private ActiveListener listener() {
        ActivePlan now = services.plans().current();
        ActiveListener listener = now == null ? null : now.listeners().get(client.get().listener().plan().name());
        return listener == null ? client.get().listener() : listener;
    }

    /** Everything that is about mail. */
    private static boolean needsLogin(SmtpCommand command) {
        return switch (command) {
            case SmtpCommand.Mail mail -> true;
            case SmtpCommand.Rcpt rcpt -> true;
            case SmtpCommand.Data data -> true;
            case SmtpCommand.Bdat bdat -> true;
            case SmtpCommand.Vrfy vrfy -> true;
            default -> false;
        };
    }
}
