package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.Dane;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.DnsOptions;
import dev.postern.dns.DnsjavaDns;
import dev.postern.gateway.report.TlsFailures.Stage;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.report.TlsResult;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.pki.KeyPairs;
import dev.postern.plan.DestinationPlan;
import dev.postern.testing.Postfix.Place;
import dev.postern.testing.Postfix;
import dev.postern.testing.SignedZones.Signing;
import dev.postern.testing.SignedZones.Zone;
import dev.postern.testing.SignedZones;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Mail by MX to a real Postfix, for domains that publish TLSA records of all kinds in real zones; and what Postfix's own client makes of the same. */
class DaneDeliveryTest {
    /** Where servers are: of an authority of their own; with its root; self-signed, expired and with another name; without STARTTLS. */
    private static final String CHAIN = "127.89.0.1";
    private static final String SELF = "127.89.0.2";
    private static final String NO_TLS = "127.89.0.3";
    private static final String WITH_ROOT = "127.89.0.4";
    private static final String RESOLVER = "127.89.0.53";

    private static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Own Root"), null);
    private static final TestPki.Identity INTERMEDIATE = TestPki.issue(Request.ca("Own Intermediate"), ROOT);
    private static final TestPki.Identity LEAF = TestPki.issue(Request.server("x", "mx.chain.secure.test", "mx.root.secure.test", "mx.whole.secure.test",
            "mx.key.secure.test", "mx.hidden.secure.test", "recipient.secure.test"), INTERMEDIATE);
    private static final TestPki.Identity SELF_SIGNED = TestPki.issue(Request.server("x", "elsewhere.test").valid(TestPki.ago(20), TestPki.ago(10)), null);
    private static final X509Certificate OTHER = TestPki.issue(Request.server("x", "mx.good.secure.test"), null).certificate();

    /**
     * A domain and what must become of its mail.
     *
     * @param tlsa          of its MX host
     * @param opportunistic VERIFIED, ENCRYPTED or CLEAR where mail is delivered so; else the reason why not
     * @param mandatory     the same
     * @param postfix       what Postfix says, in the same words
     */
    private record Case(String domain, String address, List<String> tlsa, String opportunistic, String mandatory, String postfix) {
        Case(String domain, String address, List<String> tlsa, String both) {
            this(domain, address, tlsa, both, both, both);
        }
    }

    private static final List<Case> HOSTS = List.of(
            new Case("end.secure.test", SELF, List.of(tlsa(3, 1, 1, SELF_SIGNED.certificate())), "VERIFIED"),
            new Case("end512.secure.test", SELF, List.of(tlsa(3, 0, 2, SELF_SIGNED.certificate())), "VERIFIED"),
            new Case("endwhole.secure.test", SELF, List.of(tlsa(3, 0, 0, SELF_SIGNED.certificate())), "VERIFIED"),
            new Case("chain.secure.test", CHAIN, List.of(tlsa(2, 0, 1, INTERMEDIATE.certificate())), "VERIFIED"),
            new Case("root.secure.test", WITH_ROOT, List.of(tlsa(2, 1, 1, ROOT.certificate())), "VERIFIED"),
            new Case("whole.secure.test", CHAIN, List.of(tlsa(2, 0, 0, ROOT.certificate())), "VERIFIED"),
            new Case("key.secure.test", CHAIN, List.of(tlsa(2, 1, 0, ROOT.certificate())), "VERIFIED"),
            new Case("recipient.secure.test", CHAIN, List.of(tlsa(2, 0, 1, INTERMEDIATE.certificate())), "VERIFIED"),
            new Case("hidden.secure.test", CHAIN, List.of(tlsa(2, 0, 1, ROOT.certificate())), "DaneMismatch"),
            new Case("name.secure.test", CHAIN, List.of(tlsa(2, 0, 1, INTERMEDIATE.certificate())), "NameMismatch"),
            new Case("own.secure.test", SELF, List.of(tlsa(2, 0, 1, SELF_SIGNED.certificate())), "DaneMismatch"),
            new Case("rollover.secure.test", SELF, List.of(tlsa(3, 1, 1, OTHER), tlsa(3, 1, 1, SELF_SIGNED.certificate())), "VERIFIED"),
            new Case("mixed.secure.test", SELF, List.of(tlsa(2, 1, 1, ROOT.certificate()), tlsa(3, 1, 1, SELF_SIGNED.certificate())), "VERIFIED"),
            new Case("agile.secure.test", SELF, List.of(tlsa(3, 1, 1, SELF_SIGNED.certificate()), tlsa(3, 1, 2, OTHER)), "DaneMismatch"),
            new Case("wrong.secure.test", SELF, List.of(tlsa(3, 1, 1, OTHER)), "DaneMismatch"),
            new Case("stripped.secure.test", NO_TLS, List.of(tlsa(3, 1, 1, OTHER)), "NotOffered", "NotOffered", "no STARTTLS"),
            new Case("pkix.secure.test", SELF, List.of(tlsa(0, 1, 1, SELF_SIGNED.certificate()), tlsa(1, 1, 1, SELF_SIGNED.certificate())), "ENCRYPTED", "DaneMissing", "ENCRYPTED"),
            new Case("short.secure.test", SELF, List.of("3 1 1 abcd"), "ENCRYPTED", "DaneMissing", "ENCRYPTED"),
            new Case("pkixstripped.secure.test", NO_TLS, List.of(tlsa(1, 1, 1, OTHER)), "NotOffered", "DaneMissing", "no STARTTLS"),
            new Case("none.secure.test", SELF, List.of(), "ENCRYPTED", "DaneMissing", "ENCRYPTED"),
            new Case("clear.secure.test", NO_TLS, List.of(), "CLEAR", "DaneMissing", "no STARTTLS"),
            new Case("forged.secure.test", SELF, List.of(tlsa(3, 1, 1, SELF_SIGNED.certificate())), "DnssecFailed"));
    private static final List<Case> OTHERS = List.of(
            new Case("alias.secure.test", null, null, "VERIFIED"),
            new Case("aliasout.secure.test", null, null, "VERIFIED"),
            new Case("plainhost.secure.test", null, null, "ENCRYPTED", "DaneMissing", "ENCRYPTED"),
            new Case("plain.test", null, null, "ENCRYPTED", "DaneMissing", "VERIFIED, but MX insecure"),
            new Case("wrongkey.test", null, null, "DNS"),
            new Case("expired.test", null, null, "DNS"),
            new Case("badsub.secure.test", null, null, "DNS"));

