package dev.postern.gateway.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsFailures.Failure;
import dev.postern.gateway.report.TlsFailures.Stage;
import dev.postern.plan.ResourceRef;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FailureNoteTest {
    private static final ResourceRef CONTROL = new ResourceRef("DestinationControl", "mail", "partners", "uid", 1);
    private static final ResourceRef LISTENER = new ResourceRef("Listener", "mail", "public", "uid", 1);

    @Test
    void namesWhatFailedOutbound() {
        assertThat(FailureNote.of(new Failure(CONTROL, Direction.Outbound, "partner.com", "mx.partner.com (192.0.2.1)", Stage.Verification, "NameMismatch",
                "the certificate is for other.com"))).isEqualTo("Mail to partner.com was not sent: DestinationControl partners requires TLS, and host "
                + "mx.partner.com (192.0.2.1) failed it when its certificate was verified (NameMismatch): the certificate is for other.com");
    }

    @Test
    void namesWhatFailedInbound() {
        assertThat(FailureNote.of(new Failure(LISTENER, Direction.Inbound, "partners", "192.0.2.1", Stage.Starttls, "NotInitiated", null)))
                .isEqualTo("Mail of sender group partners from 192.0.2.1 was not taken: Listener public requires TLS, and the client failed it at STARTTLS "
                        + "(NotInitiated)");
    }

    @Test
    void isPrintableAndShort() {
        String note = FailureNote.of(new Failure(CONTROL, Direction.Outbound, "d".repeat(250), "h".repeat(250), Stage.Handshake, "HandshakeFailed",
                "\r\nä" + "é".repeat(900)));
        assertThat(note.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(1024).isGreaterThan(1000);
        assertThat(note).contains("(HandshakeFailed): \\r\\näé").endsWith("é…");
    }
}
