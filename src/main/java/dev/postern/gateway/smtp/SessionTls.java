package dev.postern.gateway.smtp;

import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.config.ActiveListener;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.smtp.ListenerMetrics.Rejection;
import dev.postern.gateway.tls.ClientHello;
import dev.postern.gateway.tls.ClientVerifier;
import dev.postern.gateway.tls.ListenerContexts;
import dev.postern.gateway.tls.Verdict;
import dev.postern.plan.PolicyPlan;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * TLS of one session: whether it is offered, required, up; which commands have to wait for it, or for a client's certificate; and what
 * is told when what was required did not come.
 */
final class SessionTls {
    static final Reply REQUIRED = Denial.TlsRequired.reply();
    /** RFC 4954 section 6: as where another proof of who the client is is required. */
    static final Reply CERTIFICATE_REQUIRED = Denial.CertificateRequired.reply();
    private static final Reply UNAVAILABLE = Reply.of(454, "4.7.0", "TLS is not available for now");

    private final SmtpServices services;
    private final ListenerMetrics metrics;
    private final Supplier<Client> client;
    private State state = State.CLEAR;
    private String trace;
    private boolean refused;
    private boolean reported;

    private enum State { CLEAR, HANDSHAKE, ON }

    /** @param client the session's, as it is known at the time */
    SessionTls(SmtpServices services, ListenerMetrics metrics, Supplier<Client> client) {
        this.services = services;
        this.metrics = metrics;
        this.client = client;
    }

    /** Whether EHLO lists STARTTLS. */
    boolean offered() {
        return state == State.CLEAR && policy().mode() != TlsMode.Off && contexts() != null;
    }

    /** Whether TLS comes before the greeting. */
    boolean implicit() {
        return client.get().listener().plan().tls().implicit();
    }

    /** Whether the session is encrypted. */
    boolean on() {
        return state == State.ON;
    }

    /** The answer to a command that comes too early, or null; tells of it. */
    Reply refusal(SmtpCommand command) {
        if (awaited() && !allowedInClear(command)) {
            refused(command instanceof SmtpCommand.Mail || command instanceof SmtpCommand.Invalid i && i.verb().equals("MAIL"));
            return REQUIRED;
        }
        if (state == State.ON && client.get().lacksCertificate() && !allowedUncertified(command)) {
            uncertified();
            return CERTIFICATE_REQUIRED;
        }
        return null;
    }

    /** Whether a sender's mail is taken over TLS only, and there is none; tells of it. */
    boolean keepsBack(String sender) {
        if (state == State.ON || !client.get().match().onlyOverTls().matches(sender)) {
            return false;
        }
        refused(true);
        return true;
    }

    /** Protocol and cipher for the trace field, or null without TLS. */
    String trace() {
        return trace;
    }

    /** The answer to STARTTLS; after a positive one the handshake begins. */
    Reply starttls(boolean ehloSeen) {
        if (state != State.CLEAR) {
            return Reply.of(503, "5.5.1", "TLS is on already");
        }
        if (policy().mode() == TlsMode.Off) {
            return Reply.of(502, "5.5.1", "STARTTLS is not offered");
        }
        if (!ehloSeen) {
            return Reply.of(503, "5.5.1", "EHLO first");
        }
        if (contexts() == null) {
            return UNAVAILABLE;
        }
        state = State.HANDSHAKE;
        return Reply.of(220, "2.0.0", "go ahead with TLS");
    }

    /**
     * TLS begins with the connection.
     *
     * @return false where it cannot: the listener has no certificate
     */
    boolean begin() {
        if (contexts() == null) {
            notInitiated();
            return false;
        }
        state = State.HANDSHAKE;
        return true;
    }

    /**
     * The contexts of this listener in the plan in force now, not at the greeting: a new certificate serves new handshakes at
     * once. Those of the session's plan where the listener has none any more, or none that asks the client as its policy wants.
     */
    Function<ClientHello, SslContext> contexts() {
        ActivePlan now = services.plans().current();
        ActiveListener listener = now == null ? null : now.listeners().get(client.get().listener().plan().name());
        var contexts = listener == null ? null : contexts(listener.contexts());
        return contexts == null ? contexts(client.get().listener().contexts()) : contexts;
    }

    private Function<ClientHello, SslContext> contexts(ListenerContexts tls) {
        return tls == null || !client.get().askedForCertificate() ? tls : tls.asking(policy().clientTrustBundle());
    }

