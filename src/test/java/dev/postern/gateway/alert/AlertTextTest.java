package dev.postern.gateway.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.delivery.Waiting;
import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsFailures.Failure;
import dev.postern.gateway.report.TlsFailures.Stage;
import dev.postern.plan.ResourceRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Every mail as text, beside what is checked in; {@code -Dpostern.update=true} writes it anew. */
class AlertTextTest {
    private static final Path FOLDER = Path.of("src/test/resources/alert");
    private static final Instant AT = Instant.parse("2026-11-06T10:20:30Z");
    private static final AlertText.Head HEAD = new AlertText.Head("mail.example.com", "edge-0", "postmaster@mail.example.com",
            List.of("postmaster@example.com", "oncall@example.net"), AT, "alert-1");
    private static final ResourceRef PARTNER = new ResourceRef("DestinationControl", "mail", "partner", "uid", 1);

    private static Failure failure(String domain, Stage stage, String reason, String detail) {
        return new Failure(PARTNER, Direction.Outbound, domain, "mx1." + domain + " (192.0.2.1)", stage, reason, detail);
    }

    @Test
    void theFirstOfADomain() throws IOException {
        Alert alert = new Alert(failure("partner.com", Stage.Starttls, "NotOffered", "STARTTLS not offered"), List.of("mx1.partner.com (192.0.2.1)", "mx2.partner.com (192.0.2.2)"),
                3, AT.minusSeconds(12), AT.minusSeconds(2), false);
        golden("outbound.txt", AlertText.one(HEAD, alert, new Waiting(LongStream.rangeClosed(101, 120).boxed().toList(), 7, 1)));
    }

    @Test
    void aLaterOneTellsTheCountSinceTheLast() throws IOException {
        Alert alert = new Alert(failure("partner.com", Stage.Verification, "NameMismatch", "certificate is for other.example"), List.of("mx1.partner.com (192.0.2.1)"),
                250, AT.minusSeconds(3500), AT.minusSeconds(2), true);
        golden("outbound-again.txt", AlertText.one(new AlertText.Head("mail.example.com", null, "alerts@example.com", List.of("postmaster@example.com"), AT, "alert-2"), alert,
                new Waiting(List.of(), 0, 0)));
    }

    @Test
    void aSenderGroup() throws IOException {
        Failure failure = new Failure(new ResourceRef("Listener", "mail", "public", "uid", 1), Direction.Inbound, "partners", "192.0.2.9", Stage.Starttls, "NotInitiated", null);
        golden("inbound.txt", AlertText.one(HEAD, new Alert(failure, List.of("192.0.2.9"), 1, AT, AT, false), null));
    }

    @Test
    void manyAtOnce() throws IOException {
        List<Alert> alerts = IntStream.rangeClosed(1, 103).mapToObj(i -> new Alert(failure("d" + i + ".test", Stage.Handshake, "HandshakeFailed", "alert 40"), List.of("mx.test"),
                200 - i, AT, AT, false)).toList();
        golden("many.txt", AlertText.many(HEAD, alerts, 12));
    }

    @Test
    void whatPeersSayCannotForgeAHeaderOrALineAndStaysShort() {
        Failure hostile = new Failure(PARTNER, Direction.Outbound, "partner.com\r\nBcc: x@evil.test", "mx\u001b[2J\n(192.0.2.1)", Stage.Starttls, "StarttlsRefused",
                "454 ü\r\nFrom: evil\r\n\r\n" + "x".repeat(5000));
        String mail = text(AlertText.one(HEAD, new Alert(hostile, List.of(hostile.host()), 1, AT, AT, false), new Waiting(List.of(7L), 0, 0)));
        assertThat(mail.chars()).allMatch(c -> c >= 32 && c < 127 || c == '\r' || c == '\n' || c == '\t');
        assertThat(mail.lines()).noneMatch(l -> l.startsWith("Bcc:") || l.equals("From: evil") || l.length() > 998);
        assertThat(mail.replace("\r\n", "")).doesNotContain("\r", "\n");
    }

    private static String text(AlertText.Composed composed) {
        return new String(composed.content(), StandardCharsets.US_ASCII);
    }

    private static void golden(String file, AlertText.Composed composed) throws IOException {
        String text = text(composed).replace("\r\n", "\n");
        Path path = FOLDER.resolve(file);
        if (Boolean.getBoolean("postern.update")) {
            Files.createDirectories(FOLDER);
            Files.writeString(path, text);
        }
        assertThat(text).isEqualTo(Files.readString(path));
        assertThat(text).contains("Subject: " + composed.subject() + "\n");
    }
}
