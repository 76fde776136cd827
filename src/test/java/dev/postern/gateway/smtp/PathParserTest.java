package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.gateway.smtp.PathParser.PathException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathParserTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "<>|''",
        "<a@b.c>|a@b.c",
        "<User.Name+tag@Example.COM>|User.Name+tag@Example.COM",
        "<@one.test,@two.test:a@b.c>|a@b.c",
        "<@[192.0.2.1]:a@b.c>|a@b.c",
        "<\"plain\"@b.c>|plain@b.c",
        "<\"pl\\ain\"@b.c>|plain@b.c",
        "<\"two words\"@b.c>|\"two words\"@b.c",
        "<\"a@b\"@b.c>|\"a@b\"@b.c",
        "<\"a\\\"b\\\\c\\d\"@b.c>|\"a\\\"b\\\\cd\"@b.c",
        "<\"a..b\"@b.c>|\"a..b\"@b.c",
        "<\"<>\"@b.c>|\"<>\"@b.c",
        "<a@[192.0.2.1]>|a@[192.0.2.1]",
        "<a@[IPv6:2001:db8::1]>|a@[IPv6:2001:db8::1]",
        "<Postmaster>|Postmaster",
        "<postmaster@b.c>|postmaster@b.c",
        "<a@under_score.test>|a@under_score.test",
        "<a@localhost>|a@localhost",
        "<j\u00fcrgen@b.c>|j\u00fcrgen@b.c",
        "<a@b\u00fccher.example>|a@xn--bcher-kva.example",
        "<a@B\u00dcCHER.example>|a@xn--bcher-kva.example"})
    void takesWhatIsAPath(String text, String address) throws PathException {
        var parsed = PathParser.parse(text, 0);
        assertThat(parsed.path().address()).isEqualTo(address.equals("''") ? "" : address);
        assertThat(parsed.end()).isEqualTo(text.length());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "a@b.c|path does not begin with <",
        "<a@b.c|path does not end with >",
        "<a@b.c x>|path does not end with >",
        "<a b@b.c>|local part is not followed by @",
        "<a>|local part is not followed by @",
        "<@b.c>|source route does not end with a colon",
        "<@a.b:>|local part is missing",
        "<@a.b,c:d@e.f>|source route has no @",
        "<.a@b.c>|local part is missing or begins with",
        "<a.@b.c>|dot at its end or two in a row",
        "<a..b@b.c>|dot at its end or two in a row",
        "<a<b@b.c>|local part is not followed by @",
        "<\"\"@b.c>|quoted local part is empty",
        "<\"a@b.c>|quoted local part does not end",
        "<\"a\\|backslash before a character",
        "<a@>|domain is not made of",
        "<a@b..c>|domain is not made of",
        "<a@.b>|domain is not made of",
        "<a@b.>|domain is not made of",
        "<a@-b.c>|domain is not made of",
        "<a@b-.c>|domain is not made of",
        "<a@b/c>|domain is not made of",
        "<a@b@c.d>|path does not end with >",
        "<a@[192.0.2.256]>|address literal is neither",
        "<a@[192.0.2]>|address literal is neither",
        "<a@[2001:db8::1]>|address literal is neither",
        "<a@[IPv6:2001:db8::1%eth0]>|address literal is neither",
        "<a@[IPv6:1.2.3.4]>|address literal is neither",
        "<a@[tag:x]>|address literal is neither",
        "<a@[192.0.2.1>|address literal is neither",
        "<a@stra\u00dfe.example>|write the domain as xn--",
        "<a@b\u0080.c>|domain"})
    void saysWhatIsWrong(String text, String why) {
        assertThatThrownBy(() -> PathParser.parse(text, 0)).isInstanceOf(PathException.class).hasMessageContaining(why);
    }

    @Test
    void everySpecialCharacterOfAnAtomIsTakenWithoutQuotes() throws PathException {
        assertThat(PathParser.parse("<!#$%&'*+-/=?^_`{|}~@b.c>", 0).path().local()).isEqualTo("!#$%&'*+-/=?^_`{|}~");
    }

    @Test
    void lengthsAreBoundedInOctets() throws PathException {
        String domain = "d".repeat(63) + "." + "e".repeat(63) + ".test";
        String longest = "<" + "l".repeat(256 - 3 - domain.length()) + "@" + domain + ">";
        assertThat(longest).hasSize(PathParser.MAX_PATH);
        assertThat(PathParser.parse(longest, 0).end()).isEqualTo(256);
        assertThatThrownBy(() -> PathParser.parse("<l" + longest.substring(1), 0)).hasMessage("path is longer than 256 octets");
        assertThatThrownBy(() -> PathParser.parse("<\u00fc" + longest.substring(2), 0)).hasMessage("path is longer than 256 octets");
        assertThatThrownBy(() -> PathParser.parse("<a@" + "d".repeat(64) + ".test>", 0)).hasMessageContaining("too long");
        assertThat(PathParser.isDomain("a.".repeat(126) + "abc")).isTrue();
        assertThat(PathParser.isDomain("a.".repeat(126) + "abcd")).isFalse();
    }

    @Test
    void stopsAtTheEndOfThePathAndTakesItFromAnywhere() throws PathException {
        var parsed = PathParser.parse("FROM:<a@b.c> SIZE=1", 5);
        assertThat(parsed.path().address()).isEqualTo("a@b.c");
        assertThat(parsed.end()).isEqualTo(12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[0.0.0.0]", "[255.255.255.255]", "[IPv6:::]", "[ipv6:::1]", "[IPv6:::ffff:192.0.2.1]"})
    void addressLiterals(String literal) {
        assertThat(PathParser.isAddressLiteral(literal)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "[", "192.0.2.1", "[01.2.3.4]", "[1.2.3.4.5]", "[IPv6:]", "[IPv6:host:]", "[IPv6:1:2:3:4:5:6:7]"})
    void notAddressLiterals(String literal) {
        assertThat(PathParser.isAddressLiteral(literal)).isFalse();
    }
}
