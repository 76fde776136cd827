package dev.postern.gateway.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.gateway.smtp.client.ClientException.Kind;
import io.netty.buffer.Unpooled;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client against a peer whose every word is given. */
class ClientSessionTest {
    private static final NioEventLoopGroup GROUP = new NioEventLoopGroup(1);
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private ServerSocket listener;
    private ClientSession session;

    @AfterAll
    static void stop() {
        GROUP.shutdownGracefully();
    }

    @AfterEach
    void close() throws IOException {
        if (session != null) {
            session.close();
        }
        listener.close();
    }

    /** Plays a script: lines that begin with "C" are awaited, others are sent as they are with CRLF; "X" closes. */
    private ClientSession play(Duration limit, String... script) throws Exception {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try (Socket socket = listener.accept()) {
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                for (String step : script) {
                    if (step.equals("C")) {
                        heard.add(in.readLine());
                    } else if (step.equals("CBODY")) {
                        for (String line = in.readLine(); line != null && !line.equals("."); line = in.readLine()) {
                            heard.add(line);
                        }
                    } else if (step.equals("X")) {
                        return;
                    } else {
                        socket.getOutputStream().write((step + "\r\n").getBytes(StandardCharsets.UTF_8));
                    }
                }
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    heard.add(line);
                }
            } catch (IOException e) {
                // the client went away
            }
        });
        session = ClientSession.connect(GROUP, new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()), Timeouts.all(limit));
        return session;
    }

    private ClientSession greeted(String ehlo, String... script) throws Exception {
        ClientSession client = play(Duration.ofSeconds(10), Stream.concat(Stream.of("220 hi", "C", ehlo), Stream.of(script)).toArray(String[]::new));
        assertThat(client.greeting().code()).isEqualTo(220);
        assertThat(client.ehlo("gateway.test").code()).isEqualTo(250);
        heard.clear();
        return client;
    }

    private static Outgoing message(String body, boolean utf8, String... recipients) {
        return message("a@s.test", body, utf8, recipients);
    }

    private static Outgoing message(String sender, String body, boolean utf8, String... recipients) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return new Outgoing(sender, bytes.length, true, utf8, "FULL", "env", Stream.of(recipients).map(r -> new Outgoing.Recipient(r, "NEVER", "rfc822;x")).toList(),
                (offset, length) -> CompletableFuture.completedFuture(Unpooled.copiedBuffer(bytes, (int) offset, length)));
    }

    private static List<Integer> codes(List<Outgoing.Result> results) {
        return results.stream().map(r -> r.reply().code()).toList();
    }

    private ClientException fails(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(ClientException.class, call);
    }

    @Test
    void nobodyListensIsAConnectFailure() throws Exception {
        listener = new ServerSocket(0);
        int port = listener.getLocalPort();
        listener.close();
        assertThat(fails(() -> ClientSession.connect(GROUP, new InetSocketAddress("127.0.0.1", port), Timeouts.all(Duration.ofSeconds(5)))).kind()).isEqualTo(Kind.CONNECT);
    }

    private static Outgoing requiringTls(Outgoing m) {
        return new Outgoing(m.sender(), m.size(), m.eightBit(), m.smtpUtf8(), m.ret(), m.envid(), m.recipients(), m.body(), true);
    }

    @Test
    void requireTlsIsTheLastParameterOfMail() throws Exception {
        ClientSession client = greeted("250-mx\r\n250-REQUIRETLS\r\n250 SIZE", "C", "250 ok", "C", "250 ok", "C", "354 go", "CBODY", "250 done");

        assertThat(codes(client.send(requiringTls(message("x\r\n", false, "1@p.test"))))).containsExactly(250);
        assertThat(heard).containsExactly("MAIL FROM:<a@s.test> SIZE=3 REQUIRETLS", "RCPT TO:<1@p.test>", "DATA", "x");
    }

    @Test
    void toAServerThatDoesNotOfferRequireTlsNothingIsSaid() throws Exception {
        ClientSession client = greeted("250-mx\r\n250 PIPELINING");

        assertThat(client.send(requiringTls(message("x\r\n", false, "1@p.test", "2@p.test")))).hasSize(2).allSatisfy(result -> {
            assertThat(result.local()).isTrue();
            assertThat(result.reply().code()).isEqualTo(550);
            assertThat(result.reply().text()).contains("REQUIRETLS support required");
        });
        assertThat(heard).isEmpty();
    }

    @Test
    void withoutPipeliningItGoesStepByStepAndExtensionsThatAreNotOfferedAreNotUsed() throws Exception {
        ClientSession client = greeted("250 mx", "C", "250 ok", "C", "550 5.1.1 no", "C", "250 ok", "C", "354 go", "CBODY", "250 done");

        assertThat(codes(client.send(message(".x\r\n", false, "1@p.test", "2@p.test")))).containsExactly(550, 250);
        assertThat(heard).containsExactly("MAIL FROM:<a@s.test>", "RCPT TO:<1@p.test>", "RCPT TO:<2@p.test>", "DATA", "..x");
    }

    @Test
    void withPipeliningAllGoesAtOnceAndNextTimeBeginsWithAReset() throws Exception {
        ClientSession client = greeted("250-mx\r\n250-PIPELINING\r\n250-SIZE\r\n250-8BITMIME\r\n250 DSN", "C", "C", "C", "250 ok\r\n550 5.1.1 no\r\n503 nobody",
                "C", "C", "C", "C", "250 reset\r\n250 ok\r\n250 ok\r\n354 go", "CBODY", "250 done");

        assertThat(codes(client.send(message("x\r\n", false, "1@p.test")))).containsExactly(550);
        assertThat(codes(client.send(message("x\r\n", false, "2@p.test")))).containsExactly(250);
        assertThat(heard).containsExactly("MAIL FROM:<a@s.test> SIZE=3 BODY=8BITMIME RET=FULL ENVID=env", "RCPT TO:<1@p.test> NOTIFY=NEVER ORCPT=rfc822;x", "DATA",
                "RSET", "MAIL FROM:<a@s.test> SIZE=3 BODY=8BITMIME RET=FULL ENVID=env", "RCPT TO:<2@p.test> NOTIFY=NEVER ORCPT=rfc822;x", "DATA", "x");
        assertThat(client.usable()).isTrue();
    }

    @Test
    void dataForNobodyIsEndedAtOnce() throws Exception {
        ClientSession client = greeted("250-mx\r\n250 PIPELINING", "C", "C", "C", "250 ok\r\n550 5.1.1 no\r\n354 go", "C", "554 5.5.1 nobody");

        assertThat(codes(client.send(message("secret\r\n", false, "1@p.test")))).containsExactly(550);
        assertThat(heard).last().isEqualTo(".");
    }

    @Test
    void aRefusedSenderIsTheAnswerToAll() throws Exception {
        ClientSession client = greeted("250-mx\r\n250 PIPELINING", "C", "C", "C", "C", "451 4.7.1 grey\r\n503 no\r\n503 no\r\n503 no");

        assertThat(codes(client.send(message("x\r\n", false, "1@p.test", "2@p.test")))).containsExactly(451, 451);
    }

    @Test
    void aMessageBeyondTheSizeThatIsOfferedIsNotTried() throws Exception {
        ClientSession client = greeted("250-mx\r\n250 SIZE 2");

        assertThat(client.send(message("too long\r\n", false, "1@p.test"))).singleElement().satisfies(r -> {
            assertThat(r.local()).isTrue();
            assertThat(r.reply().status()).isEqualTo("5.3.4");
        });
        assertThat(heard).isEmpty();
    }

    @Test
    void addressesThatNeedSmtpUtf8FailAloneWhereItIsNotOffered() throws Exception {
        ClientSession client = greeted("250 mx", "C", "250 ok", "C", "250 ok", "C", "354 go", "CBODY", "250 done");

        List<Outgoing.Result> results = client.send(message("x\r\n", true, "ü@p.test", "b@bücher.test"));

        assertThat(codes(results)).containsExactly(553, 250);
        assertThat(results.getFirst().reply().status()).isEqualTo("5.6.7");
        assertThat(heard).contains("RCPT TO:<b@xn--bcher-kva.test>");
        assertThat(codes(client.send(message("ü@s.test", "x\r\n", true, "b@p.test")))).containsExactly(553);
    }

    @Test
    void addressesTravelAsTheyAreWhereSmtpUtf8IsOffered() throws Exception {
        ClientSession client = greeted("250-mx\r\n250 SMTPUTF8", "C", "250 ok", "C", "250 ok", "C", "354 go", "CBODY", "250 done");

        assertThat(codes(client.send(message("x\r\n", true, "ü@bücher.test")))).containsExactly(250);
        assertThat(heard).startsWith("MAIL FROM:<a@s.test> SMTPUTF8", "RCPT TO:<ü@bücher.test>");
    }

    @Test
    void anAddressNeverBecomesACommand() throws Exception {
        ClientSession client = greeted("250 mx");

        assertThatThrownBy(() -> client.send(message("a>\r\nRCPT TO:<victim@p.test", "x\r\n", false, "b@p.test"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(heard).isEmpty();
    }

    @Test
    void aRefusalInTheMidstOfALargeBodyCounts() throws Exception {
        ClientSession client = greeted("250 mx", "C", "250 ok", "C", "250 ok", "C", "354 go", "C", "552 5.3.4 enough", "X");

        List<Outgoing.Result> results = client.send(message("0123456789abcdef\r\n".repeat(2_000_000), false, "1@p.test"));

        assertThat(codes(results)).containsExactly(552);
        assertThat(client.usable()).isFalse();
    }

    @Test
    void aServerThatGoesAwayAfterTheDotLeavesTheMessageInDoubt() throws Exception {
        ClientSession client = greeted("250 mx", "C", "250 ok", "C", "250 ok", "C", "354 go", "CBODY", "X");

        assertThat(fails(() -> client.send(message("x\r\n", false, "1@p.test"))).inDoubt()).isTrue();
    }

    @Test
    void a421AnywhereBeforeTheDataEndsTheSessionWithoutDoubt() throws Exception {
        ClientSession client = greeted("250 mx", "C", "250 ok", "C", "421 4.3.2 shutting down");

        ClientException thrown = fails(() -> client.send(message("x\r\n", false, "1@p.test")));
        assertThat(thrown.kind()).isEqualTo(Kind.CLOSED);
        assertThat(thrown.inDoubt()).isFalse();
    }

    @Test
    void aBodyThatIsShortEndsTheSessionWithoutItsDot() throws Exception {
        ClientSession client = greeted("250 mx", "C", "250 ok", "C", "250 ok", "C", "354 go");
        Outgoing whole = message("x\r\n", false, "1@p.test");
        Outgoing broken = new Outgoing(whole.sender(), 100, false, false, null, null, whole.recipients(), (offset, length) -> offset == 0
                ? CompletableFuture.completedFuture(Unpooled.copiedBuffer("x\r\n", StandardCharsets.US_ASCII)) : CompletableFuture.completedFuture(Unpooled.EMPTY_BUFFER));

        assertThat(fails(() -> client.send(broken)).kind()).isEqualTo(Kind.BODY);
        assertThat(heard).doesNotContain(".");
    }

    @Test
    void silenceEndsAtTheLimitAndTheSessionIsOfNoUseAfterIt() throws Exception {
        ClientSession client = play(Duration.ofMillis(200));

        assertThat(fails(client::greeting).kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(client.usable()).isFalse();
    }

    @Test
    void garbageAndAFloodAreProtocolErrors() throws Exception {
        ClientSession client = play(Duration.ofSeconds(10), "SSH-2.0-nothing");
        assertThat(fails(client::greeting).kind()).isEqualTo(Kind.PROTOCOL);
        client.close();
        listener.close();

        ClientSession flooded = play(Duration.ofSeconds(10), "220 hi", "250 and\r\n".repeat(5000) + "250 on");
        assertThat(flooded.greeting().code()).isEqualTo(220);
        Awaitility.await().until(() -> !flooded.usable());
        assertThat(fails(() -> flooded.ehlo("gateway.test")).kind()).isEqualTo(Kind.PROTOCOL);
    }

    @Test
    void aServerThatSaysGoodbyeUnaskedIsNotUsable() throws Exception {
        ClientSession client = greeted("250 mx", "421 4.4.2 idle too long");
        Awaitility.await().until(() -> !client.usable());

        assertThat(fails(() -> client.ehlo("gateway.test")).kind()).isEqualTo(Kind.CLOSED);
    }
}
