package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.delivery.ProbeReport.Fate;
import dev.postern.gateway.delivery.ProbeReport.Host;
import dev.postern.gateway.delivery.ProbeReport.How;
import dev.postern.gateway.delivery.ProbeReport.Status;
import dev.postern.gateway.delivery.ProbeReport.Step;
import dev.postern.gateway.smtp.client.ClientException;
import dev.postern.gateway.smtp.client.ClientSession;
import dev.postern.gateway.smtp.client.Reply;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.tls.ClientContexts;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.gateway.tls.OutboundTls.Decision;
import dev.postern.gateway.tls.OutboundTls.Outcome;
import dev.postern.gateway.tls.OutboundTls;
import dev.postern.gateway.tls.Peer;
import dev.postern.gateway.tls.PeerChecks;
import dev.postern.gateway.tls.Requirement;
import dev.postern.gateway.tls.Verdict;
import dev.postern.plan.DestinationPlan;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLSession;

/** Opens a session with one address as far as TLS goes, and says what each mode would make of it. */
final class ProbeSession {
    private final EventLoopGroup group;
    private final Timeouts timeouts;
    private final Function<InetAddress, Optional<String>> confirmedName;
    private final InstantSource clock;

    ProbeSession(EventLoopGroup group, Timeouts timeouts, Function<InetAddress, Optional<String>> confirmedName, InstantSource clock) {
        this.group = group;
        this.timeouts = timeouts;
        this.confirmedName = confirmedName;
        this.clock = clock;
    }

    Host look(String domain, Target target, DestinationPlan plan, ActivePlan active) {
        Look look = new Look(domain, target, plan, active);
        try {
            look.walk();
        } finally {
            look.hangUp();
        }
        return look.host();
    }

    /** What came of one session: an outcome for the table, or why there is none. */
    private final class Look {
        private final String domain;
        private final Target target;
        private final DestinationPlan plan;
        private final ActivePlan active;
        private final List<Step> steps = new ArrayList<>();
        private ClientSession session;
        private Outcome outcome;
        private String detail = "";
        private Peer peer;
        /** Why the session was of no use, whatever the mode. */
        private String dead;

        Look(String domain, Target target, DestinationPlan plan, ActivePlan active) {
            this.domain = domain;
            this.target = target;
            this.plan = plan;
            this.active = active;
            steps.addAll(ProbeSteps.published(target, plan.tls()));
        }

        Host host() {
            Map<TlsMode, Fate> verdicts = new EnumMap<>(TlsMode.class);
            for (TlsMode mode : TlsMode.values()) {
                verdicts.put(mode, fate(mode));
            }
            return new Host(target.host(), target.address().getHostAddress(), target.port(), List.copyOf(steps), verdicts);
        }

        void walk() {
            try {
                session = ClientSession.connect(group, target.socketAddress(), timeouts);
                steps.add(new Step("connect", Status.OK, "from " + session.local().getHostAddress()));
                if (refused("greeting", session.greeting()) || helloFails()) {
                    return;
                }
                startTls();
            } catch (ClientException e) {
                steps.add(new Step(session == null ? "connect" : "session", Status.FAILED, e.getMessage()));
                dead = e.getMessage();
            }
        }

        private boolean helloFails() throws ClientException {
            Reply hello = session.ehlo(active.plan().settings().hostname());
            if (hello.permanentFailure()) {
                outcome(Outcome.EHLO_REFUSED, "ehlo", hello.text());
                return true;
            }
            return refused("ehlo", hello);
        }

        private void startTls() throws ClientException {
            if (!session.capabilities().offers("STARTTLS")) {
                outcome = Outcome.NOT_OFFERED;
                steps.add(new Step("starttls", Status.FAILED, "not offered"));
                return;
            }
            Upgrade upgrade = Upgrade.of(session, active.client(plan.certificate()), requirement(plan.tls().mode()).serverName(target.host()));
            if (upgrade.tls() == null) {
                boolean agreed = upgrade.outcome() == Outcome.INJECTED || upgrade.outcome() == Outcome.HANDSHAKE_FAILED;
                outcome(upgrade.outcome(), agreed ? "handshake" : "starttls", upgrade.detail());
                return;
            }
            SSLSession made = upgrade.tls().session();
            peer = new Peer(ClientContexts.chain(made), upgrade.tls().staple(), domain, target.host(), () -> confirmedName.apply(target.address()), clock.instant());
            steps.add(new Step("handshake", Status.OK, made.getProtocol() + ", " + made.getCipherSuite()));
            certificates();
            Upgrade.First first = Upgrade.first(session, active.plan().settings().hostname());
            if (first.refusal() != null) {
                outcome(Outcome.HANDSHAKE_FAILED, "ehlo over TLS", first.refusal());
            } else if (!refused("ehlo over TLS", first.reply())) {
                outcome = Outcome.ENCRYPTED;
                steps.add(new Step("requiretls", Status.NOTE, session.capabilities().offers("REQUIRETLS") ? "offered" : "not offered"));
            }
        }

