package dev.postern.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.delivery.Returns;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.RocksSpool;
import dev.postern.gateway.spool.SpoolOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The socket, and those who do it ill. */
@Timeout(60)
class AdminServerTest {
    @TempDir
    Path folder;

    private final List<MailEvent> log = new CopyOnWriteArrayList<>();
    private RocksSpool spool;
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        spool = RocksSpool.open(folder, SpoolOptions.DEFAULTS, e -> { }, d -> { }, new SimpleMeterRegistry());
        server = server(AdminConnection.Limits.STANDARD);
    }

    private AdminServer server(AdminConnection.Limits limits) {
        QueueDesk desk = new QueueDesk(spool, null, Returns.ofStanding(spool, log::add, InstantSource.system(), "gateway.test"), log::add, InstantSource.system());
        AdminServer made = new AdminServer(folder, desk, log::add, limits);
        made.start();
        return made;
    }

    @AfterEach
    void stop() {
        server.close();
        spool.close();
    }

    private long add(String sender, String... recipients) throws Exception {
        var incoming = spool.begin();
        incoming.append(Unpooled.copiedBuffer("Subject: x\r\n\r\nx\r\n", StandardCharsets.US_ASCII)).toCompletableFuture().get(20, TimeUnit.SECONDS);
        incoming.commit(new Envelope(0, System.currentTimeMillis() - 1000, sender, 0, false, false, null, null, "public",
                List.of(recipients).stream().map(r -> new Envelope.Recipient(r, Envelope.State.PENDING, 0, 0, null, null, null, null)).toList())).toCompletableFuture().get(20, TimeUnit.SECONDS);
        return incoming.mid();
    }

    private List<QueueLine> ask(QueueRequest request) throws IOException {
        try (AdminClient client = AdminClient.connect(folder).orElseThrow()) {
            return answer(client.ask(request));
        }
    }

    private static List<QueueLine> answer(InputStream in) throws IOException {
        List<QueueLine> lines = new ArrayList<>();
        do {
            lines.add(Wire.answer(in));
        } while (lines.getLast() != null && !lines.getLast().last());
        return lines;
    }

    private SocketChannel raw(byte[] bytes) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(AdminSocket.address(folder));
        try {
            for (ByteBuffer all = ByteBuffer.wrap(bytes); all.hasRemaining();) {
                channel.write(all);
            }
        } catch (IOException e) {
            // it had enough
        }
        return channel;
    }

    @Test
    void onlyTheOwnerCanOpenIt() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("admin")))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("admin/queue.sock")))).isEqualTo("rw-------");
    }

    @Test
    void whoAskedIsInTheLogAndTheChangeIsOnDisk() throws Exception {
        long mid = add("a@sender.test", "b@partner.test");
        assertThat(ask(QueueRequest.of(Verb.HOLD, Filter.of(mid)).by("alice\nInfo: forged")).getLast().summary().changed()).isEqualTo(1);
        assertThat(spool.envelope(mid).toCompletableFuture().get().held()).isTrue();
        assertThat(log).containsExactly(new MailEvent.QueueAction(mid, "held", System.getProperty("user.name") + " for alice\nInfo: forged"));   // the log's forms escape it
        assertThat(ask(QueueRequest.of(Verb.LIST, Filter.ALL)).getFirst().message().held()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "EHLO x|the request was not understood: it is not JSON",
        "[1]|the request was not understood",
        "null|the request was not understood: null",
        "{\"version\":2,\"verb\":\"LIST\"}|version: 2; this gateway speaks version 1",
        "{\"version\":1}|verb: it is missing",
        "{\"version\":1,\"verb\":\"EXPLODE\"}|verb: ",
        "{\"version\":1,\"verb\":\"LIST\",\"colour\":\"red\"}|colour: ",
        "{\"version\":1,\"verb\":\"SHOW\"}|filter.mids: SHOW is for one message",
        "{\"version\":1,\"verb\":\"LIST\",\"filter\":{\"limit\":-1}}|limit: -1; allowed is 1 and more",
        "{\"version\":1,\"verb\":\"REROUTE\",\"route\":\"a b\"}|route: 'a b'; allowed are",
        "{\"version\":1,\"verb\":\"DELETE\",\"text\":\"a\\r\\nb\"}|text: allowed are up to",
    })
    void whatIsNoRequestIsRefusedSayingWhy(String line, String said) throws Exception {
        try (SocketChannel channel = raw((line + "\n").getBytes(StandardCharsets.UTF_8))) {
            assertThat(answer(new BufferedInputStream(Channels.newInputStream(channel))).getLast().error()).contains(said);
        }
        assertThat(ask(QueueRequest.of(Verb.LIST, Filter.ALL)).getLast().summary()).isNotNull();
    }

    @Test
    void aLineWithoutEndIsCutOffAndOthersAreServed() throws Exception {
        try (SocketChannel channel = raw(new byte[3 * Wire.LONGEST_REQUEST])) {
            assertThat(ask(QueueRequest.of(Verb.LIST, Filter.ALL)).getLast().summary()).isNotNull();
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void aReaderThatStandsStillIsCutOffAndHoldsNobodyUp() throws Exception {
        server.close();
        server = server(new AdminConnection.Limits(Duration.ofSeconds(10), Duration.ofSeconds(1)));
        String[] many = java.util.stream.IntStream.range(0, 5_000).mapToObj(i -> "recipient-with-a-long-name-" + i + "@partner.test").toArray(String[]::new);
        for (int i = 0; i < 4; i++) {
            add("a@sender.test", many);
        }
        try (SocketChannel slow = raw(Wire.line(QueueRequest.of(Verb.LIST, Filter.ALL)))) {
            assertThat(ask(QueueRequest.of(Verb.LIST, Filter.ALL)).getLast().summary().matched()).isEqualTo(4);
            await().atMost(Duration.ofSeconds(20)).until(() -> server.connections() == 0);
            assertThat(slow.isOpen()).isTrue();
        }
        assertThat(ask(QueueRequest.of(Verb.LIST, Filter.ALL)).getLast().summary().matched()).isEqualTo(4);
    }

    @Test
    void whoSaysNothingIsCutOffAndTooManyAreRefused() throws Exception {
        server.close();
        server = server(new AdminConnection.Limits(Duration.ofSeconds(2), Duration.ofSeconds(2)));
        List<SocketChannel> silent = new ArrayList<>();
        try {
            for (int i = 0; i < AdminServer.CONNECTIONS; i++) {
                silent.add(raw(new byte[0]));
            }
            await().until(() -> server.connections() == AdminServer.CONNECTIONS);
            assertThat(ask(QueueRequest.of(Verb.LIST, Filter.ALL)).getLast().error()).contains("16 requests under way already");
            await().atMost(Duration.ofSeconds(20)).until(() -> server.connections() == 0);
            assertThat(ask(QueueRequest.of(Verb.LIST, Filter.ALL)).getLast().summary()).isNotNull();
        } finally {
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
    }

    @Test
    void aSocketThatAKilledGatewayLeftIsReplaced() throws Exception {
        server.close();
        assertThat(AdminClient.connect(folder)).isEmpty();
        try (var left = java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(AdminSocket.address(folder));
        }
        assertThat(AdminSocket.exists(folder)).isTrue();
        assertThat(AdminClient.connect(folder)).isEmpty();
        server = server(AdminConnection.Limits.STANDARD);
        assertThat(ask(QueueRequest.of(Verb.LIST, Filter.ALL)).getLast().summary()).isNotNull();
    }

    @Test
    void aPathThatIsTooLongForASocketIsSaidAndHarmsNothing() throws Exception {
        Path deep = Files.createDirectories(folder.resolve("x".repeat(120)));
        new AdminServer(deep, null, log::add).start();
        assertThat(log.getLast()).isInstanceOf(MailEvent.Notice.class).asString().contains("the system takes 107");
    }
}
