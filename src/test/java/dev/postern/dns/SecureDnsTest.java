package dev.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.dns.Dns.DnsException.Kind;
import dev.postern.dns.Dns.DnsException;
import dev.postern.dns.Dns.Mx;
import dev.postern.dns.Dns.SecureMx;
import dev.postern.dns.TlsaAnswer.Status;
import dev.postern.testing.SignedZones.Signing;
import dev.postern.testing.SignedZones.Zone;
import dev.postern.testing.SignedZones;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Zones that are signed in all ways, right and wrong, served by BIND: validated here, and by another BIND whose AD bit is believed. */
class SecureDnsTest {
    private static final String A = "a1".repeat(32);
    private static final String B = "b2".repeat(32);
    private static final int MANY = 90;
    private static SignedZones zones;
    private static Dns here;
    private static Dns there;

    @BeforeAll
    static void serve() throws Exception {
        zones = SignedZones.serve(List.of(
                new Zone("secure.test", Signing.SIGNED, """
                        @ MX 10 mx
                        @ MX 20 mx.plain.test.
                        mx A 127.89.0.1
                        mx AAAA ::1
                        _25._tcp.mx TLSA 3 1 1 %1$s
                        _25._tcp.mx TLSA 2 0 1 %2$s
                        _2525._tcp.mx TLSA 3 1 1 %2$s
                        bare A 127.89.0.2
                        alias CNAME mx
                        _25._tcp.alias TLSA 3 1 1 %2$s
                        second CNAME alias
                        own CNAME bare
                        _25._tcp.own TLSA 3 1 1 %2$s
                        out CNAME host.plain.test.
                        _25._tcp.out TLSA 3 1 1 %2$s
                        toforged CNAME forgedaddress
                        shared A 127.89.0.3
                        _25._tcp.shared CNAME _dane
                        _dane TLSA 3 1 1 %1$s
                        stray A 127.89.0.3
                        _25._tcp.stray CNAME _25._tcp.host.plain.test.
                        tobogus A 127.89.0.3
                        _25._tcp.tobogus CNAME _25._tcp.mx.wrongkey.test.
                        forgedaddress A 127.89.0.4
                        _25._tcp.forgedaddress TLSA 3 1 1 %1$s
                        forgedtlsa A 127.89.0.5
                        _25._tcp.forgedtlsa TLSA 3 1 1 %1$s
                        *.wild A 127.89.0.6
                        _25._tcp.odd TLSA 3 1 1 ab
                        odd A 127.89.0.6
                        nothing TXT here
                        big A 127.89.0.6
                        %3$s
                        """.formatted(A, B, IntStream.range(0, MANY).mapToObj("_25._tcp.big TLSA 3 1 2 %0128x"::formatted).collect(Collectors.joining("\n"))), List.of("forgedaddress.secure.test. A", "_25._tcp.forgedtlsa.secure.test. TLSA")),
                new Zone("nomx.test", Signing.SIGNED, "@ A 127.89.0.1\n_25._tcp TLSA 3 1 1 " + A + "\n"),
                new Zone("null.test", Signing.SIGNED, "@ MX 0 .\n"),
                new Zone("nsec3.test", Signing.NSEC3, "@ MX 10 mx\nmx A 127.89.0.1\n_25._tcp.mx TLSA 3 1 1 " + A + "\nbare A 127.89.0.1\n"),
                new Zone("below.secure.test", Signing.SIGNED, "@ MX 10 mx\nmx A 127.89.0.1\n_25._tcp.mx TLSA 3 1 1 " + A + "\n"),
                new Zone("plain.test", Signing.UNSIGNED, "@ MX 10 host\nhost A 127.89.0.7\n_25._tcp.host TLSA 3 1 1 " + A + "\nalias CNAME mx.secure.test.\n"),
                new Zone("wrongkey.test", Signing.WRONG_KEY, "@ MX 10 mx\nmx A 127.89.0.8\n_25._tcp.mx TLSA 3 1 1 " + A + "\n"),
                new Zone("expired.test", Signing.EXPIRED, "@ MX 10 mx\nmx A 127.89.0.9\n_25._tcp.mx TLSA 3 1 1 " + A + "\n")));
        List<String> resolver = List.of(zones.validatingResolver());
        here = new DnsjavaDns(new DnsOptions(resolver, false, List.of(zones.anchor())));
        there = new DnsjavaDns(new DnsOptions(resolver, true, List.of()));
    }

