package dev.postern.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ListenerSpec.Mechanism;
import dev.postern.gateway.auth.Step.Reason;
import dev.postern.sasl.ScramVerifier;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangesTest {
    private static final Users USERS = Users.of("app:" + verifier("swordfish", "0123456789abcdef") + "\na,b=c:" + verifier("swordfish", "0123456789abcdeg") + "\nuser:"
            + "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=\n");
    private static final LoginWork HERE = new LoginWork(Runnable::run);
    /** RFC 7677 section 3. */
    private static final String FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    private static final String NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String LAST = "c=biws,r=rOprNGfwEbeRWgbNEkqO" + NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    private static String verifier(String password, String salt) {
        return ScramVerifier.of(password, 4096, salt.getBytes(StandardCharsets.US_ASCII)).text();
    }

    private static Step take(Exchange exchange, String response) {
        return exchange.take(response.getBytes(StandardCharsets.UTF_8)).toCompletableFuture().join();
    }

    private static String challenge(Exchange exchange, String response) {
        Step step = take(exchange, response);
        assertThat(step).isInstanceOf(Step.Challenge.class);
        return new String(((Step.Challenge) step).data(), StandardCharsets.UTF_8);
    }

    private static Reason failure(Step step) {
        assertThat(step).isInstanceOf(Step.Failure.class);
        return ((Step.Failure) step).reason();
    }

    private static Step plain(String message) {
        return take(new PlainExchange(USERS, HERE), message);
    }

    @Test
    void scramIsThatOfTheStandard() {
        var exchange = new ScramExchange(USERS, NONCE);
        assertThat(challenge(exchange, FIRST)).isEqualTo("r=rOprNGfwEbeRWgbNEkqO" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        assertThat(challenge(exchange, LAST)).isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        assertThat(take(exchange, "")).isEqualTo(new Step.Success("user"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "n", "n,,", "n,,n=user", "n,,n=user,r=", "n,,n=,r=abc", "x,,n=user,r=abc", "p=tls-exporter,,n=user,r=abc", "n,,m=x,n=user,r=abc", "n,,n=us=er,r=abc",
        "n,a=,n=user,r=abc", "n,a=a=x,n=user,r=abc", "n,,n=user,r=a b", "n,,n=us\0er,r=abc", ",,n=user,r=abc", "n,,n=user,r=abc,x", "n,,n=user,r=abc,x=1,x=1,x=1,x=1,x=1,x=1,x=1,x=1,x=1"})
    void whatIsNoFirstMessageOfScramIsRefused(String first) {
        assertThat(failure(take(new ScramExchange(USERS, NONCE), first))).isEqualTo(Reason.Malformed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "c=biws", "c=eSws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p==", "*"})
    void whatIsNoFinalMessageOfScramIsRefused(String last) {
        var exchange = new ScramExchange(USERS, NONCE);
        challenge(exchange, FIRST);
        assertThat(failure(take(exchange, last))).isEqualTo(Reason.Malformed);
    }

    @Test
    void aWrongProofOrOneTooShortIsRefused() {
        for (String proof : List.of("eHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "dHzb", "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQA")) {
            var exchange = new ScramExchange(USERS, NONCE);
            challenge(exchange, FIRST);
            assertThat(failure(take(exchange, "c=biws,r=rOprNGfwEbeRWgbNEkqO" + NONCE + ",p=" + proof))).isEqualTo(Reason.Credentials);
        }
    }

    @Test
    void afterTheSignatureNothingMoreMayCome() {
        var exchange = new ScramExchange(USERS, NONCE);
        challenge(exchange, FIRST);
        challenge(exchange, LAST);
        assertThat(failure(take(exchange, "x"))).isEqualTo(Reason.Malformed);
    }

    @Test
    void aUserThatDoesNotExistLooksAsOneThatDoes() {
        String one = challenge(new ScramExchange(USERS, NONCE), "n,,n=nobody,r=abc");
        assertThat(one).isEqualTo(challenge(new ScramExchange(USERS, NONCE), "n,,n=nobody,r=abc")).matches("r=abc\\S+,s=[A-Za-z0-9+/]{22}==,i=4096");
        assertThat(one).isNotEqualTo(challenge(new ScramExchange(USERS, NONCE), "n,,n=nobody2,r=abc"));
        var exchange = new ScramExchange(USERS, NONCE);
        challenge(exchange, "n,,n=nobody,r=abc");
        assertThat(failure(take(exchange, "c=biws,r=abc" + NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="))).isEqualTo(Reason.Credentials);
        assertThat(USERS.find("nobody").exists()).isFalse();
        assertThat(Users.NONE.find("nobody").verifier().iterations()).isEqualTo(ScramVerifier.ITERATIONS);
        assertThat(USERS).hasToString("Users[3]");
    }

    /** The salt of nobody must not say how the users of another listener, or of none, are. */
    @Test
    void whoDoesNotExistHasOtherSaltsBesideOtherUsers() {
        Users others = Users.of("app:" + verifier("other", "0123456789abcdef") + "\n");
        assertThat(others.find("nobody").verifier().salt()).isNotEqualTo(USERS.find("nobody").verifier().salt());
        assertThat(Users.NONE.find("nobody").verifier().salt()).isNotEqualTo(USERS.find("nobody").verifier().salt());
    }

    @Test
    void plainTakesNameAndPassword() {
        assertThat(plain("\0app\0swordfish")).isEqualTo(new Step.Success("app"));
        assertThat(plain("app\0app\0swordfish")).isEqualTo(new Step.Success("app"));
        assertThat(plain("\0a,b=c\0swordfish")).isEqualTo(new Step.Success("a,b=c"));
        assertThat(plain("\0ap\u00adp\0sword\u00adfish")).as("as SASLprep has it").isEqualTo(new Step.Success("app"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0app\0Swordfish", "\0App\0swordfish", "\0nobody\0swordfish", "user\0app\0swordfish", "\0app\0x", "\0app\0\u0007", "\0\u0007\0swordfish"})
    void plainRefusesWhatIsWrong(String message) {
        assertThat(failure(plain(message))).isEqualTo(Reason.Credentials);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "app", "\0app", "\0\0swordfish", "\0app\0", "\0app\0sword\0fish"})
    void plainRefusesWhatIsNone(String message) {
        assertThat(failure(plain(message))).isEqualTo(Reason.Malformed);
        assertThat(failure(new PlainExchange(USERS, HERE).take(new byte[] {0, 'a', 0, (byte) 0xff}).toCompletableFuture().join())).isEqualTo(Reason.Malformed);
    }

    @Test
    void whatIsTooMuchWorkIsPutOff() {
        var full = new LoginWork(task -> {
            throw new RejectedExecutionException();
        });
        assertThat(take(new PlainExchange(USERS, full), "\0app\0swordfish")).isEqualTo(new Step.Failure(Reason.Unavailable, "app", "too many logins at once"));
    }

    @Test
    void externalIsANameOfTheCertificate() {
        List<String> names = List.of("billing@example.com", "app.example.com");
        assertThat(take(new ExternalExchange(names), "")).isEqualTo(new Step.Success("billing@example.com"));
        assertThat(take(new ExternalExchange(names), "APP.example.com")).isEqualTo(new Step.Success("app.example.com"));
        assertThat(failure(take(new ExternalExchange(names), "other.example.com"))).isEqualTo(Reason.Credentials);
        assertThat(failure(take(new ExternalExchange(List.of()), ""))).isEqualTo(Reason.Credentials);
    }

    @Test
    void everyGuessOfAnAddressIsAnsweredLaterThanTheOneBefore() throws Exception {
        var guesses = new Guesses();
        InetAddress one = InetAddress.ofLiteral("192.0.2.1");
        for (int seconds : new int[] {1, 2, 4, 8, 16, 16}) {
            assertThat(guesses.failed(one, 1000)).isEqualTo(Duration.ofSeconds(seconds));
        }
        assertThat(guesses.failed(InetAddress.ofLiteral("192.0.2.2"), 1000)).isEqualTo(Duration.ofSeconds(1));
        assertThat(guesses.failed(one, 1000 + Duration.ofMinutes(11).toMillis())).isEqualTo(Duration.ofSeconds(1));
        assertThat(guesses.failed(InetAddress.ofLiteral("2001:db8::1"), 1000)).isEqualTo(Duration.ofSeconds(1));
        assertThat(guesses.failed(InetAddress.ofLiteral("2001:db8::2"), 1000)).as("of the same network").isEqualTo(Duration.ofSeconds(2));
        assertThat(guesses.failed(InetAddress.ofLiteral("2001:db8:0:1::2"), 1000)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void everyMechanismHasItsExchange() {
        var logins = Logins.standard();
        assertThat(logins.begin(Mechanism.PLAIN, USERS, List.of())).isInstanceOf(PlainExchange.class);
        assertThat(logins.begin(Mechanism.SCRAM_SHA_256, USERS, List.of())).isInstanceOf(ScramExchange.class);
        assertThat(logins.begin(Mechanism.EXTERNAL, USERS, List.of())).isInstanceOf(ExternalExchange.class);
        assertThat(logins.failed(InetAddress.getLoopbackAddress(), 0)).isEqualTo(Duration.ofSeconds(1));
    }
}
