package dev.postern.pki.issue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Rotation;
import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.issue.Requests.InUse;
import dev.postern.pki.issue.Requests.Pending;
import dev.postern.pki.issue.Requests.Refused;
import dev.postern.pki.issue.Requests.Taken;
import dev.postern.pki.issue.Requests.Unchanged;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The life of a signing request: when one is made, and what its answers do to the certificate in use. */
class RequestsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration LIFE = Duration.ofDays(90);
    private static final Instant LATE = NOW.plus(Duration.ofDays(80));
    private final Authority authority = new Authority("Authority", NOW, Duration.ofDays(3650));

    private static Issuance.Request request(Rotation rotation, String renew, String... names) {
        return new Issuance.Request(new Subject(), List.of(names), Algorithm.ECDSA_P256, rotation, LIFE, null, renew);
    }

    private static final Issuance.Request ALWAYS = request(Rotation.Always, null, "mail.example.com");
    private static final Issuance.Request NEVER = request(Rotation.Never, null, "mail.example.com");

    private InUse answered(Issuance.Request request, Pending pending, InUse before, Instant at) {
        String answer = new Authority("Authority of " + at, at, Duration.ofDays(3650)).sign(pending.csr(), LIFE);
        return ((Taken) Requests.take(request, pending, before, answer, at)).pair();
    }

    @Test
    void oneIsMadeFirstAndStaysOpenUntilItIsAnswered() {
        assertThat(Requests.due(ALWAYS, false, null, null, NOW)).contains("there is none yet");
        Pending first = Requests.make(ALWAYS, null, null);
        assertThat(Requests.due(ALWAYS, false, first, null, LATE)).as("however long it takes").isEmpty();
        assertThat(Requests.open(first, null)).isTrue();
        InUse pair = answered(ALWAYS, first, null, NOW);
        assertThat(Requests.open(first, pair)).isFalse();
        assertThat(Requests.due(ALWAYS, false, first, pair, NOW)).isEmpty();
    }

    @Test
    void whenItsTimeHasComeOneWithANewKeyLiesReadyAndTheOldOneMayBeSignedAgain() {
        Pending first = Requests.make(ALWAYS, null, null);
        InUse pair = answered(ALWAYS, first, null, NOW);
        assertThat(Requests.due(ALWAYS, false, first, pair, LATE)).hasValueSatisfying(why -> assertThat(why).contains("due for renewal since"));
        Pending second = Requests.make(ALWAYS, first, pair);
        assertThat(second.key()).isNotEqualTo(first.key());
        assertThat(Requests.due(ALWAYS, false, second, pair, LATE)).as("one is enough").isEmpty();
        assertThat(Requests.open(second, pair)).isTrue();

        InUse again = answered(ALWAYS, first, pair, LATE);
        assertThat(again.key()).as("the key is kept").isEqualTo(pair.key());
        String answerToTheOld = new Authority("Another", LATE, LIFE).sign(first.csr(), LIFE);
        assertThat(Requests.take(ALWAYS, second, pair, answerToTheOld, LATE)).isInstanceOf(Taken.class);
        InUse renewed = ((Taken) Requests.take(ALWAYS, second, pair, answerToTheOld, LATE)).pair();
        assertThat(Requests.open(second, renewed)).as("no longer: the older one was answered").isFalse();

        InUse rotated = answered(ALWAYS, second, pair, LATE);
        assertThat(rotated.key()).isEqualTo(second.key());
        assertThat(Requests.open(second, rotated)).isFalse();
    }

    @Test
    void aPersonSignsTheSameRequestAgainWhereTheKeyStaysAndASignerGetsANewOne() {
        Pending first = Requests.make(NEVER, null, null);
        InUse pair = answered(NEVER, first, null, NOW);
        assertThat(Requests.due(NEVER, false, first, pair, LATE)).isEmpty();
        assertThat(Requests.due(NEVER, true, first, pair, LATE)).isPresent();
        Pending second = Requests.make(NEVER, first, pair);
        assertThat(second.key()).isEqualTo(first.key());
        assertThat(Requests.due(NEVER, true, second, pair, LATE)).isEmpty();
    }

    @Test
    void oneIsMadeWhenWhatItAsksForChangesOrSomeoneWantsIt() {
        Pending first = Requests.make(ALWAYS, null, null);
        InUse pair = answered(ALWAYS, first, null, NOW);
        assertThat(Requests.due(request(Rotation.Always, null, "mail.example.com", "mx.example.com"), false, first, pair, NOW)).contains("what it asks for has changed");
        assertThat(Requests.due(request(Rotation.Always, "2026-02-02", "mail.example.com"), false, first, pair, NOW)).contains("what it asks for has changed");
    }

    @Test
    void anEditWhileARequestIsWithTheAuthorityKeepsItsKeySoThatTheAnswerCanBeUsed() {
        Pending first = Requests.make(ALWAYS, null, null);
        Issuance.Request more = request(Rotation.Always, null, "mail.example.com", "mx.example.com");
        Pending edited = Requests.make(more, first, null);
        assertThat(edited.key()).isEqualTo(first.key());
        assertThat(edited.csr()).isNotEqualTo(first.csr());
        Pending reverted = Requests.make(ALWAYS, edited, null);
        InUse pair = answered(ALWAYS, first, null, NOW);
        assertThat(Requests.take(ALWAYS, reverted, null, authority.sign(first.csr(), LIFE), NOW)).isInstanceOf(Taken.class);
        assertThat(Requests.make(more, reverted, pair).key()).as("an answered one's key is not kept").isNotEqualTo(first.key());
    }

    @Test
    void anAnswerThatIsNotGoodChangesNothing() {
        Pending first = Requests.make(ALWAYS, null, null);
        assertThat(Requests.take(ALWAYS, first, null, authority.issue(List.of("mail.example.com"), LIFE).certificatePem(), NOW))
                .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.reason()).isEqualTo("KeyMismatch"));
        assertThat(Requests.take(ALWAYS, first, null, "no certificate", NOW)).isInstanceOf(Refused.class);
        String answer = authority.sign(first.csr(), LIFE);
        assertThat(Requests.take(ALWAYS, first, null, answer, NOW.plus(Duration.ofDays(100))))
                .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.reason()).isEqualTo("Expired"));
        Issuance.Request more = request(Rotation.Never, null, "mail.example.com", "mx.example.com");
        Pending second = new Pending(more.digest(), "", first.csr(), first.key());
        assertThat(Requests.take(more, second, null, answer, NOW))
                .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.message()).contains("mx.example.com"));
    }

    @Test
    void anAnswerThatIsInUseStaysSoWhenItExpiresOrMoreNamesAreAskedFor() {
        Pending first = Requests.make(ALWAYS, null, null);
        String answer = authority.sign(first.csr(), LIFE);
        InUse pair = ((Taken) Requests.take(ALWAYS, first, null, answer, NOW)).pair();
        assertThat(Requests.take(ALWAYS, first, pair, answer, NOW)).isInstanceOf(Unchanged.class);
        assertThat(Requests.take(ALWAYS, first, pair, "\n" + answer + "text\n", NOW.plus(Duration.ofDays(100)))).isInstanceOf(Unchanged.class);
        Issuance.Request more = request(Rotation.Never, null, "mail.example.com", "mx.example.com");
        assertThat(Requests.take(more, Requests.make(more, first, pair), pair, "\n" + answer, NOW)).isInstanceOf(Unchanged.class);
    }

    @Test
    void intermediatesThatAreAddedLaterAreTaken() {
        Authority intermediate = authority.intermediate("Intermediate", Duration.ofDays(365));
        Pending first = Requests.make(ALWAYS, null, null);
        String leaf = intermediate.sign(first.csr(), LIFE);
        String alone = leaf.substring(0, leaf.indexOf("-----END CERTIFICATE-----") + "-----END CERTIFICATE-----".length()) + "\n";
        InUse pair = ((Taken) Requests.take(ALWAYS, first, null, alone, NOW)).pair();
        assertThat(Requests.take(ALWAYS, first, pair, intermediate.certificatePem() + alone, NOW)).isInstanceOfSatisfying(Taken.class,
                taken -> assertThat(taken.pair().chain()).contains(intermediate.certificatePem().strip()));
    }

    @Test
    void noKeyIsPrinted() {
        Pending first = Requests.make(ALWAYS, null, null);
        InUse pair = answered(ALWAYS, first, null, NOW);
        assertThat(first + " " + pair).doesNotContain("PRIVATE KEY");
    }
}