        /** The chain as it came, and each check as delivery makes it where verification is required. */
        private void certificates() {
            for (X509Certificate certificate : peer.chain()) {
                steps.add(new Step("certificate", Status.NOTE, "'" + certificate.getSubjectX500Principal().getName() + "' of '" + certificate.getIssuerX500Principal().getName()
                        + "', until " + certificate.getNotAfter().toInstant()));
            }
            PeerChecks own = checks(TlsMode.RequiredVerify);
            verdict("verification", own.checked() != null ? own.checked() : own.demanded());
            if (plan.tls().mode() != TlsMode.None) {
                PeerChecks published = checks(TlsMode.Required);
                if (published.demanded() != null) {
                    verdict(requirement(TlsMode.Required).dane() != null ? "dane" : "mta-sts", published.demanded());
                }
            }
        }

        private void verdict(String name, Verdict verdict) {
            steps.add(verdict.verified() ? new Step(name, Status.OK, verdict.matchedName() == null ? "verified" : "verified for " + verdict.matchedName())
                    : new Step(name, Status.FAILED, verdict.reason() + ": " + verdict.detail()));
        }

        private Requirement requirement(TlsMode mode) {
            return Requirement.of(tls(mode), target.published(), MessageTls.DESTINATION, target.proven());
        }

        private PeerChecks checks(TlsMode mode) {
            return PeerChecks.of(requirement(mode), tls(mode), peer, active.trust(plan.trustBundle()), active.trust(null));
        }

        private DestinationPlan.Tls tls(TlsMode mode) {
            DestinationPlan.Tls tls = plan.tls();
            return new DestinationPlan.Tls(mode, tls.identity(), tls.trustBundle(), tls.pins(), tls.dane(), tls.mtaSts());
        }

        private Fate fate(TlsMode mode) {
            if (mode == TlsMode.None) {
                // Nothing that is published goes with it: the API server refuses the two together.
                return dead != null ? new Fate(How.NOT_SENT, false, "NoSession", dead) : new Fate(How.CLEAR, false, null, null);
            }
            Requirement requirement = requirement(mode);
            if (requirement.refusal() != null) {
                return fate(OutboundTls.refused(requirement.refusal()), null);
            }
            if (dead != null) {
                return new Fate(How.NOT_SENT, false, "NoSession", dead);
            }
            Verdict demanded = outcome == Outcome.ENCRYPTED ? checks(mode).demanded() : null;
            return fate(OutboundTls.decide(requirement.mode(), outcome, demanded), demanded);
        }

        private Fate fate(Decision decision, Verdict verdict) {
            String text = decision.text() == null || detail.isEmpty() ? decision.text() : decision.text() + ": " + detail;
            return switch (decision.action()) {
                case SEND -> new Fate(verdict != null && verdict.verified() ? How.VERIFIED : How.ENCRYPTED, false, null, decision.unverified() ? text : null);
                case SEND_CLEAR -> new Fate(How.CLEAR, false, null, text);
                case NEXT_HOST -> new Fate(How.NOT_SENT, decision.alert(), decision.reason(), text);
            };
        }

        private void outcome(Outcome what, String step, String seen) {
            outcome = what;
            detail = seen;
            steps.add(new Step(step, Status.FAILED, seen));
        }

        private boolean refused(String step, Reply reply) {
            steps.add(new Step(step, reply.positive() ? Status.OK : Status.FAILED, reply.lines().getFirst().isEmpty() ? String.valueOf(reply.code()) : reply.lines().getFirst()));
            if (!reply.positive()) {
                dead = "server refused " + step + ": " + reply.text();
            }
            return !reply.positive();
        }

        void hangUp() {
            if (session != null) {
                session.quit();
            }
        }
    }
}
