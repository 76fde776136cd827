package dev.postern.gateway.smtp;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.gateway.access.ClientProof;
import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.auth.CertificateNames;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.ListenerMetrics.Rejection;
import dev.postern.gateway.tls.ClientVerifier;
import dev.postern.gateway.tls.Verdict;
import dev.postern.pki.Names;
import dev.postern.plan.PolicyPlan;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Finds out who a client is by the certificate that it showed in a handshake that asked for one: verifies it, off the event loop, and
 * walks the host access table again, from the top, with the names and the key that are proven now.
 */
final class Identification {
    private final SmtpServices services;
    private final ListenerMetrics metrics;
    private final SessionLink link;
    private final ConnectionCounter connections;

    /** @param connections those of each client of the listener */
    Identification(SmtpServices services, ListenerMetrics metrics, SessionLink link, ConnectionCounter connections) {
        this.services = services;
        this.metrics = metrics;
        this.link = link;
        this.connections = connections;
    }

    /**
     * Begins; on the event loop.
     *
     * @param shown   the client's certificate, then what it showed beside it; may be empty
     * @param greeted whether the client has had its greeting
     * @param known   gets the client as it is known now, on the event loop; not where it is turned away
     */
    void begin(Client client, List<X509Certificate> shown, boolean greeted, Consumer<Client> known) {
        if (shown.isEmpty()) {
            decide(client, client.identified(new Client.Certificate(null, ClientVerifier.NONE), client.match()), greeted, known);
            return;
        }
        CompletableFuture.supplyAsync(() -> identify(client, shown, services.clock().instant()), services.verifier()).whenCompleteAsync((found, error) -> {
            if (error != null) {
                link.failed(error);
            } else if (link.open()) {
                decide(client, found, greeted, known);
            }
        }, link.loop());
    }

    /** Costs CPU. */
    static Client identify(Client client, List<X509Certificate> shown, Instant now) {
        List<X509Certificate> chain;
        try {
            chain = ClientVerifier.read(shown);
        } catch (CertificateException e) {
            return client.identified(new Client.Certificate("", ClientVerifier.unreadable(e)), client.match());
        }
        X509Certificate leaf = chain.getFirst();
        Verdict atGreeting = ClientVerifier.verify(chain, client.trust(), now);
        HostAccess.Match match = find(client, ClientProof.of(leaf, atGreeting.verified()));
        Verdict verdict = verdict(client, match.policy().tls(), chain, atGreeting, now);
        if (!verdict.verified() && match.byCertificateName() && match.policy().tls().clientCertificates() != ClientCertificates.Require) {
            // Those whom the group's policy trusts do not vouch for the name. One that requires a certificate says so itself.
            match = find(client, ClientProof.of(leaf, false));
            verdict = verdict(client, match.policy().tls(), chain, atGreeting, now);
        }
        return client.identified(new Client.Certificate(ClientVerifier.brief(Names.subject(leaf)), verdict, verdict.verified() ? CertificateNames.of(leaf) : List.of()), match);
    }

    private static HostAccess.Match find(Client client, ClientProof proof) {
        return client.listener().hostAccess().find(client.address(), client.hostName(), proof, client.listing()).orElse(client.match());
    }

    /** By whom the policy that was found trusts, where it says so itself. */
    private static Verdict verdict(Client client, PolicyPlan.Tls next, List<X509Certificate> chain, Verdict atGreeting, Instant now) {
        boolean others = !Objects.equals(next.clientTrustBundle(), client.policy().tls().clientTrustBundle())
                && (next.clientTrustBundle() != null || next.clientCertificates() == ClientCertificates.Require);
        return others ? ClientVerifier.verify(chain, client.plan().trust(next.clientTrustBundle()), now) : atGreeting;
    }

    private void decide(Client before, Client client, boolean greeted, Consumer<Client> known) {
        Verdict verdict = client.certificate().verdict();
        services.log().log(new MailEvent.InboundCertificate(client.icid(), client.certificate().subject(), verdict.verified(), verdict.detail()));
        metrics.certificate(verdict);
        if (!client.match().equals(before.match())) {
            services.log().log(client.matchLine());
        }
        Behavior behavior = client.policy().behavior();
        if (behavior == Behavior.TCPRefuse) {
            metrics.rejected(Rejection.HostAccess);
            link.close(null);
        } else if (behavior == Behavior.Reject && !client.rejectedAtRecipients()) {
            metrics.rejected(Rejection.HostAccess);
            link.hand(greeted ? RejectedDialog.afterTls(link, services.limits(), client) : new RejectedDialog(link, services.limits(), client));
        } else if (connections.of(client.address()) > client.policy().limits().connectionsPerClient()) {
            metrics.rejected(Rejection.ConnectionLimit);
            link.close(Denial.ClientConnections.reply());
        } else {
            if (client.rejectedAtRecipients() && !client.match().equals(before.match())) {
                metrics.rejected(Rejection.HostAccess);
                services.log().log(new MailEvent.DelayedReject(client.icid(), client.address().getHostAddress()));
            }
            known.accept(client);
        }
    }
}
