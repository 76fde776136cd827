package dev.postern.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SenderPatternTest {
    @ParameterizedTest
    @CsvSource({
        "10.1.1.5, 10.1.1.5, true", "10.1.1.5, 10.1.1.6, false",
        "10.1.0.0/16, 10.1.0.0, true", "10.1.0.0/16, 10.1.255.255, true", "10.1.0.0/16, 10.2.0.0, false", "10.1.0.0/16, 10.0.255.255, false",
        "10.1.1.5/32, 10.1.1.5, true", "0.0.0.0/0, 255.255.255.255, true", "0.0.0.0/0, ::1, false",
        "10.1.1.5-10, 10.1.1.5, true", "10.1.1.5-10, 10.1.1.10, true", "10.1.1.5-10, 10.1.1.11, false", "10.1.1.5-10, 10.1.1.4, false",
        "10.1.5-10, 10.1.7.255, true", "10.1.5-10., 10.1.10.255, true", "10.1.5-10., 10.1.11.0, false", "10-11, 11.255.255.255, true", "10-11, 12.0.0.0, false",
        "10.1., 10.1.255.0, true", "10.1., 10.10.0.0, false", "10., 10.255.255.255, true", "10.1.1., 10.1.1.0, true", "250., 250.1.2.3, true",
        "2001:db8::1, 2001:DB8:0::1, true", "2001:db8::/32, 2001:db8:ffff::1, true", "2001:db8::/32, 2001:db9::, false", "::/0, 2001:db8::1, true", "::/0, 10.0.0.1, false",
        "::ffff:10.0.0.1, 10.0.0.1, true",
        "ALL, 10.0.0.1, true", "ALL, ::1, true",
    })
    void matchesAddresses(String pattern, String address, boolean expected) {
        assertThat(SenderPattern.parse(pattern).matches(InetAddress.ofLiteral(address), null)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "mx.example.com, mx.example.com, true", "MX.Example.com, mx.example.com, true", "mx.example.com, a.mx.example.com, false", "mx.example.com, , false",
        ".example.com, mx.example.com, true", ".example.com, a.b.example.com, true", ".example.com, example.com, false", ".example.com, badexample.com, false", ".example.com, , false",
        "under_score.example.com, under_score.example.com, true", "1a.example.com, 1a.example.com, true",
    })
    void matchesForwardConfirmedNames(String pattern, String host, boolean expected) {
        SenderPattern parsed = SenderPattern.parse(pattern);
        assertThat(parsed.needsHostName()).isTrue();
        assertThat(parsed.matches(InetAddress.ofLiteral("10.0.0.1"), host)).isEqualTo(expected);
    }

    @Test
    void needsNoNameForAddresses() {
        assertThat(SenderPattern.parse("10.0.0.1").needsHostName()).isFalse();
        assertThat(SenderPattern.parse("ALL").needsHostName()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"ALL, true", "0.0.0.0/0, true", "::/0, true", "0-255, true", "0-255., true", "10.0.0.0/8, false", "0.0.0.0/1, true", "::/1, true", "1-255, true", "1-2, true", "1., false",
        "2000::/8, true", "2a00::/8, true", "2a00::/12, true", "2003::/18, true", "2003::/19, false", "2002::/16, true", "fd00::/8, false", "fc00::/7, false", "fc00::/6, true", "10.0.0.0/7, true",
        ".com, true", "com, true", ".example.com, false", "example.com, false", "cert:.com, true", "cert:.example.com, false", "cert:relay, false", "'dnslist[a.test]', false"})
    void knowsWhatStandsForEveryone(String pattern, boolean expected) {
        assertThat(SenderPattern.parse(pattern).matchesEveryone()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"cert:Relay.Partner.Example, cert:relay.partner.example", "cert:.Partner.example, cert:.partner.example", "cert:10.1.1.1, cert:10.1.1.1",
        "spki:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=, spki:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
        "spki:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4p=, spki:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="})
    void whatNeedsACertificateHasOneFormAndMatchesNothingElse(String text, String form) {
        SenderPattern pattern = SenderPattern.parse(text);
        assertThat(pattern).hasToString(form);
        assertThat(pattern.needsCertificate()).isTrue();
        assertThat(pattern.needsHostName()).isFalse();
        assertThat(pattern.matchesEveryone()).isFalse();
        assertThat(pattern.matches(InetAddress.ofLiteral("10.1.1.1"), "relay.partner.example")).isFalse();
        assertThat(SenderPattern.parse("relay.partner.example").needsCertificate()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"dnslist[zen.example.org], zen.example.org", "dnslist[Zen.Example.ORG], zen.example.org", "DNSLIST[zen.example.org], zen.example.org"})
    void aDnsListHasOneFormAndMatchesNothingByItself(String text, String zone) {
        SenderPattern pattern = SenderPattern.parse(text);
        assertThat(pattern).hasToString("dnslist[" + zone + "]");
        assertThat(pattern.dnsList()).isEqualTo(zone);
        assertThat(pattern.needsHostName()).isFalse();
        assertThat(pattern.needsCertificate()).isFalse();
        assertThat(pattern.matches(InetAddress.ofLiteral("10.1.1.1"), zone)).isFalse();
        assertThat(SenderPattern.parse(zone).dnsList()).isNull();
    }

    @Test
    void aZoneLeavesRoomForAnIpv6AddressBeforeIt() {
        String longest = "a".repeat(63) + "." + "b".repeat(63) + "." + "c".repeat(61);
        assertThat(SenderPattern.parse("dnslist[" + longest + "]").dnsList()).isEqualTo(longest);
        assertThatThrownBy(() -> SenderPattern.parse("dnslist[" + longest + "c]")).hasMessageContaining("has a zone of more than 189 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dnslist[]", "dnslist[.]", "dnslist[org]", "dnslist[zen..org]", "dnslist[*.example.org]", "dnslist[zen.example.org", "dnslist[a.b][c.d]", "dnslist[zen.example.org].",
        "dnslist(zen.example.org)", "sbrs[-10.0:-2.0]", "dnslist[.zen.example.org]",
        "", " ", "cert:", "cert:.", "cert:*.a.test", "cert:a_b.test", "cert:a b", "Cert:a.test", "spki:", "spki:AAAA", "spki:a.test", "SPKI:AAAA", ".", "..", "10.1", "10", "10.1.1.1.", "10.1.1.256", "256.", "10.1.1.1.1", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "/8", "10.0.0.0/8/8", "10.0.0.1/8",
        "10.0.0.0/08x", "::/+8", "::/129", "::1%1", "fe80::1%lo", "[::1]", "1:2", "::1-2", "10.1.1.9-5", "10.1.1.5-10.", "10.1.1.5-256", "5-", "-5", "10.1.1.5-10-11", "010.1.1.1",
        "a b", "a..b", "-a.b", "a-.b", "example.com.", "*.example.com", "bücher.example", "user@example.com", "all", "All", "::/\u0668"})
    void refusesOtherTextAndSaysWhatIsAllowed(String text) {
        assertThatThrownBy(() -> SenderPattern.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "' ").hasMessageContaining("; allowed are an IP address, a CIDR block");
    }

    @Test
    void isWrittenAsItWasRead() {
        assertThat(SenderPattern.parse("MX.Example.com")).hasToString("MX.Example.com");
    }
}
