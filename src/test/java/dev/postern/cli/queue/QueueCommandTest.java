package dev.postern.cli.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.postern.gateway.admin.AdminServer;
import dev.postern.gateway.admin.QueueDesk;
import dev.postern.gateway.delivery.Returns;
import dev.postern.gateway.spool.Envelope.Origin;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.RocksSpool;
import dev.postern.gateway.spool.SpoolOptions;
import dev.postern.gateway.tls.MessageTls;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command on a folder that no gateway uses. */
class QueueCommandTest {
    private static final Path SAMPLES = Path.of("src/test/resources/queue");
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    Path folder;

    /** What the command did. */
    record Ran(int code, String out, String err) {
        JsonNode json() throws Exception {
            return new ObjectMapper().readTree(out);
        }
    }

    private final List<String> questions = new ArrayList<>();
    private String answer;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private Ran queue(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = new CommandLine(new QueueCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        line.getSubcommands().values().forEach(sub -> {
            Object command = sub.getCommand();
            if (command instanceof QueueTool tool) {
                tool.at(() -> NOW);
            }
            if (command instanceof ShowCommand show) {
                show.bytes = bytes;
            }
            if (command instanceof ChangeCommand change) {
                Function<String, String> person = question -> {
                    questions.add(question);
                    return answer;
                };
                change.person = answer == null ? null : person;
            }
        });
        List<String> all = new ArrayList<>(Arrays.stream(arguments).map(Object::toString).toList());
        if (all.stream().noneMatch(a -> a.equals("--folder") || a.startsWith("--gateway"))) {
            all.addAll(List.of("--folder", folder.toString()));
        }
        return new Ran(line.execute(all.toArray(String[]::new)), out.toString(), err.toString());
    }

    private RocksSpool open() throws Exception {
        return RocksSpool.open(folder.resolve("spool"), SpoolOptions.DEFAULTS, e -> { }, d -> { }, new SimpleMeterRegistry());
    }

    private static Recipient waiting(String address, int attempts, String next, String status, String reply) {
        return new Recipient(address, State.PENDING, attempts, next == null ? 0 : Instant.parse(next).toEpochMilli(), status, reply, null, null);
    }

    private static void add(RocksSpool spool, String body, Envelope envelope) throws Exception {
        var incoming = spool.begin();
        incoming.append(Unpooled.copiedBuffer(body, StandardCharsets.UTF_8)).toCompletableFuture().get(20, TimeUnit.SECONDS);
        incoming.commit(envelope).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Envelope message(String received, String sender, String listener, Recipient... recipients) {
        return new Envelope(0, Instant.parse(received).toEpochMilli(), sender, 0, false, false, null, null, listener, List.of(recipients));
    }

    @BeforeEach
    void fill() throws Exception {
        try (RocksSpool spool = open()) {
            add(spool, "Subject: one\r\n\r\nHällo\r\n", message("2026-11-22T11:58:30Z", "ada@sender.test", "private", waiting("bob@partner.test", 0, null, null, null))
                    .from(new Origin("192.0.2.7", "ada", "one@sender.test")));
            add(spool, "x".repeat(200_000), message("2026-11-22T09:00:00Z", "eve@other.test", "public", new Recipient("done@partner.test", State.DELIVERED, 0, 0, "2.0.0", "250 ok", null, null),
                    waiting("carol@partner.test", 3, "2026-11-22T12:20:05Z", "4.2.0", "450 4.2.0 mailbox \u001b[31mbusy"),
                    waiting("dan@slow.test", 1, "2026-11-22T12:05:00Z", "4.4.1", "slow.test: no host answered")).from(new Origin("192.0.2.8", null, "two@other.test")));
            add(spool, "Subject: notice\r\n\r\n", message("2026-11-18T10:00:00Z", "", "", waiting("ada@sender.test", 40, "2026-11-22T11:00:00Z", "4.4.1", "refused")));
            add(spool, "Subject: held\r\n\r\n", message("2026-11-22T11:00:00Z", "ada@sender.test", "private", waiting("frank@partner.test", 0, null, null, null)).held(true)
                    .via("relay.test:2525").with(MessageTls.REQUIRED));
        }
    }

    private static void golden(String file, String text) throws Exception {
        if (Boolean.getBoolean("postern.update")) {
            Files.createDirectories(SAMPLES);
            Files.writeString(SAMPLES.resolve(file), text);
        }
        assertThat(text).as("%s; make update rewrites it", file).isEqualTo(Files.readString(SAMPLES.resolve(file)));
    }

    @ParameterizedTest
    @CsvSource({"list.txt, list", "list-wide.txt, list -o wide", "list.json, list -o json", "list.yaml, list -o yaml --limit 2", "list-name.txt, list -o name", "destinations.txt, list --destinations",
        "destinations.json, list --destinations -o json", "show.txt, show 2", "show-held.txt, show 4", "show.json, show 1 -o json"})
    void whatIsShown(String file, String command) throws Exception {
        Ran ran = queue((Object[]) command.split(" "));
        assertThat(ran.code()).as(ran.err()).isZero();
        golden(file, ran.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"2 3|2 3", "--mid 2,3|2 3", "--destination partner.test|1 2 4", "--destination .test|1 2 3 4", "--sender <>|3", "--sender sender.test|1 4",
        "--recipient dan@slow.test|2", "--older-than 2h|2 3", "--older-than 1d|3", "--larger-than 100K|2", "--held|4", "--no-held|1 2 3", "--message-id <two@other.test>|2",
        "--sender sender.test --held|4", "--limit 2|1 2", "--destination nowhere.test|"})
    void optionsChooseMessages(String options, String mids) {
        List<Object> arguments = new ArrayList<>(List.of("list", "-o", "name"));
        arguments.addAll(List.of(options.split(" ")));
        assertThat(String.join(" ", queue(arguments.toArray()).out().lines().toList())).isEqualTo(mids == null ? "" : mids);
    }

    @Test
    void theMessageItselfComesByteByByte() {
        assertThat(queue("show", "1", "--content").code()).isZero();
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("Subject: one\r\n\r\nHällo\r\n");
        bytes.reset();
        queue("show", "1", "--headers");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("Subject: one\r\n");
        assertThat(queue("show", "77")).satisfies(r -> assertThat(r.code()).isEqualTo(2)).satisfies(r -> assertThat(r.err()).contains("MID 77 is not in the queue"));
    }

    @Test
    void changesOfAFolderThatNoGatewayUsesLastAndAreSaid() throws Exception {
        assertThat(queue("hold", "1", "2").out()).isEqualTo("2 messages held\n");
        assertThat(queue("hold", "--all").out()).isEqualTo("1 message held; 3 on hold already\n");
        assertThat(queue("release", "--held", "--recipient", "bob@partner.test").out()).isEqualTo("1 message released\n");
        assertThat(queue("reroute", "1", "--to", "[2001:db8::1]:2525").out()).isEqualTo("1 message rerouted to [2001:db8::1]:2525\n");
        Ran left = queue("reroute", "--destination", "partner.test", "--no-held", "--back");
        assertThat(left.out()).isEqualTo("1 message routed as their destinations\n");
        assertThat(queue("reroute", "--destination", "slow.test", "--to", "relay.test")).satisfies(r -> assertThat(r.out()).isEqualTo(
                "0 messages rerouted to relay.test; 1 also for recipients that are not meant, and left alone; --whole takes them along\n")).satisfies(r -> assertThat(r.code()).isEqualTo(1));
        assertThat(queue("flush", "--all").out()).isEqualTo("1 message made due now; 3 on hold, which release ends\n");
        assertThat(queue("hold", "1", "-o", "json").json().path(0).path("result").path("changed").asInt()).isEqualTo(1);
        try (RocksSpool spool = open()) {
            assertThat(spool.page(0, 10).toCompletableFuture().get()).extracting(Envelope::held).containsExactly(true, true, true, true);
        }
    }

    @Test
    void deletingAsksFirstAndTellsSendersOnlyWhenAsked() throws Exception {
        assertThat(queue("delete", "1")).satisfies(r -> assertThat(r.code()).isEqualTo(2)).satisfies(r -> assertThat(r.err()).contains("1 message would be deleted", "--yes is needed"));
        answer = "no";
        assertThat(queue("delete", "1").err()).contains("nothing was changed");
        answer = "y";
        assertThat(queue("delete", "1").out()).isEqualTo("1 message deleted, 1 recipient\n");
        assertThat(questions).containsExactly("1 message will be deleted. Go on? [y/N] ", "1 message will be deleted. Go on? [y/N] ");
        assertThat(queue("delete", "--destination", "slow.test", "--yes").out()).isEqualTo("1 message deleted, 1 recipient\n");
        assertThat(queue("list", "-o", "name").out()).isEqualTo("2\n3\n4\n");
        assertThat(queue("delete", "2", "--yes", "--bounce", "--text", "the mailbox is gone", "--hostname", "gateway.test")).satisfies(r ->
                assertThat(r.out()).isEqualTo("1 message returned to sender, 1 recipient\n")).satisfies(r -> assertThat(r.err()).contains("bounce of MID 2", "5.7.0"));
        String notice = queue("list", "--recipient", "eve@other.test", "-o", "name").out().strip();
        queue("show", notice, "--content");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("the mailbox is gone", "Reporting-MTA: dns; gateway.test", "Final-Recipient: rfc822; carol@partner.test").doesNotContain("dan@slow.test");
        assertThat(queue("delete", "--all", "--yes", "--dry-run").out()).isEqualTo("3 messages would be deleted\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "hold|this means every message; --all says that it is meant",
        "delete --limit 3 --yes|this means every message, 3 of them; --all says that it is meant",
        "hold --all --held|--all means every message; leave it out where others are chosen",
        "list --older-than soon|--older-than: 'soon' is not a duration",
        "list --larger-than 10X|--larger-than: '10X' is not a size; allowed are whole numbers, with K, M or G behind them",
        "list --limit 0|--limit: 0; allowed is 1 and more",
        "list --mid 0|--mid: 0; allowed is 1 and more",
        "list --destinations --held|--destinations lists whole queues",
        "reroute 1 --to relay.test:99999|--to: 'relay.test:99999'; allowed are HOST, HOST:PORT and [IPV6]:PORT",
        "delete 1 --text x --yes|--text: senders are told only with --bounce",
        "list --folder /nowhere|there is no spool in /nowhere",
        "list --folder /nowhere --gateway edge|--folder stands for a folder, --gateway and --pod for a cluster; give one or the other",
    })
    void whatIsWrongIsSaid(String command, String said) {
        Ran ran = queue((Object[]) command.split(" "));
        assertThat(ran.err()).contains(said);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void whatAnotherProcessHasOpenWithoutASocketIsLeftAlone() throws Exception {
        try (RocksSpool spool = open()) {
            assertThat(queue("list").err()).contains("is in use by another gateway");
            assertThat(spool.messages()).isEqualTo(4);
        }
    }

    @Test
    void aGatewayThatHasTheFolderOpenDoesTheWorkAndTwoToolsMayAskAtOnce() throws Exception {
        List<String> log = new java.util.concurrent.CopyOnWriteArrayList<>();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (RocksSpool spool = RocksSpool.open(folder.resolve("spool"), SpoolOptions.DEFAULTS, e -> { }, d -> { }, meters)) {
            var desk = new QueueDesk(spool, null, Returns.ofStanding(spool, e -> log.add(e.toString()), java.time.InstantSource.system(), "gateway.test"), e -> log.add(e.toString()), () -> NOW);
            try (AdminServer server = new AdminServer(folder.resolve("spool"), desk, e -> log.add(e.toString()))) {
                server.start();
                assertThat(meters.get("postern.spool.held").gauge().value()).isEqualTo(1);
                Thread other = Thread.startVirtualThread(() -> queue("hold", "2"));
                assertThat(queue("hold", "1").out()).isEqualTo("1 message held\n");
                other.join();
                assertThat(meters.get("postern.spool.held").gauge().value()).isEqualTo(3);
                assertThat(queue("list", "--held", "-o", "name").out()).isEqualTo("1\n2\n4\n");
                assertThat(queue("delete", "1", "--yes").err()).isEmpty();
                assertThat(meters.get("postern.spool.held").gauge().value()).isEqualTo(2);
                assertThat(log).filteredOn(line -> line.startsWith("QueueAction")).hasSize(3).allMatch(line -> line.contains("by=" + System.getProperty("user.name")));
            }
        }
        SimpleMeterRegistry again = new SimpleMeterRegistry();
        try (RocksSpool spool = RocksSpool.open(folder.resolve("spool"), SpoolOptions.DEFAULTS, e -> { }, d -> { }, again)) {
            assertThat(again.get("postern.spool.held").gauge().value()).isEqualTo(2);
        }
        assertThat(queue("list", "--held", "-o", "name").out()).isEqualTo("2\n4\n");
    }

    @Test
    void anEmptyQueueIsSaid() {
        queue("delete", "--all", "--yes");
        assertThat(queue("list").err()).contains("nothing waits");
        assertThat(queue("list", "-o", "json").out()).isEqualTo("[]\n");
        assertThat(queue("list", "-o", "yaml").out()).isEqualTo("[]\n");
    }

    @Test
    void theFarEndPassesRequestAndAnswerOn() throws Exception {
        WireCommand wire = new WireCommand();
        wire.in = new ByteArrayInputStream("{\"version\":1,\"verb\":\"LIST\",\"filter\":{\"mids\":[1]}}\n".getBytes(StandardCharsets.US_ASCII));
        StringWriter out = new StringWriter();
        int code = new CommandLine(wire).setOut(new PrintWriter(out)).execute("--folder", folder.toString());
        assertThat(code).isZero();
        assertThat(out.toString().lines()).hasSize(2).first().asString().contains("\"mid\":1", "\"messageId\":\"one@sender.test\"");
        wire.in = new ByteArrayInputStream("what?\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(new CommandLine(wire).setOut(new PrintWriter(out)).execute("--folder", folder.toString())).isEqualTo(2);
        assertThat(out.toString().lines().toList().getLast()).contains("the request was not understood");
    }
}