    private static SignedZones zones;
    private static Postfix postfix;

    private static String tlsa(int usage, int selector, int matching, X509Certificate certificate) {
        try {
            byte[] selected = selector == 0 ? certificate.getEncoded() : certificate.getPublicKey().getEncoded();
            byte[] data = matching == 0 ? selected : MessageDigest.getInstance(matching == 1 ? "SHA-256" : "SHA-512").digest(selected);
            return usage + " " + selector + " " + matching + " " + HexFormat.of().formatHex(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(TestPki.Identity identity, X509Certificate... further) {
        StringBuilder pem = new StringBuilder(KeyPairs.toPem(identity.keys().getPrivate()));
        identity.chain().forEach(c -> pem.append(new TestPki.Identity(null, c, null).pem()));
        List.of(further).forEach(c -> pem.append(new TestPki.Identity(null, c, null).pem()));
        return pem.toString();
    }

    private static List<Case> cases() {
        List<Case> all = new ArrayList<>(HOSTS);
        all.addAll(OTHERS);
        return all;
    }

    @BeforeAll
    static void serve() throws Exception {
        for (InetSocketAddress place : List.of(new InetSocketAddress(CHAIN, 25), new InetSocketAddress(SELF, 25), new InetSocketAddress(NO_TLS, 25),
                new InetSocketAddress(WITH_ROOT, 25), new InetSocketAddress(RESOLVER, 53))) {
            try (ServerSocket free = new ServerSocket()) {
                free.bind(place);
            } catch (IOException e) {
                Assumptions.abort("MX hosts have port 25 and resolvers port 53, and " + place + " is not to be had here: " + e.getMessage());
            }
        }
        StringBuilder records = new StringBuilder();
        for (Case c : HOSTS) {
            String name = c.domain.substring(0, c.domain.indexOf('.'));
            records.append("%1$s MX 10 mx.%1$s\nmx.%1$s A %2$s\n".formatted(name, c.address));
            c.tlsa.forEach(t -> records.append("_25._tcp.mx.%s TLSA %s\n".formatted(name, t)));
        }
        String self = tlsa(3, 1, 1, SELF_SIGNED.certificate());
        records.append("""
                alias MX 10 mx.alias
                mx.alias CNAME mx.end
                aliasout MX 10 mx.aliasout
                mx.aliasout CNAME host.plain.test.
                _25._tcp.mx.aliasout TLSA %s
                plainhost MX 10 host.plain.test.
                badsub MX 10 mx.wrongkey.test.
                """.formatted(self));
        String bogus = "@ MX 10 mx\nmx A " + SELF + "\n_25._tcp.mx TLSA " + self + "\n";
        zones = SignedZones.serve(List.of(
                new Zone("secure.test", Signing.SIGNED, records.toString(), List.of("_25._tcp.mx.forged.secure.test. TLSA")),
                new Zone("plain.test", Signing.UNSIGNED, "@ MX 10 mx.end.secure.test.\nhost A " + SELF + "\n_25._tcp.host TLSA " + self + "\n"),
                new Zone("wrongkey.test", Signing.WRONG_KEY, bogus),
                new Zone("expired.test", Signing.EXPIRED, bogus)));
        zones.validatingResolver(RESOLVER);
        postfix = Postfix.start("mx.secure.test", pem(LEAF), List.of(new Place(CHAIN, 25, pem(LEAF)), new Place(SELF, 25, pem(SELF_SIGNED)),
                new Place(NO_TLS, 25, null), new Place(WITH_ROOT, 25, pem(LEAF, ROOT.certificate()))));
    }

    @AfterAll
    static void stop() throws Exception {
        if (postfix != null) {
            postfix.close();
        }
        if (zones != null) {
            zones.close();
        }
    }

    @Test
    void opportunistic() throws Exception {
        Map<String, String> expected = new TreeMap<>();
        cases().forEach(c -> expected.put(c.domain, c.opportunistic));
        check(expected, Dane.Opportunistic, new DnsOptions(List.of(RESOLVER), false, List.of(zones.anchor())));
    }

    @Test
    void mandatory() throws Exception {
        Map<String, String> expected = new TreeMap<>();
        cases().forEach(c -> expected.put(c.domain, c.mandatory));
        check(expected, Dane.Mandatory, new DnsOptions(List.of(RESOLVER), false, List.of(zones.anchor())));
    }

    @Test
    void opportunisticByTheWordOfTheResolver() throws Exception {
        Map<String, String> expected = new TreeMap<>();
        cases().forEach(c -> expected.put(c.domain, c.opportunistic));
        check(expected, Dane.Opportunistic, new DnsOptions(List.of(RESOLVER), true, List.of()));
    }

    private static void check(Map<String, String> expected, Dane dane, DnsOptions options) throws Exception {
        try (Rig rig = new Rig(new DeliveryOptions(50, 100, Duration.ofMillis(200), Timeouts.all(Duration.ofSeconds(10))), new DnsjavaDns(options))) {
            rig.plan(expected.keySet().stream().map(domain -> DestinationPlan.of(Rig.CONTROL, List.of(domain), false,
                    new DestinationPlan.Tls(TlsMode.Preferred, Identity.Hosted, null, List.of(), dane, MtaSts.None), null, DestinationPlan.Limits.of(20, 100), List.of(), null)).toArray(DestinationPlan[]::new));
            rig.delivery.start();
            Map<String, Long> sent = new TreeMap<>();
            String tag = dane + "-" + options.trustAd();
            expected.keySet().forEach(domain -> sent.put(domain, rig.send("s@sender.test", tag + "@" + domain)));
            await().atMost(Duration.ofSeconds(60)).until(() -> sent.values().stream().map(mid -> rig.spool.get(mid).recipients().getFirst())
                    .allMatch(r -> r.lastStatus() != null || r.state() != dev.postern.gateway.spool.Envelope.State.PENDING));

            Map<String, String> actual = new TreeMap<>();
            sent.forEach((domain, mid) -> actual.put(domain, outcome(rig, domain, rig.spool.get(mid).recipients().getFirst())));
            assertThat(actual).isEqualTo(expected);
            actual.forEach((domain, outcome) -> {
                boolean delivered = List.of("VERIFIED", "ENCRYPTED", "CLEAR").contains(outcome);
                await().until(() -> postfix.messages().stream().anyMatch(m -> m.contains(tag + "@" + domain)) == delivered);
                List<TlsFailures.Failure> alerts = rig.alerts.stream().filter(a -> a.domain().equals(domain)).toList();
                assertThat(alerts).as(domain).hasSize(delivered || outcome.equals("DNS") ? 0 : 1)
                        .allSatisfy(a -> assertThat(a.reason()).isEqualTo(outcome))
                        .allSatisfy(a -> assertThat(a.stage()).isEqualTo(switch (outcome) {
                            case "NotOffered" -> Stage.Starttls;
                            case "DnssecFailed", "DaneMissing" -> Stage.Policy;
                            default -> Stage.Verification;
                        }));
            });
        }
    }

    private static String outcome(Rig rig, String domain, Recipient recipient) {
        TlsResult last = rig.results.stream().filter(r -> r.domain().equals(domain)).reduce((a, b) -> b).orElse(null);
        if (last == null) {
            return "4.4.3".equals(recipient.lastStatus()) ? "DNS" : recipient.lastReply();
        }
        return last.outcome() == TlsResult.Outcome.FAILED ? last.reason() : last.outcome().name();
    }

    @Test
    void postfixComesToTheSame() throws Exception {
        Map<String, String> expected = new TreeMap<>();
        Map<String, String> actual = new TreeMap<>();
        for (Case c : cases()) {
            String said = postfix.posttlsFinger(RESOLVER, c.domain);
            expected.put(c.domain, c.postfix);
            actual.put(c.domain, verdict(said));
        }
        assertThat(actual).isEqualTo(expected);
    }

    /** It tells what the certificate is worth, and leaves to others what follows where STARTTLS is missing. */
    private static String verdict(String said) {
        if (said.contains("address lookup failed")) {
            return "DNS";
        }
        if (said.contains("TLSA lookup error")) {
            return "DnssecFailed";
        }
        if (said.contains("Verified TLS connection") || said.contains("Matched DANE")) {
            return "VERIFIED" + (said.contains("MX RRset insecure") ? ", but MX insecure" : "");
        }
        if (!said.contains("TLS connection established")) {
            return said.contains("fatal") ? said : "no STARTTLS";
        }
        return said.contains("no matching DANE TLSA records") ? "DaneMismatch" : said.contains("hostname mismatch") ? "NameMismatch" : "ENCRYPTED";
    }
}
