package dev.postern.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.postern.gateway.report.JsonFormat;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TextFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TraceCommandTest {
    private static final Path SAMPLES = Path.of("src/test/resources/trace");
    private static final String TEXT = Scenario.log(new TextFormat(ZoneOffset.UTC));
    private static final String JSON = Scenario.log(new JsonFormat());

    @TempDir
    Path folder;

    private record Ran(int code, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    private static Ran trace(InputStream in, Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        TraceCommand command = new TraceCommand();
        command.standardInput = in;
        int code = new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(java.util.Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }

    private static Ran trace(String log, Object... arguments) {
        return trace(new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8)), arguments);
    }

    private static void golden(String file, String text) throws IOException {
        if (Boolean.getBoolean("postern.update")) {
            Files.writeString(SAMPLES.resolve(file), text);
        }
        assertThat(text).as("%s; make update rewrites it", file).isEqualTo(Files.readString(SAMPLES.resolve(file)));
    }

    @Test
    void theSamplesAreAsTheLogIsWritten() throws Exception {
        golden("mail.log", TEXT);
        golden("mail.json.log", JSON);
    }

    @ParameterizedTest
    @CsvSource({"bounced, 7", "notification, 11", "held-rerouted-deleted, 10", "aborted, 10001"})
    void aMessageIsToldFromItsFirstConnectionToItsEnd(String name, String mid) throws Exception {
        golden(name + ".out", trace(TEXT, mid).out());
        golden(name + ".json", trace(JSON, mid, "-o", "json").out());
    }

    @Test
    void bothFormsOfTheLogTellTheSame() throws Exception {
        for (String mid : new String[] {"7", "8", "9", "10", "11", "10001"}) {
            JsonNode text = trace(TEXT, mid, "-o", "json").json();
            JsonNode json = trace(JSON, mid, "-o", "json").json();
            text.forEach(TraceCommandTest::withoutTimes);
            json.forEach(TraceCommandTest::withoutTimes);
            assertThat(text).as("MID %s", mid).isEqualTo(json);
        }
    }

    /** The text form has whole seconds of its own zone, and no name for what needs no meaning. */
    private static void withoutTimes(JsonNode story) {
        story.path("events").forEach(event -> ((com.fasterxml.jackson.databind.node.ObjectNode) event).remove(java.util.List.of("time", "event")));
        story.path("recipients").forEach(recipient -> ((com.fasterxml.jackson.databind.node.ObjectNode) recipient).remove("at"));
    }

    @ParameterizedTest
    @CsvSource({"--sender, ada@sender.test, 7 10", "--sender, sender.test, 7 10", "--sender, .test, 7 8 10 10001", "--sender, <>, 11", "--recipient, bob@partner.test, 7 8",
        "--recipient, ADA@sender.test, 11", "--recipient, partner.test, 7 8", "--message-id, <one@sender.test>, 7", "--message-id, three@sender.test, 10"})
    void messagesAreFoundByWhatTheirEnvelopesSay(String option, String value, String mids) {
        for (String log : new String[] {TEXT, JSON}) {
            Ran ran = trace(log, option, value, "-o", "name");
            assertThat(ran.out().lines().sorted(java.util.Comparator.comparing(Long::valueOf))).containsAll(java.util.List.of(mids.split(" ")));
            assertThat(ran.code()).isZero();
        }
    }

    @Test
    void aSenderCannotPassForAnotherByWhatItWrites() {
        assertThat(trace(TEXT, "--sender", "ada@sender.test", "-o", "name").out().lines()).doesNotContain("9");
        assertThat(trace(TEXT, "7").out()).doesNotContain("MID 9");
    }

    @Test
    void ofAFileTheMessageIsToldTooThatANotificationIsOf() throws Exception {
        Path file = Files.writeString(folder.resolve("mail.log"), TEXT);
        assertThat(trace(InputStream.nullInputStream(), "11", "--log", file, "-o", "name").out().lines()).containsExactly("7", "11");
        // Read only once, what is past is past.
        assertThat(trace(TEXT, "11", "-o", "name").out().lines()).containsExactly("11");
    }

    @Test
    void aLogMayBeInPiecesAndPacked() throws Exception {
        int cut = TEXT.indexOf(10, TEXT.length() / 3) + 1;
        Path old = folder.resolve("mail.log.1.gz");
        try (OutputStream packed = new GZIPOutputStream(Files.newOutputStream(old))) {
            packed.write(TEXT.substring(0, cut).getBytes(StandardCharsets.UTF_8));
        }
        Path now = Files.writeString(folder.resolve("mail.log"), TEXT.substring(cut));
        Path whole = Files.writeString(folder.resolve("whole.log"), TEXT);
        assertThat(trace(InputStream.nullInputStream(), "7", "--log", old, "--log", now).out()).isEqualTo(trace(InputStream.nullInputStream(), "7", "--log", whole).out());
    }

    @Test
    void ofALogThatBeginsInTheMiddleAMidIsStillFound() {
        String rest = TEXT.substring(TEXT.indexOf("New SMTP DCID 1 ") - 31);
        assertThat(trace(rest, "7").out()).contains("State:", "partly bounced, partly delivered", "Response '250 2.0.0 Ok: queued as 4F'");
    }

    @Test
    void whatIsNotThereIsSaidAndWhatIsNoLogIsPassedOver() {
        assertThat(trace(TEXT, "4711")).satisfies(r -> assertThat(r.code()).isEqualTo(1)).satisfies(r -> assertThat(r.err()).contains("the log says nothing of such a message"));
        String noise = "{\"event\":\n{}\n[1]\n{\"event\":\"To\",\"time\":\"x\",\"mid\":\"y\"}\nWARNING: something else\n\u0000\uffff\nSun Nov 22 10:00:00 2026 Info: MID 99999999999999999999999 From\n" + "x".repeat(3 << 20) + "\n";
        assertThat(trace(noise + TEXT, "7").out()).isEqualTo(trace(TEXT, "7").out());
        assertThat(trace(TEXT).err()).contains("say which messages");
        assertThat(trace(TEXT, "7", "--log", "none.log").err()).contains("the log cannot be read");
        assertThat(trace(TEXT, "7", "--since", "2h").err()).contains("--since and --previous are for the logs of pods");
    }

    @Test
    void aLargeLogTakesNoMoreMemoryThanWhatIsOpen() {
        TextFormat format = new TextFormat(ZoneOffset.UTC);
        InputStream log = new InputStream() {
            private final StringBuilder next = new StringBuilder();
            private byte[] bytes = new byte[0];
            private int at;
            private long mid;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] into, int from, int length) {
                if (at == bytes.length) {
                    if (mid == 60_000) {
                        return -1;
                    }
                    mid++;
                    next.setLength(0);
                    for (MailEvent event : new MailEvent[] {new MailEvent.StartMessage(mid, 1), new MailEvent.From(mid, 1, "a" + mid + "@sender.test"),
                        new MailEvent.To(mid, 1, 0, "b@partner.test"), new MailEvent.MessageQueued(mid), new MailEvent.DeliveryStart(1, mid, java.util.List.of(0)),
                        new MailEvent.DeliveryDone(1, mid, java.util.List.of(0), "250 ok"), new MailEvent.MessageFinished(mid)}) {
                        format.append(next, Instant.EPOCH, event);
                        next.append('\n');
                    }
                    bytes = next.toString().getBytes(StandardCharsets.UTF_8);
                    at = 0;
                }
                int count = Math.min(length, bytes.length - at);
                System.arraycopy(bytes, at, into, from, count);
                at += count;
                return count;
            }
        };
        int[] most = new int[1];
        int[] told = new int[1];
        Tracker tracker = new Tracker(new Criteria(null, null, "a59999@sender.test", null), story -> told[0]++);
        LineParser parser = new LineParser();
        new LogSource(null, false, java.util.List.of(() -> log)).read(line -> {
            tracker.take(parser.parse(line));
            most[0] = Math.max(most[0], tracker.open());
        });
        assertThat(told[0]).isEqualTo(1);
        assertThat(most[0]).isLessThan(10);
    }
}