    void succeeded(String protocol, String cipher) {
        state = State.ON;
        trace = protocol + " with cipher " + cipher;
        services.log().log(new MailEvent.InboundTls(client.get().icid(), protocol, cipher));
        metrics.tlsSucceeded(protocol);
    }

    void failed(String detail) {
        if (state != State.HANDSHAKE) {
            return;
        }
        state = State.CLEAR;
        services.log().log(new MailEvent.InboundTlsFailed(client.get().icid(), detail));
        metrics.tlsFailed();
        if (required() || implicit()) {
            report(TlsFailures.Stage.Handshake, "HandshakeFailed", detail);
        }
    }

    /** A command was answered with {@link #REQUIRED}. MAIL shows that mail was to come, so it is told at once. */
    private void refused(boolean mail) {
        refused = true;
        if (mail) {
            metrics.rejected(Rejection.TlsRequired);
            notInitiated();
        }
    }

    /** The session is over; clients that only looked in are not told of. */
    void ended() {
        if (state == State.HANDSHAKE && implicit()) {
            // A ClientHello that came whole has had its end: here only the port was looked at.
            services.log().log(new MailEvent.InboundTlsFailed(client.get().icid(), "connection closed before a handshake"));
        } else if (state == State.HANDSHAKE) {
            failed("connection closed during the handshake");
        } else if (refused && awaited()) {
            notInitiated();
        }
    }

    private boolean required() {
        return policy().mode() == TlsMode.Required || policy().clientCertificates() == ClientCertificates.Require;
    }

    /** Whether most commands have to wait for TLS. */
    private boolean awaited() {
        return state != State.ON && required();
    }

    private PolicyPlan.Tls policy() {
        return client.get().policy().tls();
    }

    private static boolean allowedInClear(SmtpCommand command) {
        return switch (command) {
            case SmtpCommand.Noop noop -> true;
            case SmtpCommand.Ehlo ehlo -> true;
            case SmtpCommand.Quit quit -> true;
            case SmtpCommand.StartTls starttls -> true;
            case SmtpCommand.Invalid invalid -> List.of("", "EHLO", "QUIT", "STARTTLS", "BDAT").contains(invalid.verb());
            default -> false;
        };
    }

    /** Everything that is not about mail. */
    private static boolean allowedUncertified(SmtpCommand command) {
        return switch (command) {
            case SmtpCommand.Mail mail -> false;
            case SmtpCommand.Rcpt rcpt -> false;
            case SmtpCommand.Data data -> false;
            case SmtpCommand.Bdat bdat -> false;
            case SmtpCommand.Vrfy vrfy -> false;
            case SmtpCommand.Invalid invalid -> !List.of("MAIL", "RCPT", "DATA", "VRFY").contains(invalid.verb());
            default -> true;
        };
    }

    private void uncertified() {
        metrics.rejected(Rejection.ClientCertificate);
        if (!reported) {
            Verdict verdict = client.get().certificate() == null ? ClientVerifier.NOT_ASKED : client.get().certificate().verdict();
            services.log().log(new MailEvent.InboundCertificateRequired(client.get().icid(), verdict.detail()));
            report(TlsFailures.Stage.Verification, "ClientCertificate" + (verdict.reason() == Verdict.Reason.NoCertificate ? "Missing" : verdict.reason().name()),
                    "a client certificate was required but " + verdict.detail());
        }
    }

    private void notInitiated() {
        if (reported) {
            return;
        }
        if (contexts() == null) {
            services.log().log(new MailEvent.InboundTlsFailed(client.get().icid(), "the listener has no certificate"));
            report(TlsFailures.Stage.Starttls, "NoCertificate", "TLS is required and the listener has no certificate to offer it with");
        } else {
            services.log().log(new MailEvent.InboundTlsRequired(client.get().icid()));
            report(TlsFailures.Stage.Starttls, "NotInitiated", "TLS was required but remote host did not initiate it");
        }
    }

    private void report(TlsFailures.Stage stage, String reason, String detail) {
        if (!reported) {
            reported = true;
            services.failures().report(new TlsFailures.Failure(client.get().listener().plan().resource(), TlsFailures.Direction.Inbound,
                    client.get().match().senderGroup(), client.get().host(), stage, reason, detail));
        }
    }
}
