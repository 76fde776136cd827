package dev.postern.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.gateway.spool.Envelope.Origin;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {
    private static final long NOW = 10_000_000;
    private static final Envelope MESSAGE = new Envelope(7, NOW - 7_200_000, "Ada@Sub.Sender.test", 5000, false, false, null, null, "public",
            List.of(recipient("bob@Partner.test", State.PENDING), recipient("x@done.test", State.DELIVERED), recipient("y@bücher.test", State.PENDING)))
            .from(new Origin("192.0.2.1", null, "one@sender.test"));
    private static final Envelope NOTICE = new Envelope(8, NOW, "", 5000, false, false, null, null, "", List.of(recipient("bob@partner.test", State.PENDING)));

    private static Recipient recipient(String address, State state) {
        return new Recipient(address, state, 0, 0, null, null, null, null);
    }

    private static Filter by(String field, String value) {
        return new Filter(field.equals("mids") ? List.of(Long.valueOf(value)) : null, field.equals("destination") ? value : null, field.equals("sender") ? value : null,
                field.equals("recipient") ? value : null, field.equals("olderThan") ? Long.valueOf(value) : null, field.equals("largerThan") ? Long.valueOf(value) : null,
                field.equals("held") ? Boolean.valueOf(value) : null, field.equals("messageId") ? value : null, null);
    }

    @ParameterizedTest
    @CsvSource({"mids, 7, true", "mids, 8, false", "destination, partner.test, true", "destination, PARTNER.test, true", "destination, .test, true", "destination, .partner.test, false",
        "destination, done.test, false", "destination, bücher.test, true", "destination, xn--bcher-kva.test, true", "sender, ada@sub.sender.test, true", "sender, sub.sender.test, true",
        "sender, sender.test, false", "sender, .sender.test, true", "sender, <>, false", "recipient, BOB@partner.test, true", "recipient, x@done.test, false", "olderThan, 7199, true",
        "olderThan, 7200, false", "largerThan, 4999, true", "largerThan, 5000, false", "held, false, true", "held, true, false", "messageId, <one@sender.test>, true",
        "messageId, one@sender.test, true", "messageId, one, false"})
    void aMessageIsMeantOrNot(String field, String value, boolean meant) {
        assertThat(by(field, value).matches(MESSAGE, NOW)).isEqualTo(meant);
    }

    @Test
    void whatNobodySentIsFromNobody() {
        assertThat(by("sender", "<>").matches(NOTICE, NOW)).isTrue();
        assertThat(by("sender", ".test").matches(NOTICE, NOW)).isFalse();
        assertThat(by("messageId", "x").matches(NOTICE, NOW)).isFalse();
    }

    @Test
    void onlyRecipientsThatWaitAreMeant() {
        assertThat(MESSAGE.recipients()).extracting(Filter.ALL::concerns).containsExactly(true, false, true);
        assertThat(MESSAGE.recipients()).extracting(by("destination", "partner.test")::concerns).containsExactly(true, false, false);
    }

    @Test
    void nothingAskedIsEverything() {
        assertThat(Filter.ALL.isEverything()).isTrue();
        assertThat(Filter.ALL.atMost(3).isEverything()).isTrue();
        assertThat(by("destination", "x.test").isEverything()).isFalse();
        assertThat(by("destination", "x.test").isOfDestinations()).isTrue();
        assertThat(by("sender", "x.test").isOfDestinations()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"mids|0|mids: 0; allowed is 1 and more", "olderThan|-1|olderThan: -1; allowed is 0 and more", "largerThan|-5|largerThan: -5; allowed is 0 and more"})
    void whatIsWrongIsNamed(String field, String value, String said) {
        assertThatIllegalArgumentException().isThrownBy(() -> by(field, value)).withMessage(said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"relay.test", "relay.test:2525", "192.0.2.1", "192.0.2.1:25", "[2001:db8::1]", "[2001:db8::1]:2525"})
    void aRouteIsAHostWithAPortOrWithout(String route) {
        assertThat(Route.checked(route)).isEqualTo(route);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":25", "relay.test:", "relay.test:0", "relay.test:65536", "relay.test:x", "[2001:db8::1", "[192.0.2.1]:25", "2001:db8::1", "a b", "[2001:db8::1]x:25", "relay..test"})
    void whatIsNoRouteIsRefused(String route) {
        assertThatIllegalArgumentException().isThrownBy(() -> Route.checked(route)).withMessageContaining("allowed are HOST, HOST:PORT and [IPV6]:PORT");
    }
}
