package dev.postern.gateway.report;

import dev.postern.gateway.report.TlsFailures.Failure;
import dev.postern.gateway.report.TlsFailures.Stage;
import java.nio.charset.StandardCharsets;

/** Says a failure of required TLS to a person, in printable text of at most {@value #MAX_BYTES} bytes. Pure. */
final class FailureNote {
    /** What the API server takes as the note of an event. */
    static final int MAX_BYTES = 1024;

    private FailureNote() {
    }

    static String of(Failure failure) {
        String resource = failure.resource().kind() + " " + failure.resource().name();
        String text = switch (failure.direction()) {
            case Outbound -> "Mail to " + failure.domain() + " was not sent: " + resource + " requires TLS, and host " + failure.host() + " failed it "
                    + stage(failure.stage()) + " (" + failure.reason() + ")";
            case Inbound -> "Mail of sender group " + failure.domain() + " from " + failure.host() + " was not taken: " + resource
                    + " requires TLS, and the client failed it " + stage(failure.stage()) + " (" + failure.reason() + ")";
        };
        boolean more = failure.detail() != null && !failure.detail().isBlank();
        return cut(Printable.of(more ? text + ": " + failure.detail() : text));
    }

    private static String stage(Stage stage) {
        return switch (stage) {
            case Policy -> "before a connection was made";
            case Ehlo -> "at EHLO";
            case Starttls -> "at STARTTLS";
            case Handshake -> "in the TLS handshake";
            case Verification -> "when its certificate was verified";
        };
    }

    private static String cut(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_BYTES) {
            return text;
        }
        String mark = "…";
        int end = MAX_BYTES - mark.getBytes(StandardCharsets.UTF_8).length;
        while ((bytes[end] & 0xC0) == 0x80) {   // never in the middle of a character
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8) + mark;
    }
}
