package dev.postern.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SenderAddressesTest {
    private static final SenderAddresses SENDERS = new SenderAddresses(List.of("Bank.example", ".sub.example", "CEO@example.com", "bücher.example", "\"a b\"@example.com"));

    @ParameterizedTest
    @CsvSource({"a@bank.example,true", "A@BANK.EXAMPLE,true", "a@x.bank.example,false", "a@sub.example,false", "a@x.sub.example,true", "a@y.x.sub.example,true",
        "a@xsub.example,false", "ceo@example.com,true", "ceo@EXAMPLE.com,true", "cfo@example.com,false", "a@xn--bcher-kva.example,true", "a@bücher.example,true",
        "'\"ceo\"@example.com',true", "'\"c\\eo\"@example.com',true", "'\"A B\"@example.com',true", "'\"x@bank.example\"@other.example',false", "a@[192.0.2.1],false", "a,false"})
    void domainsSubdomainsAndAddressesMatchInWhateverForm(String sender, boolean expected) {
        assertThat(SENDERS.matches(sender)).isEqualTo(expected);
    }

    @Test
    void theNullSenderMatchesNothing() {
        assertThat(SENDERS.matches("")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "@a.test", "a@", "*.a.test", "a b", "a@.a.test"})
    void whatIsNoneIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new SenderAddresses(List.of(text)))
                .withMessageStartingWith("'" + text + "' is not a sender; allowed are domain, .domain (its subdomains) and user@domain");
    }
}
