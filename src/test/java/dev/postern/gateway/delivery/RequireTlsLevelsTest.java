package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.Dane;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.Dns.DnsException.Kind;
import dev.postern.dns.Dns.Mx;
import dev.postern.gateway.delivery.ScriptedServer.Tls;
import dev.postern.gateway.mtasts.StsAnswer;
import dev.postern.gateway.mtasts.StsPolicy;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.plan.DestinationPlan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a message asks, what vouches for the host, what the host does: what becomes of the message, and who is told. */
class RequireTlsLevelsTest {
    private static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Test Root"), null);
    private static final TestPki.Identity GOOD = TestPki.issue(Request.server("x", "mx.partner.test"), ROOT);
    /** Good for a destination of identity Hosted, and not for REQUIRETLS, which goes by the host's name. */
    private static final TestPki.Identity OF_THE_DOMAIN = TestPki.issue(Request.server("x", "partner.test"), ROOT);

    static final StsAnswer ENFORCED = new StsAnswer(new StsPolicy("1", StsPolicy.Mode.ENFORCE, List.of("mx.partner.test"), 86_400, List.of()), null, null);

    /** What vouches for the host's name. */
    private enum Proof { ROUTE, DNSSEC, MTA_STS, NOTHING }

    /** TLS of the server. */
    private enum Peer { VERIFIED, UNVERIFIED, NO_TLS }

    /** What becomes of a message. */
    private enum Fate { CLEAR, ENCRYPTED, DEFERRED, BOUNCED }

    record Cell(MessageTls message, Proof proof, Peer peer, boolean offers, Fate fate, String status, String reason) {
        @Override
        public String toString() {
            return message + ", " + proof + ", " + peer + (offers ? ", offers REQUIRETLS: " : ": ") + fate + (status == null ? "" : " " + status + " " + reason);
        }
    }

    static List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (MessageTls message : MessageTls.values()) {
            for (Proof proof : Proof.values()) {
                for (Peer peer : Peer.values()) {
                    for (boolean offers : new boolean[] {true, false}) {
                        cells.add(cell(message, proof, peer, offers));
                    }
                }
            }
        }
        return cells;
    }

    /** The destination's level is Preferred, and it heeds MTA-STS. */
    private static Cell cell(MessageTls message, Proof proof, Peer peer, boolean offers) {
        String failed = peer == Peer.NO_TLS ? "NotOffered" : "NameMismatch";
        return switch (message) {
            case OPTIONAL -> new Cell(message, proof, peer, offers, peer == Peer.NO_TLS ? Fate.CLEAR : Fate.ENCRYPTED, null, null);
            case DESTINATION -> proof == Proof.MTA_STS && peer != Peer.VERIFIED
                    ? new Cell(message, proof, peer, offers, Fate.DEFERRED, peer == Peer.NO_TLS ? "4.7.4" : "4.7.5", failed)
                    : new Cell(message, proof, peer, offers, peer == Peer.NO_TLS ? Fate.CLEAR : Fate.ENCRYPTED, null, null);
            case REQUIRED -> {
                if (proof == Proof.NOTHING) {
                    yield new Cell(message, proof, peer, offers, Fate.BOUNCED, "5.7.30", "MxNotProven");
                }
                if (peer != Peer.VERIFIED) {
                    yield new Cell(message, proof, peer, offers, Fate.DEFERRED, "4.7.10", failed);
                }
                yield offers ? new Cell(message, proof, peer, true, Fate.ENCRYPTED, null, null)
                        : new Cell(message, proof, peer, false, Fate.BOUNCED, "5.7.30", "RequireTlsNotOffered");
            }
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void mailTravelsAsItAsksOrNotAtAll(Cell cell) throws Exception {
        try (ScriptedServer server = server("127.86.89.1"); Rig rig = new Rig()) {
            server.tls = cell.peer == Peer.NO_TLS ? Tls.NOT_OFFERED : Tls.OFFERED;
            server.identity = (cell.peer == Peer.VERIFIED ? GOOD : OF_THE_DOMAIN).serverContext();
            server.extensions = cell.offers ? List.of("PIPELINING", "REQUIRETLS") : List.of("PIPELINING");   // in clear as well, where it means nothing
            prepare(cell, rig);
            rig.delivery.start();
            long mid = rig.send(cell.message, "a@sender.test", "b@partner.test");

            await().atMost(Duration.ofSeconds(20)).until(() -> rig.spool.get(mid).recipients().getFirst().lastStatus() != null);

            Recipient recipient = rig.spool.get(mid).recipients().getFirst();
            switch (cell.fate) {
                case CLEAR, ENCRYPTED -> {
                    assertThat(recipient.state()).isEqualTo(State.DELIVERED);
                    assertThat(server.mails).singleElement().satisfies(mail -> {
                        assertThat(mail.encrypted()).isEqualTo(cell.fate == Fate.ENCRYPTED);
                        assertThat(mail.mailFrom()).isEqualTo(cell.message == MessageTls.REQUIRED ? "MAIL FROM:<a@sender.test> REQUIRETLS" : "MAIL FROM:<a@sender.test>");
                    });
                    assertThat(rig.alerts).isEmpty();
                }
                default -> {
                    assertThat(recipient.state()).isEqualTo(cell.fate == Fate.BOUNCED ? State.BOUNCED : State.PENDING);
                    assertThat(recipient.lastStatus()).isEqualTo(cell.status);
                    assertThat(server.commands).noneMatch(c -> c.startsWith("MAIL"));
                    assertThat(rig.alerts).extracting(TlsFailures.Failure::reason).containsExactly(cell.reason);
                    assertThat(rig.alerts.getFirst().detail().contains("the message asks for REQUIRETLS")).isEqualTo(cell.message == MessageTls.REQUIRED);
                    if (cell.status.equals("5.7.30")) {
                        assertThat(recipient.lastReply()).startsWith("REQUIRETLS support required: mx.partner.test (127.86.89.1): ");
                    }
                }
            }
            if (cell.proof == Proof.NOTHING && cell.message == MessageTls.REQUIRED) {
                assertThat(server.connections).as("a host that nobody vouches for is not even called").hasValue(0);
            }
        }
    }

    /** MX hosts are called on port 25. */
    static ScriptedServer server(String address) {
        try {
            return new ScriptedServer(address, 25);
        } catch (IOException e) {
            return Assumptions.abort("port 25 of " + address + " cannot be opened here: " + e.getMessage());
        }
    }

    private static void prepare(Cell cell, Rig rig) {
        rig.hosts.put("mx.partner.test", List.of(Rig.address("127.86.89.1")));
        rig.mx.put("partner.test", List.of(new Mx(10, "mx.partner.test")));
        rig.failures.put("sender.test", Kind.TEMPORARY);
        rig.bundles = Map.of("", ROOT.pem());   // the system's
        if (cell.proof == Proof.DNSSEC) {
            rig.signed.add("partner.test");
        }
        if (cell.proof == Proof.MTA_STS) {
            rig.sts = domain -> CompletableFuture.completedFuture(domain.equals("partner.test") ? ENFORCED : StsAnswer.ABSENT);
        }
        DestinationPlan.Tls tls = new DestinationPlan.Tls(TlsMode.Preferred, Identity.Hosted, null, List.of(), Dane.None, MtaSts.Opportunistic);
        rig.plan(DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false, tls, null, DestinationPlan.Limits.of(20, 100),
                cell.proof == Proof.ROUTE ? List.of(Rig.host("mx.partner.test", 25)) : List.of(), null));
    }
}
