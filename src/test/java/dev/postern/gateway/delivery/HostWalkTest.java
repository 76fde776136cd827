package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.dns.Dns.Mx;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostWalkTest {

    @Test
    void mailGoesOnlyToHostsBeforeOneself() {
        List<Mx> all = List.of(new Mx(5, "a"), new Mx(10, "b"), new Mx(10, "SELF"), new Mx(20, "c"));

        assertThat(HostWalk.beforeSelf(all, "self")).containsExactly(new Mx(5, "a"));
        assertThat(HostWalk.beforeSelf(all, "other")).isEqualTo(all);
        assertThat(HostWalk.beforeSelf(List.of(new Mx(0, "self")), "self")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Example.COM,example.com", "example.com.,example.com", "bücher.example,xn--bcher-kva.example", "Straße.example,straße.example", "my_host.example,my_host.example", "'',''"})
    void domainsAreComparedAsAsciiInLowerCase(String domain, String ascii) {
        assertThat(Domains.ascii(domain)).isEqualTo(ascii);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"[192.0.2.1],192.0.2.1", "[IPv6:2001:db8::1],2001:db8:0:0:0:0:0:1", "[ipv6:::1],0:0:0:0:0:0:0:1", "[2001:db8::1],-", "[1.2.3],-",
            "[IPv6:1.2.3.4],-", "[host],-", "[],-", "[999.1.1.1],-"})
    void literalsAreAddressesOrNothing(String literal, String address) {
        assertThat(Domains.isLiteral(literal)).isTrue();
        var found = Domains.literal(literal);
        assertThat(found == null ? null : found.getHostAddress()).isEqualTo(address);
    }
}
