package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ListenerSpec.CipherProfile;
import dev.postern.gateway.tls.ServerContexts;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.plan.CipherSuites;
import dev.postern.plan.ListenerPlan;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listener of each profile agrees to, asked by clients that OpenSSL plays and by octets of old protocols. */
class CipherProfilesTest {
    private static final TestCertificates.Pair RSA = TestCertificates.rsa("mail.example.com");
    private static final TestCertificates.Pair ECDSA = TestCertificates.ecdsa("mail.example.com");
    private static final String WEAK = " -cipher ALL:@SECLEVEL=0";

    private static ServerFixture server(SslProvider provider, ListenerPlan.Tls tls) {
        return new ServerFixture(p -> {
            p.contexts = new ServerContexts(provider);
            p.certificates = List.of(RSA, ECDSA);
            p.listenerTls = tls;
        });
    }

    private static ListenerPlan.Tls tls(CipherProfile profile, String... suites) {
        return new ListenerPlan.Tls("TLSv1.2", profile, List.of(suites), false);
    }

    private static ListenerPlan.Tls custom(String... suites) {
        return tls(CipherProfile.Custom, suites);
    }

    private static String cipher(ServerFixture server, String options) throws Exception {
        String transcript = TlsClients.openSsl(server, options);
        return Stream.of(transcript.split("\n")).filter(l -> l.contains("Cipher is ")).map(l -> l.substring(l.indexOf("Cipher is ") + 10)).findFirst().orElse(transcript);
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void modernIsTls13Alone(SslProvider provider) throws Exception {
        try (var server = server(provider, tls(CipherProfile.Modern))) {
            assertThat(cipher(server, "-tls1_3")).startsWith("TLS_");
            assertThat(cipher(server, "-tls1_2")).isEqualTo("(NONE)");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void intermediateIsTls13AndOfTls12WhatHasForwardSecrecyAndAead(SslProvider provider) throws Exception {
        try (var server = server(provider, ListenerPlan.Tls.STANDARD)) {
            assertThat(cipher(server, "")).startsWith("TLS_");
            for (String good : List.of("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
                    "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305")) {
                assertThat(cipher(server, "-tls1_2 -cipher " + good)).isEqualTo(good);
            }
            for (String bad : List.of("ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA256", "AES128-GCM-SHA256", "AES128-SHA", "kDHE", "aNULL:eNULL")) {
                assertThat(cipher(server, "-tls1_2 -cipher " + bad + ":@SECLEVEL=0")).as(bad).isEqualTo("(NONE)");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void customServesItsSuitesAndTheOrderIsTheServers(SslProvider provider) throws Exception {
        try (var server = server(provider, custom("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))) {
            assertThat(cipher(server, "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES256-GCM-SHA384"))
                    .isEqualTo("ECDHE-RSA-AES256-GCM-SHA384");
            assertThat(cipher(server, "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305")).isEqualTo("ECDHE-RSA-CHACHA20-POLY1305");
            assertThat(cipher(server, "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256")).isEqualTo("ECDHE-RSA-AES128-GCM-SHA256");
            assertThat(cipher(server, "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256")).isEqualTo("(NONE)");
            assertThat(cipher(server, "-tls1_3")).as("none of its suites is for TLS 1.3").isEqualTo("(NONE)");
            assertThat(cipher(server, "")).as("a client that knows TLS 1.3 too").isEqualTo("ECDHE-RSA-AES256-GCM-SHA384");
        }
    }

    @Test
    void customServesWhatOldPeersInsistOn() throws Exception {
        try (var server = server(SslProvider.OPENSSL, custom("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
                "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384",
                "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"))) {
            for (String old : List.of("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA", "AES128-GCM-SHA256",
                    "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA")) {
                assertThat(cipher(server, "-tls1_2 -cipher " + old + ":@SECLEVEL=0")).isEqualTo(old);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void theKeyIsChosenByTheSuitesOfTheListener(SslProvider provider) throws Exception {
        try (var server = server(provider, custom("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))) {
            assertThat(cipher(server, "")).as("of the two the one that its suites are for").isEqualTo("ECDHE-RSA-AES128-GCM-SHA256");
        }
        String[] tls13AndRsa = Stream.concat(CipherSuites.MODERN.stream(), Stream.of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")).toArray(String[]::new);
        try (var server = server(provider, custom(tls13AndRsa))) {
            assertThat(TlsClients.openSsl(server, "-tls1_3")).as("TLS 1.3 takes any key").contains("Server public key is 256 bit");
            assertThat(TlsClients.openSsl(server, "-tls1_2")).contains("Server public key is 2048 bit");
        }
    }

    @ParameterizedTest
    @CsvSource({"OPENSSL,X25519", "OPENSSL,P-256", "OPENSSL,P-384", "JDK,X25519", "JDK,P-256", "JDK,P-384"})
    void keysAreAgreedOnInTheseGroups(SslProvider provider, String group) throws Exception {
        try (var server = server(provider, ListenerPlan.Tls.STANDARD)) {
            assertThat(cipher(server, "-tls1_3 -groups " + group)).startsWith("TLS_");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"P-521", "X448", "ffdhe2048"})
    void keysAreAgreedOnInNoOtherGroup(String group) throws Exception {
        try (var server = server(SslProvider.OPENSSL, ListenerPlan.Tls.STANDARD)) {
            assertThat(cipher(server, "-tls1_3 -groups " + group)).isEqualTo("(NONE)");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void olderVersionsAreRefusedWhateverTheProfile(SslProvider provider) throws Exception {
        for (ListenerPlan.Tls tls : List.of(ListenerPlan.Tls.STANDARD, tls(CipherProfile.Modern), custom("TLS_RSA_WITH_AES_128_CBC_SHA"))) {
            try (var server = server(provider, tls)) {
                assertThat(cipher(server, "-tls1_1" + WEAK)).isEqualTo("(NONE)");
                assertThat(cipher(server, "-tls1" + WEAK)).isEqualTo("(NONE)");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void sslv3IsRefused(SslProvider provider) {
        try (var server = server(provider, custom("TLS_RSA_WITH_AES_128_CBC_SHA")); var client = server.ehlo()) {
            client.send("STARTTLS\r\n");
            client.expect("220 2.0.0 go ahead with TLS");
            // SSL 3.0 ClientHello with the suite that the listener has, and no compression.
            byte[] hello = new byte[9 + 34 + 1 + 2 + 2 + 2];
            byte[] head = {22, 3, 0, 0, (byte) (hello.length - 5), 1, 0, 0, (byte) (hello.length - 9), 3, 0};
            System.arraycopy(head, 0, hello, 0, head.length);
            hello[45] = 2;
            hello[47] = 0x2f;
            hello[48] = 1;
            client.send(new String(hello, StandardCharsets.ISO_8859_1));
            byte[] answer = client.octets();
            assertThat(answer).as("an alert or nothing, never a ServerHello").satisfies(a -> assertThat(a.length == 0 || a[0] == 21).isTrue());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void renegotiationIsRefusedAndTheSessionWithIt(SslProvider provider) throws Exception {
        try (var server = server(provider, ListenerPlan.Tls.STANDARD)) {
            String transcript = TlsClients.renegotiate(server);
            assertThat(transcript).contains("RENEGOTIATING").containsAnyOf("no renegotiation", "handshake failure", "unexpected message", "alert number");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void thereIsNoCompression(SslProvider provider) throws Exception {
        try (var server = server(provider, ListenerPlan.Tls.STANDARD)) {
            assertThat(TlsClients.openSsl(server, "-tls1_2 -comp")).contains("Compression: NONE", "221 2.0.0");
        }
    }
}
