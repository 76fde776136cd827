package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.smtp.client.ClientException;
import dev.postern.gateway.smtp.client.ClientSession;
import dev.postern.gateway.smtp.client.Reply;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.tls.ClientContexts;
import dev.postern.gateway.tls.OutboundTls;
import dev.postern.gateway.tls.OutboundTls.Action;
import dev.postern.gateway.tls.OutboundTls.Decision;
import dev.postern.gateway.tls.OutboundTls.Outcome;
import dev.postern.gateway.tls.PeerVerifier;
import dev.postern.gateway.tls.Verdict;
import dev.postern.plan.DestinationPlan;
import io.netty.channel.EventLoopGroup;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSession;

/** Opens a connection to one address at the level that the destination needs, or says why not. Waits: for virtual threads. */
final class Dialer {
    private final EventLoopGroup group;
    private final Timeouts timeouts;
    private final MailLog log;
    private final TlsFailures tlsFailures;
    private final DeliveryMetrics metrics;
    private final InstantSource clock;
    private final AtomicLong ids = new AtomicLong();

    Dialer(EventLoopGroup group, Timeouts timeouts, MailLog log, TlsFailures tlsFailures, DeliveryMetrics metrics, InstantSource clock) {
        this.group = group;
        this.timeouts = timeouts;
        this.log = log;
        this.tlsFailures = tlsFailures;
        this.metrics = metrics;
        this.clock = clock;
    }

    Link open(String domain, Target target, DestinationPlan plan, ActivePlan active) throws Undeliverable {
        try {
            Link link = new Attempt(domain, target, plan, active).open();
            metrics.attempt("opened");
            return link;
        } catch (Undeliverable e) {
            metrics.attempt("failed");
            throw e;
        }
    }

    /** One address; a second connection follows where clear text is allowed and the first one was lost over STARTTLS. */
    private final class Attempt {
        private final String domain;
        private final Target target;
        private final DestinationPlan plan;
        private final ActivePlan active;
        private long dcid;
        private ClientSession session;

        Attempt(String domain, Target target, DestinationPlan plan, ActivePlan active) {
            this.domain = domain;
            this.target = target;
            this.plan = plan;
            this.active = active;
        }

        Link open() throws Undeliverable {
            dcid = ids.incrementAndGet();
            boolean open = false;
            try {
                connect();
                secure();
                open = true;
                return new Link(dcid, session, target, plan, active);
            } catch (ClientException e) {
                log.log(new MailEvent.ConnectionError(dcid, domain, ip(), target.port(), e.getMessage()));
                String status = e.kind() == ClientException.Kind.CONNECT ? "4.4.1" : e.kind() == ClientException.Kind.PROTOCOL ? "4.5.0" : "4.4.2";
                throw Undeliverable.later(status, target.describe() + ": " + e.getMessage(), target, false);
            } finally {
                if (!open && session != null) {
                    hangUp();
                }
            }
        }

        private void connect() throws ClientException, Undeliverable {
            session = ClientSession.connect(group, target.socketAddress(), timeouts);
            log.log(new MailEvent.NewDelivery(dcid, session.local().getHostAddress(), ip(), target.port()));
            refuse(session.greeting(), "greeting");
        }

        /** In clear after a refusal that cost the connection. */
        private void reconnect(boolean helo) throws ClientException, Undeliverable {
            hangUp();
            dcid = ids.incrementAndGet();
            connect();
            refuse(helo ? session.helo(name()) : session.ehlo(name()), helo ? "HELO" : "EHLO");
        }

        private void hangUp() {
            session.quit();
            session = null;
            log.log(new MailEvent.DeliveryClosed(dcid));
        }

        private void secure() throws ClientException, Undeliverable {
            Reply hello = session.ehlo(name());
            if (hello.permanentFailure()) {
                settle(plan.tls() == TlsMode.None ? Outcome.NOT_TRIED : Outcome.EHLO_REFUSED, null, hello.text());
                sayHelo();
                return;
            }
            refuse(hello, "EHLO");
            if (plan.tls() == TlsMode.None) {
                settle(Outcome.NOT_TRIED, null, "");
            } else {
                startTls();
            }
        }

        /** Over the same connection, or a new one where the server ended it: some do right behind their refusal, as HELO is under way. */
        private void sayHelo() throws ClientException, Undeliverable {
            Reply hello = null;
            if (session.usable()) {
                try {
                    hello = session.helo(name());
                } catch (ClientException e) {
                    rethrowInterrupt(e);
                }
            }
            if (hello == null) {
                reconnect(true);
            } else {
                refuse(hello, "HELO");
            }
        }

