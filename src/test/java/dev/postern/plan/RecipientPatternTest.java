package dev.postern.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipientPatternTest {
    @ParameterizedTest
    @CsvSource({
        "example.com, user@example.com, true", "Example.COM, user@EXAMPLE.com, true", "example.com, user@a.example.com, false", "example.com, user@badexample.com, false",
        ".example.com, user@a.example.com, true", ".example.com, user@a.b.example.com, true", ".example.com, user@example.com, false", ".example.com, user@badexample.com, false",
        "user@example.com, user@example.com, true", "User@example.com, uSER@Example.com, true", "user@example.com, other@example.com, false", "user@example.com, user@example.org, false",
        "user@, user@example.com, true", "user@, user@example.org, true", "user@, other@example.org, false", "user@, user@[10.0.0.1], false", "user@, user@[IPv6:2001:db8::1], false", "ALL, user@[10.0.0.1], true",
        "ALL, user@example.com, true", "ALL, postmaster, true",
        "postmaster@, postmaster, false", "postmaster.example, postmaster.example, false", ".example, a.example, false",
        "example.com, 'a@example.org@example.com', true", "example.org, 'a@example.org@example.com', false", "'\"a@b\"@example.com', '\"a@b\"@example.com', true",
        "bücher.example, user@xn--bcher-kva.example, true", "xn--bcher-kva.example, user@bücher.example, true", "xn--bcher-kva.example, user@BÜCHER.example, true",
        ".bücher.example, user@a.bücher.example, true", "example.com, user@exämple..com, false", "jörg@example.com, jörg@example.com, true",
    })
    void matches(String pattern, String address, boolean expected) {
        assertThat(RecipientPattern.parse(pattern).matches(address)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "@", "@example.com", ".", "..", "..example.com", "*.example.com", "user@.example.com", "user@[192.0.2.1]", "example.com.", "user@exa mple.com",
        "a b@example.com", "<user@example.com>", "a,b@example.com", "user\r\n@example.com", "ex_ample.com", "all", "All", "faß.example"})
    void refusesOtherTextAndSaysWhatIsAllowed(String text) {
        assertThatThrownBy(() -> RecipientPattern.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "' ").hasMessageContaining("; allowed are domain, .domain");
    }

    @Test
    void isWrittenAsItWasRead() {
        assertThat(RecipientPattern.parse("User@Example.com")).hasToString("User@Example.com");
    }
}
