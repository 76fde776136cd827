package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.client.ClientException;
import dev.postern.gateway.smtp.client.ClientSession;
import dev.postern.gateway.smtp.client.Reply;
import dev.postern.gateway.smtp.client.TlsSession;
import dev.postern.gateway.tls.ClientContexts;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.gateway.tls.OutboundTls.Outcome;
import dev.postern.gateway.tls.Peer;
import dev.postern.gateway.tls.PeerChecks;
import dev.postern.gateway.tls.Requirement;
import dev.postern.gateway.tls.StsTrial;
import dev.postern.gateway.tls.Verdict;
import dev.postern.plan.DestinationPlan;
import java.net.InetAddress;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSession;

/** One address; a second connection follows where clear text is allowed and the first one was lost over STARTTLS. */
final class DialAttempt {
    private final Dialer.Tools tools;
    private final LongSupplier ids;
    private final String domain;
    private final Target target;
    private final DestinationPlan plan;
    private final ActivePlan active;
    private final Requirement requirement;
    private final TlsGate gate;
    private long dcid;
    private ClientSession session;
    private PeerChecks checks;
    private Requirement.Refusal trial;

    /** @param ids of connections */
    DialAttempt(Dialer.Tools tools, LongSupplier ids, String domain, Target target, DestinationPlan plan, ActivePlan active, MessageTls message) {
        this.tools = tools;
        this.ids = ids;
        this.domain = domain;
        this.target = target;
        this.plan = plan;
        this.active = active;
        requirement = Requirement.of(plan.tls(), target.published(), message, target.proven());
        gate = new TlsGate(tools, domain, target, plan, requirement, message);
    }

    Link open() throws Undeliverable {
        dcid = ids.getAsLong();
        boolean open = false;
        gate.enter(dcid);
        try {
            connect();
            secure();
            open = true;
            return new Link(dcid, session, target, plan, active);
        } catch (ClientException e) {
            tools.log().log(new MailEvent.ConnectionError(dcid, domain, ip(), target.port(), e.getMessage()));
            String status = e.kind() == ClientException.Kind.CONNECT ? "4.4.1" : e.kind() == ClientException.Kind.PROTOCOL ? "4.5.0" : "4.4.2";
            throw Undeliverable.later(status, target.describe() + ": " + e.getMessage(), target, false);
        } finally {
            if (!open && session != null) {
                hangUp();
            }
        }
    }

    private void connect() throws ClientException, Undeliverable {
        long begin = System.nanoTime();
        session = ClientSession.connect(tools.group(), target.socketAddress(), tools.timeouts());
        tools.metrics().since(DeliveryMetrics.Stage.CONNECT, begin);
        tools.log().log(new MailEvent.NewDelivery(dcid, session.local().getHostAddress(), ip(), target.port()));
        refuse(session.greeting(), "greeting");
    }

    /** In clear after a refusal that cost the connection. */
    private void reconnect(boolean helo) throws ClientException, Undeliverable {
        hangUp();
        dcid = ids.getAsLong();
        connect();
        refuse(helo ? session.helo(name()) : session.ehlo(name()), helo ? "HELO" : "EHLO");
    }

    private void hangUp() {
        session.quit();
        session = null;
        tools.log().log(new MailEvent.DeliveryClosed(dcid));
    }

    private void secure() throws ClientException, Undeliverable {
        Reply hello = session.ehlo(name());
        if (hello.permanentFailure()) {
            settle(requirement.mode() == TlsMode.None ? Outcome.NOT_TRIED : Outcome.EHLO_REFUSED, hello.text());
            sayHelo();
            return;
        }
        refuse(hello, "EHLO");
        if (requirement.mode() == TlsMode.None) {
            settle(Outcome.NOT_TRIED, "");
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
                Upgrade.rethrowInterrupt(e);
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
            settle(Outcome.NOT_OFFERED, "");
            return;
        }
        long begin = System.nanoTime();
        Upgrade upgrade = Upgrade.of(session, active.client(plan.certificate()), requirement.serverName(target.host()));
        if (upgrade.tls() == null) {
            settle(upgrade.outcome(), upgrade.detail());
            if (upgrade.over()) {
                reconnect(false);
            }
            return;
        }
        tools.metrics().since(DeliveryMetrics.Stage.TLS, begin);
        encrypted(upgrade.tls());
        Upgrade.First first = Upgrade.first(session, name());
        if (first.refusal() != null) {
            settle(Outcome.HANDSHAKE_FAILED, first.refusal());
        }
        refuse(first.reply(), "EHLO");
        if (requirement.requireTls() && !session.capabilities().offers("REQUIRETLS")) {
            gate.requireTlsNotOffered(dcid, local());
        }
        gate.passed(local(), checks, trial);
    }

    private void encrypted(TlsSession tls) throws Undeliverable {
        SSLSession session = tls.session();
        Peer peer = new Peer(ClientContexts.chain(session), tls.staple(), domain, target.host(), () -> tools.confirmedName().apply(target.address()), tools.clock().instant());
        checks = PeerChecks.of(requirement, plan.tls(), peer, active.trust(plan.trustBundle()), active.trust(null));
        trial = StsTrial.of(target.published(), peer, active.trust(null));
        Verdict verdict = checks.demanded() != null ? checks.demanded() : checks.checked();
        tools.log().log(new MailEvent.DeliveryTls(dcid, session.getProtocol(), session.getCipherSuite(), domain, verdict == null ? null : verdict.verified(),
                verdict == null ? null : verdict.detail()));
        gate.encrypted(dcid, local(), checks);
    }

    private void settle(Outcome outcome, String detail) throws Undeliverable {
        gate.settle(dcid, local(), outcome, detail);
    }

    private void refuse(Reply reply, String what) throws Undeliverable {
        if (!reply.positive()) {
            String text = "server refused " + what + ": " + reply.text();
            tools.log().log(new MailEvent.ConnectionError(dcid, domain, ip(), target.port(), text));
            throw Undeliverable.later("4.3.2", target.describe() + ": " + text, target, false);
        }
    }

    private String name() {
        return active.plan().settings().hostname();
    }

    private String ip() {
        return target.address().getHostAddress();
    }

    private InetAddress local() {
        return session.local();
    }
}