    @AfterAll
    static void stop() throws Exception {
        if (zones != null) {
            zones.close();
        }
    }

    static Stream<Arguments> modes() {
        return Stream.of(Arguments.of("validated here", here), Arguments.of("validated by the server", there));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static Kind failure(Dns dns, String domain) {
        try {
            throw new AssertionError(get(dns.secureMx(domain)));
        } catch (ExecutionException e) {
            return ((DnsException) e.getCause()).kind();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static TlsaRecord tlsa(String text) {
        String[] parts = text.split(" ");
        return new TlsaRecord(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), HexFormat.of().parseHex(parts[3]));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("modes")
    void mxRecordsAreSecureWhereTheirZoneIsSigned(String mode, Dns dns) throws Exception {
        assertThat(get(dns.secureMx("secure.test"))).isEqualTo(new SecureMx(List.of(new Mx(10, "mx.secure.test"), new Mx(20, "mx.plain.test")), true));
        assertThat(get(dns.secureMx("nsec3.test"))).isEqualTo(new SecureMx(List.of(new Mx(10, "mx.nsec3.test")), true));
        assertThat(get(dns.secureMx("below.secure.test"))).isEqualTo(new SecureMx(List.of(new Mx(10, "mx.below.secure.test")), true));
        assertThat(get(dns.secureMx("plain.test"))).isEqualTo(new SecureMx(List.of(new Mx(10, "host.plain.test")), false));
        assertThat(get(dns.secureMx("nomx.test"))).as("implicit").isEqualTo(new SecureMx(List.of(new Mx(0, "nomx.test")), true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("modes")
    void bogusMxRecordsAreATemporaryFailure(String mode, Dns dns) {
        assertThat(failure(dns, "wrongkey.test")).isEqualTo(Kind.TEMPORARY);
        assertThat(failure(dns, "expired.test")).isEqualTo(Kind.TEMPORARY);
        assertThat(failure(dns, "absent.test")).isEqualTo(Kind.NOT_FOUND);
        assertThat(failure(dns, "absent.plain.test")).isEqualTo(Kind.NOT_FOUND);
        assertThat(failure(dns, "nothing.secure.test")).isEqualTo(Kind.NOT_FOUND);
        assertThat(failure(dns, "null.test")).isEqualTo(Kind.NULL_MX);
        assertThat(failure(dns, "a..b")).isEqualTo(Kind.NOT_FOUND);
    }

    static Stream<Arguments> hosts() {
        return modes().flatMap(mode -> Stream.of(
                // proven records
                Arguments.of("mx.secure.test", Status.SECURE, "mx.secure.test", List.of("3 1 1 " + A, "2 0 1 " + B)),
                Arguments.of("MX.Secure.Test", Status.SECURE, "mx.secure.test", List.of("3 1 1 " + A, "2 0 1 " + B)),
                Arguments.of("mx.nsec3.test", Status.SECURE, "mx.nsec3.test", List.of("3 1 1 " + A)),
                Arguments.of("mx.below.secure.test", Status.SECURE, "mx.below.secure.test", List.of("3 1 1 " + A)),
                Arguments.of("odd.secure.test", Status.SECURE, "odd.secure.test", List.of("3 1 1 ab")),
                // an alias: first what it leads to, then its own name
                Arguments.of("alias.secure.test", Status.SECURE, "mx.secure.test", List.of("3 1 1 " + A, "2 0 1 " + B)),
                Arguments.of("second.secure.test", Status.SECURE, "mx.secure.test", List.of("3 1 1 " + A, "2 0 1 " + B)),
                Arguments.of("own.secure.test", Status.SECURE, "own.secure.test", List.of("3 1 1 " + B)),
                Arguments.of("out.secure.test", Status.SECURE, "out.secure.test", List.of("3 1 1 " + B)),
                // records that are an alias themselves
                Arguments.of("shared.secure.test", Status.SECURE, "shared.secure.test", List.of("3 1 1 " + A)),
                Arguments.of("stray.secure.test", Status.NONE, "stray.secure.test", List.of()),
                Arguments.of("tobogus.secure.test", Status.FAILED, "tobogus.secure.test", List.of()),
                // proven absence
                Arguments.of("bare.secure.test", Status.NONE, "bare.secure.test", List.of()),
                Arguments.of("bare.nsec3.test", Status.NONE, "bare.nsec3.test", List.of()),
                Arguments.of("a.wild.secure.test", Status.NONE, "a.wild.secure.test", List.of()),
                Arguments.of("nothing.secure.test", Status.NONE, "nothing.secure.test", List.of()),
                Arguments.of("absent.secure.test", Status.NONE, "absent.secure.test", List.of()),
                // not signed
                Arguments.of("host.plain.test", Status.NONE, "host.plain.test", List.of()),
                Arguments.of("alias.plain.test", Status.NONE, "alias.plain.test", List.of()),
                // bogus
                Arguments.of("forgedaddress.secure.test", Status.FAILED, "forgedaddress.secure.test", List.of()),
                Arguments.of("toforged.secure.test", Status.FAILED, "toforged.secure.test", List.of()),
                Arguments.of("forgedtlsa.secure.test", Status.FAILED, "forgedtlsa.secure.test", List.of()),
                Arguments.of("mx.wrongkey.test", Status.FAILED, "mx.wrongkey.test", List.of()),
                Arguments.of("mx.expired.test", Status.FAILED, "mx.expired.test", List.of()),
                // no name
                Arguments.of("127.0.0.1", Status.NONE, "127.0.0.1", List.of()),
                Arguments.of("a..b", Status.NONE, "a..b", List.of())
        ).map(a -> Arguments.of(mode.get()[0], mode.get()[1], a.get()[0], a.get()[1], a.get()[2], a.get()[3])));
    }

    @ParameterizedTest(name = "{2}, {0}: {3}")
    @MethodSource("hosts")
    void tlsaRecordsHoldWhereTheWayToThemIsProven(String mode, Dns dns, String host, Status status, String base, List<String> records) throws Exception {
        TlsaAnswer answer = get(dns.tlsa(host, 25));

        assertThat(answer.status()).as(answer.detail()).isEqualTo(status);
        assertThat(answer.records()).containsExactlyInAnyOrderElementsOf(records.stream().map(SecureDnsTest::tlsa).toList());
        assertThat(answer.base()).isEqualTo(base);
        assertThat(answer.detail() == null).as(answer.detail()).isEqualTo(status == Status.SECURE);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("modes")
    void thePortIsPartOfTheQuestion(String mode, Dns dns) throws Exception {
        assertThat(get(dns.tlsa("mx.secure.test", 2525)).records()).containsExactly(tlsa("3 1 1 " + B));
        assertThat(get(dns.tlsa("mx.secure.test", 587)).status()).isEqualTo(Status.NONE);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("modes")
    void whatDoesNotFitADatagramComesWhole(String mode, Dns dns) throws Exception {
        assertThat(get(dns.tlsa("big.secure.test", 25)).records()).hasSize(MANY);
    }

    @Test
    void answersAreKeptForTheirTimeWithTheirSecurity() throws Exception {
        Dns dns;
        try (SignedZones brief = SignedZones.serve(List.of(new Zone("secure.test", Signing.SIGNED, "@ MX 10 mx\nmx A 127.89.0.1\n_25._tcp.mx TLSA 3 1 1 " + A + "\n")))) {
            dns = new DnsjavaDns(new DnsOptions(List.of(brief.address()), false, List.of(brief.anchor())), Duration.ofMillis(500), Duration.ofSeconds(5));
            assertThat(get(dns.secureMx("secure.test")).secure()).isTrue();
            assertThat(get(dns.tlsa("mx.secure.test", 25)).status()).isEqualTo(Status.SECURE);
            assertThat(get(dns.tlsa("mx.secure.test", 26)).status()).isEqualTo(Status.NONE);
        }

        assertThat(get(dns.secureMx("secure.test")).secure()).isTrue();
        assertThat(get(dns.tlsa("mx.secure.test", 25)).status()).isEqualTo(Status.SECURE);
        assertThat(get(dns.tlsa("mx.secure.test", 26)).status()).as("absence too").isEqualTo(Status.NONE);
        assertThat(get(dns.tlsa("mx.secure.test", 27)).status()).as("not asked for before").isEqualTo(Status.FAILED);
    }

    @Test
    void theDetailSaysWhatIsBogus() throws Exception {
        assertThat(get(here.tlsa("mx.expired.test", 25)).detail()).contains("mx.expired.test", "SERVFAIL");
        assertThatThrownBy(() -> get(here.secureMx("wrongkey.test"))).hasMessageContaining("lookup with DNSSEC failed: MX of wrongkey.test: SERVFAIL");
    }

    @Test
    void nothingIsProvenFromAnotherAnchor() throws Exception {
        Dns stranger = new DnsjavaDns(DnsOptions.of(List.of(zones.address())));

        assertThat(get(stranger.tlsa("mx.secure.test", 25)).status()).isEqualTo(Status.FAILED);
        assertThat(failure(stranger, "plain.test")).isEqualTo(Kind.TEMPORARY);
    }

    @Test
    void anAnchorBelowTheRootProvesWhatIsBelowIt() throws Exception {
        Dns island = new DnsjavaDns(new DnsOptions(List.of(zones.address()), false, List.of(
                zones.anchor().replaceFirst("^\\. ", "elsewhere.test. "))));

        assertThat(get(island.tlsa("mx.secure.test", 25)).detail()).isEqualTo("the zone of the host is not signed");
        assertThat(get(island.secureMx("secure.test")).secure()).isFalse();
    }

    @Test
    void anAnchorThatIsNoneIsNamed() {
        for (String anchor : List.of("", ". IN A 1.2.3.4", ". IN DS x", ". IN DS 20326 8 2 E0\n. IN DS 20326 8 2 E0")) {
            assertThatThrownBy(() -> new DnsjavaDns(new DnsOptions(List.of(), false, List.of(anchor)))).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("'" + anchor + "' is not a trust anchor; allowed is a DS record");
        }
    }

    @Test
    void aServerThatIsAwayIsAFailure() throws Exception {
        Dns away = new DnsjavaDns(new DnsOptions(List.of("127.89.255.1:9"), false, List.of(zones.anchor())), Duration.ofMillis(200), Duration.ofSeconds(2));

        assertThat(get(away.tlsa("mx.secure.test", 25)).status()).isEqualTo(Status.FAILED);
        assertThat(failure(away, "secure.test")).isEqualTo(Kind.TEMPORARY);
    }

    @Test
    void whoHidesTheAddressesBehindAProvenAliasHidesNoRecordsOfTheAlias() throws Exception {
        // The server that has the zones, and follows no alias from one zone into another.
        Dns cut = new DnsjavaDns(new DnsOptions(List.of(zones.address()), false, List.of(zones.anchor())));

        assertThat(get(cut.tlsa("out.secure.test", 25)).records()).containsExactly(tlsa("3 1 1 " + B));
    }
}
