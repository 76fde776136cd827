package dev.postern.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ListenerSpec.CipherProfile;
import dev.postern.gateway.tls.ServerChoice.Entry;
import dev.postern.plan.ListenerPlan;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The choice alone; contexts are told apart, and never used. */
class ServerChoiceTest {
    private static final ClientHello ALL = tls13("a.test", 0x0403, 0x0503, 0x0807, 0x0804);
    private static final ListenerTls.Offer STANDARD = offer(ListenerPlan.Tls.STANDARD);
    private final Map<SslContext, String> names = new HashMap<>();

    private static ClientHello tls13(String name, Integer... schemes) {
        return new ClientHello(name, true, Set.of(), Set.of(schemes), null);
    }

    private static ListenerTls.Offer offer(ListenerPlan.Tls tls) {
        return new ListenerTls("public", tls.versions(), tls.suites()).offer();
    }

    /** @param entries such as {@code rsa:a.test,b.test}; the answer to a choice is the same text */
    private ServerChoice choice(String... entries) throws SSLException {
        return choice(STANDARD, entries);
    }

    private ServerChoice choice(ListenerTls.Offer offer, String... entries) throws SSLException {
        List<Entry> all = new ArrayList<>();
        for (String entry : entries) {
            String[] parts = entry.split(":", 2);
            KeyType type = switch (parts[0]) {
                case "p256" -> KeyType.ECDSA_P256;
                case "p384" -> KeyType.ECDSA_P384;
                case "ed" -> KeyType.ED25519;
                default -> KeyType.RSA;
            };
            SslContext context = SslContextBuilder.forClient().build();
            names.put(context, entry);
            all.add(new Entry(Set.of(parts[1].split(",")), type, context));
        }
        return new ServerChoice(all, offer);
    }

    private String chosen(ServerChoice choice, ClientHello hello) {
        return names.get(choice.apply(hello));
    }

    @ParameterizedTest
    @CsvSource({"403 807 804,p256:a.test", "807 804,ed:a.test", "804,rsa:a.test", "805,rsa:a.test", "503,rsa:a.test", "401,rsa:a.test"})
    void theBestKeyThatATls13ClientKnowsIsServedElseTheFirst(String schemes, String expected) throws SSLException {
        ServerChoice choice = choice("rsa:a.test", "ed:a.test", "p256:a.test");
        Integer[] offered = List.of(schemes.split(" ")).stream().map(s -> Integer.parseInt(s, 16)).toArray(Integer[]::new);
        assertThat(chosen(choice, tls13("a.test", offered))).isEqualTo(expected);
        assertThat(chosen(choice, tls13(null, offered))).isEqualTo(expected);
        assertThat(chosen(choice, tls13("unknown.test", offered))).isEqualTo(expected);
    }

    @Test
    void theCurveCounts() throws SSLException {
        ServerChoice choice = choice("rsa:a.test", "p384:a.test");
        assertThat(chosen(choice, tls13("a.test", 0x0503, 0x0804))).isEqualTo("p384:a.test");
        assertThat(chosen(choice, tls13("a.test", 0x0403, 0x0804))).isEqualTo("rsa:a.test");
        assertThat(chosen(choice, new ClientHello("a.test", false, Set.of(0xc02b, 0xc02f), Set.of(0x0403, 0x0401), Set.of(23)))).isEqualTo("rsa:a.test");
        assertThat(chosen(choice, new ClientHello("a.test", false, Set.of(0xc02b, 0xc02f), Set.of(0x0403, 0x0401), Set.of(23, 24)))).isEqualTo("p384:a.test");
    }

    @Test
    void aTls12ClientIsServedByItsSuitesToo() throws SSLException {
        ServerChoice choice = choice("p256:a.test", "ed:a.test", "rsa:a.test");
        assertThat(chosen(choice, new ClientHello("a.test", false, Set.of(0xc02f), Set.of(0x0403, 0x0401), null))).isEqualTo("rsa:a.test");
        assertThat(chosen(choice, new ClientHello("a.test", false, Set.of(0xc02b), Set.of(0x0807), null))).isEqualTo("ed:a.test");
        assertThat(chosen(choice, new ClientHello("a.test", false, Set.of(0xc02f, 0xc02b), null, null))).isEqualTo("p256:a.test");
        assertThat(chosen(choice, new ClientHello("a.test", false, Set.of(0xc02f), null, null))).isEqualTo("rsa:a.test");
    }