        private void startTls() throws ClientException, Undeliverable {
            if (!session.capabilities().offers("STARTTLS")) {
                settle(Outcome.NOT_OFFERED, null, "");
                return;
            }
            Reply reply;
            try {
                reply = session.startTls();
            } catch (ClientException e) {
                rethrowInterrupt(e);
                boolean garbage = e.kind() == ClientException.Kind.PROTOCOL;
                settle(garbage ? Outcome.STARTTLS_REFUSED : Outcome.STARTTLS_LOST, null, e.getMessage());
                reconnect(false);
                return;
            }
            if (reply.code() != 220) {
                settle(Outcome.STARTTLS_REFUSED, null, reply.text());
                if (!session.usable() || reply.code() == 421) {
                    reconnect(false);
                }
                return;
            }
            SSLSession tls;
            try {
                tls = session.handshake(active.client(plan.certificate()), target.host());
            } catch (ClientException e) {
                rethrowInterrupt(e);
                settle(e.kind() == ClientException.Kind.INJECTED ? Outcome.INJECTED : Outcome.HANDSHAKE_FAILED, null, e.getMessage());
                return;
            }
            encrypted(tls);
            refuse(firstOverTls(), "EHLO");
        }

        /**
         * In TLS 1.3 the handshake is over for a client before the server has seen its certificate. A server that ends the
         * connection right behind it, with an alert, with 421 or without a word, refuses TLS with us.
         */
        private Reply firstOverTls() throws ClientException, Undeliverable {
            try {
                Reply hello = session.ehlo(name());
                if (hello.code() == 421) {
                    settle(Outcome.HANDSHAKE_FAILED, null, hello.text());
                }
                return hello;
            } catch (ClientException e) {
                rethrowInterrupt(e);
                if (e.kind() == ClientException.Kind.HANDSHAKE || e.kind() == ClientException.Kind.CLOSED) {
                    settle(Outcome.HANDSHAKE_FAILED, null, e.getMessage());
                }
                throw e;
            }
        }

        private void encrypted(SSLSession tls) throws Undeliverable {
            Verdict verdict = OutboundTls.verifies(plan.tls())
                    ? PeerVerifier.verify(ClientContexts.chain(tls), active.trust(plan.trustBundle()), plan.identity(), domain, target.host(), clock.instant())
                    : null;
            log.log(new MailEvent.DeliveryTls(dcid, tls.getProtocol(), tls.getCipherSuite(), domain, verdict == null ? null : verdict.verified(),
                    verdict == null ? null : verdict.detail()));
            settle(Outcome.ENCRYPTED, verdict, "");
            metrics.tls(plan.tls(), verdict == null ? "encrypted" : verdict.verified() ? "verified" : "unverified");
        }

        /** Lets the table decide, and tells of what it decided; returns where mail may go on. */
        private void settle(Outcome outcome, Verdict verdict, String detail) throws Undeliverable {
            Decision decision = OutboundTls.decide(plan.tls(), outcome, verdict);
            if (decision.action() == Action.SEND) {
                return;
            }
            if (decision.action() == Action.SEND_CLEAR) {
                metrics.tls(plan.tls(), "clear");
                if (outcome != Outcome.NOT_TRIED) {
                    log.log(new MailEvent.DeliveryInClear(dcid, domain, detailed(decision.text(), detail)));
                }
                return;
            }
            metrics.tls(plan.tls(), "failed");
            String what = outcome == Outcome.HANDSHAKE_FAILED ? detailed(decision.text(), detail) : decision.text();
            log.log(new MailEvent.DeliveryTlsFailed(dcid, ip(), what));
            if (decision.alert()) {
                log.log(new MailEvent.DeliveryTlsRequired(dcid, ip()));
                tlsFailures.report(new TlsFailures.Failure(plan.resource(), TlsFailures.Direction.Outbound, domain, target.describe(), stage(decision.stage()),
                        decision.reason(), detailed(decision.text(), detail)));
            }
            boolean unsupported = decision.stage() == OutboundTls.Stage.EHLO || decision.stage() == OutboundTls.Stage.STARTTLS;
            String text = "TLS " + (decision.alert() ? "was required but failed" : "failed") + " with " + target.describe() + ": " + detailed(decision.text(), detail);
            throw Undeliverable.later(unsupported ? "4.7.4" : "4.7.5", text, target, true);
        }

        private void refuse(Reply reply, String what) throws Undeliverable {
            if (!reply.positive()) {
                String text = "server refused " + what + ": " + reply.text();
                log.log(new MailEvent.ConnectionError(dcid, domain, ip(), target.port(), text));
                throw Undeliverable.later("4.3.2", target.describe() + ": " + text, target, false);
            }
        }

        private String name() {
            return active.plan().settings().hostname();
        }

        private String ip() {
            return target.address().getHostAddress();
        }
    }

    /** The gateway stops: that is nobody's failure of TLS. */
    private static void rethrowInterrupt(ClientException e) throws ClientException {
        if (Thread.currentThread().isInterrupted()) {
            throw e;
        }
    }

    private static String detailed(String text, String detail) {
        return detail == null || detail.isEmpty() ? text : text + ": " + detail;
    }

    private static TlsFailures.Stage stage(OutboundTls.Stage stage) {
        return switch (stage) {
            case EHLO -> TlsFailures.Stage.Ehlo;
            case STARTTLS -> TlsFailures.Stage.Starttls;
            case HANDSHAKE -> TlsFailures.Stage.Handshake;
            case VERIFICATION -> TlsFailures.Stage.Verification;
        };
    }
}
