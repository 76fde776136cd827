package dev.postern.gateway.smtp;

import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.config.ActiveListener;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.smtp.ListenerMetrics.Rejection;
import dev.postern.gateway.tls.ClientHello;
import io.netty.handler.ssl.SslContext;
import java.util.function.Function;

/** TLS of one session: whether it is offered, required, up, and what is told when it was required and did not come up. */
final class SessionTls {
    /** The appliance's words, which its users' tools look for. */
    static final Reply REQUIRED = Reply.of(530, null, "#5.7.0 Must issue a STARTTLS command first");
    private static final Reply UNAVAILABLE = Reply.of(454, "4.7.0", "TLS is not available for now");

    private final SmtpServices services;
    private final ListenerMetrics metrics;
    private final Client client;
    private State state = State.CLEAR;
    private String trace;
    private boolean refused;
    private boolean reported;

    private enum State { CLEAR, HANDSHAKE, ON }

    SessionTls(SmtpServices services, ListenerMetrics metrics, Client client) {
        this.services = services;
        this.metrics = metrics;
        this.client = client;
    }

    /** Whether EHLO lists STARTTLS. */
    boolean offered() {
        return state == State.CLEAR && client.policy().tls().mode() != TlsMode.Off && contexts() != null;
    }

    /** Whether most commands have to wait for TLS. */
    boolean awaited() {
        return state != State.ON && client.policy().tls().mode() == TlsMode.Required;
    }

    /** Whether the session is encrypted. */
    boolean on() {
        return state == State.ON;
    }

    boolean handshaking() {
        return state == State.HANDSHAKE;
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
        if (client.policy().tls().mode() == TlsMode.Off) {
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
     * The contexts of this listener in the plan in force now, not at the greeting: a new certificate serves new handshakes at
     * once. Those of the session's plan where the listener has none any more.
     */
    Function<ClientHello, SslContext> contexts() {
        ActivePlan now = services.plans().current();
        ActiveListener listener = now == null ? null : now.listeners().get(client.listener().plan().name());
        return listener == null || listener.contexts() == null ? client.listener().contexts() : listener.contexts();
    }

    void succeeded(String protocol, String cipher) {
        state = State.ON;
        trace = protocol + " with cipher " + cipher;
        services.log().log(new MailEvent.InboundTls(client.icid(), protocol, cipher));
        metrics.tlsSucceeded(protocol);
    }

    void failed(String detail) {
        if (state != State.HANDSHAKE) {
            return;
        }
        state = State.CLEAR;
        services.log().log(new MailEvent.InboundTlsFailed(client.icid(), detail));
        metrics.tlsFailed();
        if (client.policy().tls().mode() == TlsMode.Required) {
            report(TlsFailures.Stage.Handshake, "HandshakeFailed", detail);
        }
    }

    /** A command was answered with {@link #REQUIRED}. MAIL shows that mail was to come, so it is told at once. */
    void refused(boolean mail) {
        refused = true;
        if (mail) {
            metrics.rejected(Rejection.TlsRequired);
            notInitiated();
        }
    }

    /** The session is over; clients that only looked in are not told of. */
    void ended() {
        if (state == State.HANDSHAKE) {
            failed("connection closed during the handshake");
        } else if (refused && awaited()) {
            notInitiated();
        }
    }

    private void notInitiated() {
        if (reported) {
            return;
        }
        if (contexts() == null) {
            services.log().log(new MailEvent.InboundTlsFailed(client.icid(), "the listener has no certificate"));
            report(TlsFailures.Stage.Starttls, "NoCertificate", "TLS is required and the listener has no certificate to offer it with");
        } else {
            services.log().log(new MailEvent.InboundTlsRequired(client.icid()));
            report(TlsFailures.Stage.Starttls, "NotInitiated", "TLS was required but remote host did not initiate it");
        }
    }

    private void report(TlsFailures.Stage stage, String reason, String detail) {
        if (!reported) {
            reported = true;
            services.failures().report(new TlsFailures.Failure(client.listener().plan().resource(), TlsFailures.Direction.Inbound,
                    client.match().senderGroup(), client.host(), stage, reason, detail));
        }
    }
}