    @Test
    void theSuitesOfTheListenerCount() throws SSLException {
        var hello = new ClientHello("a.test", true, Set.of(0xc02b, 0xc02f, 0x002f), Set.of(0x0403, 0x0804), null);
        var rsaOnly = offer(new ListenerPlan.Tls("TLSv1.2", CipherProfile.Custom, List.of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), false));
        assertThat(chosen(choice(rsaOnly, "p256:a.test", "rsa:a.test"), hello)).as("no TLS 1.3 here").isEqualTo("rsa:a.test");

        var unsigned = offer(new ListenerPlan.Tls("TLSv1.2", CipherProfile.Custom, List.of("TLS_RSA_WITH_AES_128_CBC_SHA"), false));
        var signsNothing = new ClientHello("a.test", false, Set.of(0x002f), Set.of(0x0403), null);
        assertThat(chosen(choice(unsigned, "p256:a.test", "rsa:a.test"), signsNothing)).isEqualTo("rsa:a.test");

        var modern = offer(new ListenerPlan.Tls("TLSv1.2", CipherProfile.Modern, List.of(), false));
        assertThat(chosen(choice(modern, "p256:a.test", "rsa:a.test"), hello)).isEqualTo("p256:a.test");
    }

    @Test
    void theNameComesFirstAndTheKeyWithinIt() throws SSLException {
        ServerChoice choice = choice("p256:a.test", "rsa:b.test", "p256:*.b.test", "rsa:*.b.test");
        assertThat(chosen(choice, tls13("b.test", 0x0403, 0x0804))).isEqualTo("rsa:b.test");
        assertThat(chosen(choice, tls13("x.b.test", 0x0403, 0x0804))).isEqualTo("p256:*.b.test");
        assertThat(chosen(choice, tls13("x.b.test", 0x0804))).isEqualTo("rsa:*.b.test");
        assertThat(chosen(choice, tls13("y.x.b.test", 0x0403, 0x0804))).isEqualTo("p256:a.test");
    }

    @Test
    void aWildcardIsBetterThanAKeyThatTheClientDoesNotKnow() throws SSLException {
        ServerChoice choice = choice("p256:x.b.test", "rsa:*.b.test");
        assertThat(chosen(choice, tls13("x.b.test", 0x0403, 0x0804))).isEqualTo("p256:x.b.test");
        assertThat(chosen(choice, tls13("x.b.test", 0x0804))).isEqualTo("rsa:*.b.test");
    }

    @Test
    void anotherNameIsBetterThanNoTlsAtAll() throws SSLException {
        ServerChoice choice = choice("p256:a.test", "rsa:b.test");
        assertThat(chosen(choice, tls13("a.test", 0x0804))).isEqualTo("rsa:b.test");
        assertThat(chosen(choice, tls13(null, 0x0804))).isEqualTo("rsa:b.test");
        assertThat(chosen(choice, tls13("b.test", 0x0807))).as("none fits: the one of that name").isEqualTo("rsa:b.test");
        assertThat(chosen(choice, ClientHello.UNREADABLE)).isEqualTo("p256:a.test");
    }

    @Test
    void theDefaultIsTheFirstAndThoseBesideItThatHaveAllOfItsNames() throws SSLException {
        ServerChoice choice = choice("rsa:a.test,b.test", "p256:a.test", "ed:b.test,a.test,c.test");
        assertThat(chosen(choice, tls13(null, 0x0403, 0x0807, 0x0804))).isEqualTo("ed:b.test,a.test,c.test");
        assertThat(chosen(choice, tls13(null, 0x0403, 0x0804))).isEqualTo("rsa:a.test,b.test");
        assertThat(chosen(choice, ALL)).isEqualTo("p256:a.test");
    }

    @Test
    void ofTwoWithTheSameNameAndKeyTheFirstIsServed() throws SSLException {
        ServerChoice choice = choice("p256:z.test", "rsa:a.test", "rsa:a.test,b.test");
        assertThat(chosen(choice, tls13("a.test", 0x0804))).isEqualTo("rsa:a.test");
        assertThat(chosen(choice, tls13("b.test", 0x0804))).isEqualTo("rsa:a.test,b.test");
    }

    @Test
    void aCertificateWithoutDnsNamesHasItsCommonName() {
        var pair = TestPki.issue(TestPki.Request.server("Plain.Test"), null);
        assertThat(Entry.of(pair.certificate(), null).names()).containsExactly("plain.test");
    }
}
