package dev.postern.gateway.mtasts;

import static dev.postern.gateway.tls.TestPki.ago;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.gateway.mtasts.StsAnswer.Failure;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.testing.Command;
import dev.postern.testing.NoDns;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fetcher against Python's web server. */
class PolicyFetcherTest {
    @TempDir
    static Path folder;
    private static final NioEventLoopGroup GROUP = new NioEventLoopGroup(1);
    private static PolicyHost host;

    @BeforeAll
    static void start() throws Exception {
        host = new PolicyHost(folder);
    }

    @AfterAll
    static void stop() {
        host.close();
        GROUP.shutdownGracefully();
    }

    private static StsException failure(String domain) {
        return catchThrowableOfType(StsException.class, () -> host.fetcher(GROUP).fetch(domain));
    }

    @ParameterizedTest
    @ValueSource(strings = {"good", "chunked", "until-closed"})
    void aGoodAnswerIsThePolicyByteForByte(String manner) throws Exception {
        String domain = manner + ".test";
        host.publish(domain, "1", PolicyHost.ENFORCE);
        host.manner(domain, manner);

        assertThat(host.fetcher(GROUP).fetch(domain)).isEqualTo(PolicyHost.ENFORCE);
        assertThat(host.requests(domain)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "missing, FETCH, answered with status 404; only 200 counts",
        "moved, FETCH, answered with status 301; only 200 counts",
        "created, FETCH, answered with status 201; only 200 counts",
        "html, FETCH, answered with media type text/html; only text/plain counts",
        "typeless, FETCH, answered with media type none; only text/plain counts",
        "gzip, FETCH, answered with content encoding gzip",
        "big, FETCH, longer than 65536 bytes",
        "cut, FETCH, before the answer did",
        "until-cut, FETCH, before the answer did",
        "binary, INVALID, it is not text in UTF-8",
    })
    void anAnswerThatIsNotOneIsNamed(String manner, Failure kind, String says) {
        String domain = manner + ".test";
        host.publish(domain, "1", PolicyHost.ENFORCE);
        host.manner(domain, manner);

        StsException failure = failure(domain);
        assertThat(failure.failure()).isEqualTo(kind);
        assertThat(failure).hasMessageContaining(says);
        assertThat(host.requests(domain)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"slow", "trickle"})
    void nobodyIsWaitedForLongerThanTheLimit(String manner) {
        String domain = manner + ".test";
        host.publish(domain, "1", PolicyHost.ENFORCE);
        host.manner(domain, manner);

        StsException failure = catchThrowableOfType(StsException.class, () -> host.fetcher(host, GROUP, Duration.ofMillis(700)).fetch(domain));
        assertThat(failure.failure()).isEqualTo(Failure.FETCH);
        assertThat(failure).hasMessageContaining("in time");
    }

    @Test
    void theCertificateMustBeGoodForTheNameBeforeAnythingIsAskedFor() {
        TestPki.Identity stranger = TestPki.issue(Request.ca("Stranger"), null);
        String name = "mta-sts.bad.test";
        webpki(TestPki.issue(Request.server("x", name).valid(ago(20), ago(10)), PolicyHost.ROOT), "expired");
        webpki(TestPki.issue(Request.server("x", name).valid(ago(-10), ago(-20)), PolicyHost.ROOT), "certificate is valid from");
        webpki(TestPki.issue(Request.server("x", "bad.test"), PolicyHost.ROOT), "certificate is not for " + name + " but for bad.test");
        webpki(TestPki.issue(Request.server("x", name), null), "self-signed");
        webpki(TestPki.issue(Request.server("x", name), stranger), "no trusted authority");
        webpki(TestPki.issue(Request.server(name), PolicyHost.ROOT), "has no DNS name for " + name);
        assertThat(host.requests("bad.test")).isZero();
    }

    private static void webpki(TestPki.Identity identity, String says) {
        host.publish("bad.test", "1", PolicyHost.ENFORCE, identity);
        StsException failure = failure("bad.test");
        assertThat(failure.failure()).isEqualTo(Failure.WEBPKI);
        assertThat(failure).hasMessageContaining(says);
    }

    /** Its answer has no length: the end of TLS is the end of the policy. */
    @Test
    void opensslIsAPolicyHostToo(@TempDir Path other) throws Exception {
        Command.assumeInstalled("openssl");
        Files.writeString(Files.createDirectories(other.resolve(".well-known")).resolve("mta-sts.txt"), PolicyHost.ENFORCE);
        Files.writeString(other.resolve("pair.pem"), PolicyHost.pem(TestPki.issue(Request.server("x", "mta-sts.partner.test"), PolicyHost.ROOT)));
        Process server = new ProcessBuilder("openssl", "s_server", "-WWW", "-accept", "127.0.0.1:0", "-cert", "pair.pem", "-key", "pair.pem")
                .directory(other.toFile()).redirectErrorStream(true).start();
        try {
            BufferedReader out = server.inputReader();
            String line = out.readLine();
            while (line != null && !line.startsWith("ACCEPT ")) {
                line = out.readLine();
            }
            int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
            PolicyFetcher fetcher = new PolicyFetcher(host, GROUP, TrustAnchors.of(PolicyHost.ROOT.pem()), InstantSource.system(),
                    new PolicyFetcher.Options(port, Duration.ofSeconds(20), 1024));

            assertThat(fetcher.fetch("partner.test")).isEqualTo(PolicyHost.ENFORCE);
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void aWildcardAndAnIntermediateAreGood() throws Exception {
        TestPki.Identity middle = TestPki.issue(Request.ca("Middle"), PolicyHost.ROOT);
        host.publish("wild.test", "1", PolicyHost.ENFORCE, TestPki.issue(Request.server("x", "*.wild.test"), middle));

        assertThat(host.fetcher(GROUP).fetch("wild.test")).isEqualTo(PolicyHost.ENFORCE);
    }

    @Test
    void aHostThatCannotBeReachedIsNamed() {
        assertThat(failure("unknown.test").failure()).isEqualTo(Failure.FETCH);   // it knows no such name: no handshake
        assertThat(failure("unknown.test")).hasMessageContaining("TLS handshake failed");
        StsException nowhere = catchThrowableOfType(StsException.class, () -> host.fetcher(new NoDns(), GROUP, Duration.ofSeconds(5)).fetch("nowhere.test"));
        assertThat(nowhere).hasMessage("mta-sts.nowhere.test: mta-sts.nowhere.test has no address");
        String longest = "a.".repeat(124) + "test";
        assertThat(failure(longest)).hasMessageContaining("longer than 253 characters");
    }

    @Test
    void anAddressThatRefusesIsPassedOver() throws Exception {
        host.publish("two.test", "1", PolicyHost.ENFORCE);
        NoDns dns = new NoDns() {
            @Override
            public CompletionStage<List<InetAddress>> addresses(String name) {
                return CompletableFuture.completedFuture(List.of(InetAddress.ofLiteral("127.0.99.99"), InetAddress.getLoopbackAddress()));
            }
        };

        assertThat(host.fetcher(dns, GROUP, Duration.ofSeconds(20)).fetch("two.test")).isEqualTo(PolicyHost.ENFORCE);
    }
}
