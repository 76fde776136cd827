package dev.postern.operator.certificate.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.ConditionTypes;
import dev.postern.operator.certificate.status.Origin;
import dev.postern.operator.certificate.verify.Verifiability.Facts;
import dev.postern.operator.certificate.verify.Verifiability.Finding;
import dev.postern.operator.status.ConditionSet;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.TestCertificates;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a certificate, from its names, those of its listeners, and MX records. */
class VerifiabilityTest {
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");
    private static final KeyPair KEY = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final KeyPair ROOT_KEY = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final X509Certificate ROOT = TestCertificates.authority("CN=Root", ROOT_KEY);

    /** One public listener "inbound" that takes mail for a.test, and what MX says of that. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "mail.a.test            | mail.a.test | mail.a.test             | True  | Verifiable              | mail.a.test is in the certificate, of listener inbound, and in MX of a.test",
        "*.a.test               | mail.a.test | mail.a.test             | True  | Verifiable              | mail.a.test is in the certificate, of listener inbound, and in MX of a.test",
        "mail.a.test            | mail.a.test | backup.test,mail.a.test | True  | Verifiable              | mail.a.test is in the certificate, of listener inbound, and in MX of a.test",
        "mail.a.test            | mail.a.test | mx1.b.test              | False | MxDiffers               | MX of a.test is mx1.b.test: neither the certificate (mail.a.test) nor listener inbound (mail.a.test) has that name",
        "mail.a.test            | mail.a.test | m1.b.test,m2.b.test     | False | MxDiffers               | MX of a.test are m1.b.test, m2.b.test: neither the certificate (mail.a.test) nor listener inbound (mail.a.test) has one of those names",
        "www.a.test,a.test      | mail.a.test | mail.a.test             | False | CertificateNameDiffers  | MX of a.test is mail.a.test: listener inbound has mail.a.test, but the certificate (www.a.test, a.test) does not",
        "mail.a.test            | gw.a.test   | mail.a.test             | False | ListenerHostnameDiffers | MX of a.test is mail.a.test: the certificate has mail.a.test, but the host name of listener inbound is gw.a.test",
        "mail.a.test            | gw.a.test   | mail.a.test,gw.a.test   | False | CertificateNameDiffers  | MX of a.test are mail.a.test, gw.a.test: listener inbound has gw.a.test, but the certificate (mail.a.test) does not",
        "x.a.test               | gw.a.test   | mail.a.test             | False | MxDiffers               | MX of a.test is mail.a.test: neither the certificate (x.a.test) nor listener inbound (gw.a.test) has that name",
    })
    void theThreeNamesMustAgree(String certificate, String hostname, String mx, String status, String reason, String message) {
        Finding finding = find(facts(leaf(certificate.split(",")), listener("inbound", hostname, "a.test")), domain -> hosts(mx.split(",")));
        assertThat(finding).isEqualTo(new Finding(status, reason, message));
    }

    @Test
    void domainsWithTheSameToSayAreSaidTogetherAndFewAreNamed() {
        String[] domains = IntStream.range(0, 7).mapToObj(i -> "d" + i + ".test").toArray(String[]::new);
        Finding finding = find(facts(leaf("mail.a.test"), listener("inbound", "mail.a.test", domains)),
                domain -> hosts(domain.equals("d3.test") ? "mail.a.test" : domain.equals("d4.test") ? "d4.test" : "mx.b.test"));
        assertThat(finding.message()).isEqualTo("MX of d0.test, d1.test, d2.test, d5.test, d6.test is mx.b.test: neither the certificate (mail.a.test) nor listener inbound (mail.a.test) has that name"
                + "; MX of d4.test is d4.test: neither the certificate (mail.a.test) nor listener inbound (mail.a.test) has that name");
        finding = find(facts(leaf("mail.a.test"), listener("inbound", "mail.a.test", domains)), domain -> hosts("mail.a.test"));
        assertThat(finding.message()).endsWith("MX of d0.test, d1.test, d2.test, d3.test, d4.test and 2 more");
    }

    @Test
    void aHundredDomainsAreLookedAt() {
        String[] domains = IntStream.range(0, 130).mapToObj(i -> "d" + i + ".test").toArray(String[]::new);
        Facts facts = facts(leaf("mail.a.test"), listener("inbound", "mail.a.test", domains), listener("second", "mail.a.test", domains));
        List<String> asked = Verifiability.domains(facts, NOW);
        assertThat(asked).hasSize(100);
        Finding finding = find(facts, domain -> {
            assertThat(asked).contains(domain);
            return hosts("mail.a.test");
        });
        assertThat(finding.status()).isEqualTo("True");
        assertThat(finding.message()).endsWith("; 30 more domains were not looked at");
    }

    @Test
    void whatIsNotKnownIsNotGuessed() {
        Facts facts = facts(leaf("mail.a.test"), listener("inbound", "mail.a.test", "a.test", "b.test"));
        Function<String, MxAnswer> good = domain -> hosts("mail.a.test");
        assertThat(find(facts, domain -> domain.equals("a.test") ? new MxAnswer.Pending() : hosts("mx.c.test")))
                .isEqualTo(Finding.unknown("LookupPending", "the MX records of a.test are being looked up"));
        assertThat(find(facts, domain -> domain.equals("a.test") ? new MxAnswer.Failed("timed out") : good.apply(domain)))
                .isEqualTo(Finding.unknown("LookupFailed", "the MX records of a.test could not be looked up: timed out"));
        assertThat(find(facts, domain -> domain.equals("a.test") ? new MxAnswer.Failed("timed out") : hosts("mx.c.test")).reason()).isEqualTo("MxDiffers");
        assertThat(find(facts, domain -> new MxAnswer.Off()).reason()).isEqualTo("LookupsOff");
        assertThat(find(facts(leaf("x.a.test"), listener("inbound", "mail.a.test", "a.test")), domain -> new MxAnswer.Off()).reason()).isEqualTo("CertificateNameDiffers");
        assertThat(find(facts, domain -> new MxAnswer.NoMail(domain + " does not accept mail (null MX)")))
                .isEqualTo(Finding.no("MxDiffers", "listener inbound takes mail for a.test, to which nobody can send: a.test does not accept mail (null MX)"
                        + "; listener inbound takes mail for b.test, to which nobody can send: b.test does not accept mail (null MX)"));
    }

    @Test
    void clientsOfAPrivateListenerConnectToItsName() {
        var submission = new ServedName("submission", false, "smtp.a.test", List.of(), none -> false);
        assertThat(find(facts(leaf("smtp.a.test"), submission), VerifiabilityTest::nobody))
                .isEqualTo(new Finding("True", "Verifiable", "smtp.a.test is in the certificate, of listener submission"));
        assertThat(find(facts(leaf("mail.a.test"), submission), VerifiabilityTest::nobody))
                .isEqualTo(Finding.no("CertificateNameDiffers", "clients of listener submission connect to smtp.a.test, which the certificate (mail.a.test) does not have"));
    }

    @Test
    void eachOfSeveralCertificatesOfAListenerIsMeasuredByItsOwnNames() {
        var inbound = new ServedName("inbound", true, "mail.a.test", List.of("a.test", "b.test"), "mail.b.test"::equals);
        Function<String, MxAnswer> mx = domain -> hosts("mail." + domain);
        assertThat(find(facts(leaf("mail.a.test"), inbound), mx))
                .isEqualTo(new Finding("True", "Verifiable", "mail.a.test is in the certificate, of listener inbound, and in MX of a.test"));
        var spare = new ServedName("inbound", true, "mail.a.test", List.of("a.test"), "mail.a.test"::equals);
        assertThat(find(facts(leaf("old.a.test"), spare), mx).reason()).isEqualTo("NotServed");
    }

    @Test
    void whatNobodyCanVerifyIsSaidFirst() {
        ServedName inbound = listener("inbound", "mail.a.test", "a.test");
        X509Certificate leaf = leaf("mail.a.test");
        assertThat(find(new Facts(Origin.DEMO, null, null, List.of(), List.of(inbound), false), VerifiabilityTest::nobody).reason()).isEqualTo("Demo");
        assertThat(find(new Facts(Origin.SELF_SIGNED, leaf, null, List.of(), List.of(inbound), false), VerifiabilityTest::nobody).reason()).isEqualTo("SelfSigned");
        assertThat(find(facts(ROOT, inbound), VerifiabilityTest::nobody).reason()).isEqualTo("SelfSigned");
        assertThat(find(facts(null, inbound), VerifiabilityTest::nobody)).isEqualTo(Finding.unknown("Pending", "there is no certificate yet that could be looked at"));
        assertThat(find(facts(leaf), VerifiabilityTest::nobody)).isEqualTo(Finding.unknown("NotServed", "no Listener names it"));
        Problem incomplete = new Problem(new ResourceRef("Certificate", "n", "mail", "u", 1), "spec.source", Problem.Severity.WARNING, ConditionTypes.CHAIN_INCOMPLETE, "'CN=B' is missing");
        X500Principal stranger = new X500Principal("CN=B");
        assertThat(find(new Facts(Origin.SECRET, leaf, stranger, List.of(incomplete), List.of(inbound), false), VerifiabilityTest::nobody))
                .isEqualTo(Finding.no("ChainIncomplete", "'CN=B' is missing"));
        assertThat(find(new Facts(Origin.SECRET, leaf, null, List.of(incomplete), List.of(inbound), false), domain -> hosts("mail.a.test")).status()).isEqualTo("True");
        Facts facts = facts(leaf, inbound);
        assertThat(Verifiability.find(facts, VerifiabilityTest::nobody, TestCertificates.UNTIL.plusSeconds(1)).orElseThrow().reason()).isEqualTo("Expired");
        assertThat(Verifiability.find(facts, VerifiabilityTest::nobody, TestCertificates.FROM.minusSeconds(1)).orElseThrow().reason()).isEqualTo("NotYetValid");
        assertThat(Verifiability.domains(facts, TestCertificates.UNTIL.plusSeconds(1))).isEmpty();
    }

    @Test
    void oneThatOnlyServersAreShownHasNoSuchCondition() {
        X509Certificate leaf = leaf("mail.a.test");
        assertThat(Verifiability.find(new Facts(Origin.SECRET, leaf, null, List.of(), List.of(), true), VerifiabilityTest::nobody, NOW)).isEmpty();
        assertThat(Verifiability.find(new Facts(Origin.SELF_SIGNED, leaf, null, List.of(), List.of(), true), VerifiabilityTest::nobody, NOW)).isEmpty();
        assertThat(find(new Facts(Origin.SECRET, leaf, null, List.of(), List.of(listener("inbound", "mail.a.test", "a.test")), true), domain -> hosts("mail.a.test")).status()).isEqualTo("True");
    }

    @Test
    void anAuthorityThatNobodyKnowsIsNamed() {
        ServedName inbound = listener("inbound", "mail.a.test", "a.test");
        X509Certificate leaf = leaf("mail.a.test");
        X500Principal stranger = KnownRoots.of(List.of()).stranger(leaf, List.of(ROOT)).orElseThrow();
        Facts facts = new Facts(Origin.SECRET, leaf, stranger, List.of(), List.of(inbound), false);
        assertThat(find(facts, domain -> hosts("mail.a.test"))).isEqualTo(Finding.no("UnknownIssuer",
                "authority 'CN=Root' is not one that mail servers know; those that were given its root can verify"));
        assertThat(find(facts, domain -> hosts("mx.b.test")).reason()).isEqualTo("MxDiffers");
        assertThat(find(facts, domain -> hosts("mx.b.test")).message()).endsWith("; and authority 'CN=Root' is not one that mail servers know");
    }

    @Test
    void aPathIsFollowedToAKnownRootInWhateverOrderItsPartsCome() {
        KeyPair subKey = KeyPairs.generate(Algorithm.ECDSA_P256);
        X509Certificate sub = TestCertificates.issue("CN=Sub", subKey.getPublic(), null, true, "CN=Root", ROOT_KEY.getPrivate(), TestCertificates.FROM, TestCertificates.UNTIL);
        X509Certificate leaf = TestCertificates.leaf("CN=x", KEY.getPublic(), null, sub, subKey.getPrivate());
        KnownRoots known = KnownRoots.of(List.of(ROOT));
        assertThat(known.stranger(leaf, List.of(ROOT, sub, leaf))).isEmpty();
        assertThat(known.stranger(leaf, List.of(leaf, sub))).isEmpty();
        assertThat(known.stranger(leaf, List.of(leaf))).contains(sub.getSubjectX500Principal());
        assertThat(new KnownRoots().stranger(leaf, List.of(sub))).as("the runtime's").contains(ROOT.getSubjectX500Principal());
    }

    @Test
    void whatWasSaidStaysWhileAnAnswerIsAwaited() {
        Facts facts = facts(leaf("mail.a.test"), listener("inbound", "mail.a.test", "a.test"));
        var first = new ConditionSet(List.of(), 1, () -> NOW);
        Verifiability.put(first, facts, domain -> new MxAnswer.Pending(), NOW);
        assertThat(first.get(ConditionTypes.VERIFIABLE).getReason()).isEqualTo("LookupPending");
        var known = new ConditionSet(List.of(), 1, () -> NOW);
        Verifiability.put(known, facts, domain -> hosts("mx.b.test"), NOW);
        var later = new ConditionSet(known.build(), 2, () -> NOW.plusSeconds(60));
        Verifiability.put(later, facts, domain -> new MxAnswer.Pending(), NOW);
        assertThat(later.get(ConditionTypes.VERIFIABLE).getReason()).isEqualTo("MxDiffers");
        assertThat(later.get(ConditionTypes.VERIFIABLE).getLastTransitionTime()).isEqualTo(NOW.toString());
    }

    private static Finding find(Facts facts, Function<String, MxAnswer> mx) {
        return Verifiability.find(facts, mx, NOW).orElseThrow();
    }

    private static Facts facts(X509Certificate leaf, ServedName... served) {
        return new Facts(Origin.SECRET, leaf, null, List.of(), List.of(served), false);
    }

    private static ServedName listener(String name, String hostname, String... domains) {
        return new ServedName(name, true, hostname, List.of(domains), none -> false);
    }

    private static MxAnswer hosts(String... hosts) {
        return new MxAnswer.Hosts(List.of(hosts));
    }

    private static MxAnswer nobody(String domain) {
        throw new AssertionError("asked for " + domain);
    }

    private static X509Certificate leaf(String... names) {
        return TestCertificates.leaf("CN=" + names[0], KEY.getPublic(), TestCertificates.dns(names), ROOT, ROOT_KEY.getPrivate());
    }
}
