package dev.postern.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DestinationTableTest {
    private static final DestinationTable TABLE = new DestinationTable(List.of(
            plan("exact", false, "example.com"), plan("sub", false, ".example.com"), plan("deep", false, ".b.example.com", "c.b.example.com"), plan("tld", false, ".test"), plan("others", true)));

    @ParameterizedTest
    @CsvSource({
        "example.com, exact", "a.example.com, sub", "b.example.com, sub", "a.b.example.com, deep", "x.a.b.example.com, deep", "c.b.example.com, deep",
        "badexample.com, others", "example.org, others", "com, others", "a.test, tld", "test, others", "'', others",
    })
    void theLongestMatchDecides(String domain, String expected) {
        assertThat(TABLE.find(domain)).map(DestinationPlan::name).contains(expected);
    }

    @Test
    void findsNothingWhereNothingMatchesAndThereIsNoDefault() {
        assertThat(new DestinationTable(List.of(plan("exact", false, "example.com"))).find("example.org")).isEmpty();
    }

    private static DestinationPlan plan(String name, boolean isDefault, String... domains) {
        return DestinationPlan.of(new ResourceRef("DestinationControl", "mail", name, "", 1), List.of(domains), isDefault, DestinationPlan.Tls.of(TlsMode.Preferred, Identity.Hosted, null), null, DestinationPlan.Limits.of(20, 100), List.of(), null);
    }
}
