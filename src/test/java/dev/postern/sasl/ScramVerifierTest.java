package dev.postern.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramVerifierTest {
    /** Of the password of RFC 7677 section 3, as PostgreSQL writes it. */
    private static final String PENCIL = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    @Test
    void isWhatOthersMakeOfTheSamePassword() {
        assertThat(ScramVerifier.of("pencil", 4096, Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==")).text()).isEqualTo(PENCIL);
        assertThat(ScramVerifier.parse(PENCIL).text()).isEqualTo(PENCIL);
    }

    @Test
    void tellsTheRightPasswordFromOthers() {
        ScramVerifier verifier = ScramVerifier.parse(PENCIL);
        assertThat(verifier.fits("pencil")).isTrue();
        assertThat(verifier.fits("pencils")).isFalse();
        assertThat(verifier.fits("Pencil")).isFalse();
    }

    @Test
    void twoOfOnePasswordHaveNothingInCommon() {
        String one = ScramVerifier.of("pencil", 4096, new SecureRandom()).text();
        assertThat(one).isNotEqualTo(ScramVerifier.of("pencil", 4096, new SecureRandom()).text());
        assertThat(ScramVerifier.parse(one).fits("pencil")).isTrue();
    }

    @Test
    void isNeverPrinted() {
        assertThat(ScramVerifier.parse(PENCIL)).hasToString("ScramVerifier[4096 iterations]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "pencil|is not a verifier of SCRAM-SHA-256",
        "SCRAM-SHA-1$4096:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:AAAA|is not a verifier of SCRAM-SHA-256",
        "SCRAM-SHA-256$4095:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:AAAA|has 4095 iterations; allowed are from 4096 to 1000000",
        "SCRAM-SHA-256$1000001:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:AAAA|has 1000001 iterations",
        "SCRAM-SHA-256$99999999999:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:AAAA|is not a verifier of SCRAM-SHA-256",
        "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA|has a salt of 3 octets; allowed are from 8 to 256",
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:AAAA|has a StoredKey of 3 octets; needed are 32",
        "SCRAM-SHA-256$4096:=====$AAAA:AAAA|has a salt that is not Base64"})
    void saysWhatIsWrongAndNotWhatItHolds(String text, String why) {
        assertThatThrownBy(() -> ScramVerifier.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(why).hasMessageNotContaining("W22ZaJ0SNY7");
    }

    @Test
    void namesAndPasswordsHaveOneForm() {
        assertThat(Prepared.name("I\u00adX")).isEqualTo("IX");
        assertThat(Prepared.name("\u00aa")).isEqualTo("a");
        assertThat(Prepared.password("\u2168")).isEqualTo("IX");
        assertThat(Prepared.givenName("e\u0301")).contains("\u00e9");
        assertThat(Prepared.givenName("user")).contains("user");
        assertThat(Prepared.givenName("USER")).contains("USER");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\u0007b", "\u0627\u0031", "\u00ad"})
    void whatNobodyCanHaveIsRefused(String text) {
        assertThatThrownBy(() -> Prepared.name(text)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Prepared.password(text)).isInstanceOf(IllegalArgumentException.class).hasMessageNotContaining("\u0627");
        assertThat(Prepared.givenName(text)).isEmpty();
        assertThat(Prepared.givenPassword(text)).isEmpty();
    }

    @Test
    void whatIsTooLongIsRefused() {
        assertThat(Prepared.name("x".repeat(255))).hasSize(255);
        assertThatThrownBy(() -> Prepared.name("\u00e9".repeat(128))).hasMessage("the user name is longer than 255 octets; allowed are 1 to 255 octets of UTF-8");
        assertThatThrownBy(() -> Prepared.password("x".repeat(1025))).hasMessage("the password is longer than 1024 octets; allowed are 1 to 1024 octets of UTF-8");
        assertThat(Prepared.givenPassword("x".repeat(1025))).isEmpty();
    }
}
