package dev.postern.gateway.delivery;

import dev.postern.gateway.delivery.ScriptedServer.Tls;
import dev.postern.gateway.report.TlsFailures.Stage;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.testing.OpensslOcsp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;

/** A way in which a server treats TLS: when it fails, and what is to be said of it. The rows of the outbound table. */
enum OutboundServer {
    NO_EHLO("does not know EHLO", Tls.NO_EHLO, When.BEFORE_220, Reason.EHLO_REFUSED),
    NO_EHLO_CLOSES("does not know EHLO and closes", Tls.NO_EHLO_CLOSES, When.BEFORE_220, Reason.EHLO_REFUSED),
    NOT_OFFERED("does not offer STARTTLS", Tls.NOT_OFFERED, When.BEFORE_220, Reason.NOT_OFFERED),
    REFUSED_454("answers STARTTLS with 454", Tls.REFUSED_454, When.BEFORE_220, Reason.REFUSED),
    REFUSED_554("answers STARTTLS with 554", Tls.REFUSED_554, When.BEFORE_220, Reason.REFUSED),
    REFUSED_421("answers STARTTLS with 421 and closes", Tls.REFUSED_421, When.BEFORE_220, Reason.REFUSED),
    REFUSED_500("answers STARTTLS with 500", "500 5.5.1 what?"),
    REFUSED_501("answers STARTTLS with 501", "501 5.5.4 no parameters allowed"),
    REFUSED_502("answers STARTTLS with 502", "502 5.5.1 not implemented"),
    REFUSED_503("answers STARTTLS with 503", "503 5.5.1 not now"),
    REFUSED_530("answers STARTTLS with 530", "530 5.7.0 authenticate first"),
    ANSWERED_250("answers STARTTLS with 250", "250 2.0.0 fine"),
    ANSWERED_354("answers STARTTLS with 354", "354 go on"),
    GARBAGE("answers STARTTLS with what is no SMTP reply", Tls.GARBAGE, When.BEFORE_220, Reason.REFUSED),
    CUT_INSTEAD_OF_220("closes in place of an answer to STARTTLS", Tls.CUT_INSTEAD_OF_220, When.AFTER_220, Reason.LOST),
    STALL_INSTEAD_OF_220("never answers STARTTLS", Tls.STALL_INSTEAD_OF_220, When.AFTER_220, Reason.LOST),
    INJECT_BEHIND_220("sends more in clear behind the 220", Tls.INJECT_BEHIND_220, When.AFTER_220, Reason.INJECTED),
    GARBAGE_AFTER_220("answers the ClientHello with text", Tls.GARBAGE_AFTER_220, When.AFTER_220, Reason.HANDSHAKE),
    ALERT_AFTER_220("answers the ClientHello with a TLS alert", Tls.ALERT_AFTER_220, When.AFTER_220, Reason.HANDSHAKE),
    CUT_AFTER_220("closes after the 220", Tls.CUT_AFTER_220, When.AFTER_220, Reason.HANDSHAKE),
    STALL_AFTER_220("is silent after the 220", Tls.STALL_AFTER_220, When.AFTER_220, Reason.HANDSHAKE),
    CUT_MID_HANDSHAKE("closes in the midst of the handshake", Tls.CUT_MID_HANDSHAKE, When.AFTER_220, Reason.HANDSHAKE),
    STALL_MID_HANDSHAKE("falls silent in the midst of the handshake", Tls.STALL_MID_HANDSHAKE, When.AFTER_220, Reason.HANDSHAKE),
    TLS_1_0("speaks TLS 1.0 only", When.AFTER_220, "-tls1", "-cipher", "ALL:@SECLEVEL=0"),
    TLS_1_1("speaks TLS 1.1 only", When.AFTER_220, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
    OLD_CIPHER("has only ciphers that are out of use (Camellia in CBC mode)", When.AFTER_220, "-tls1_2", "-cipher", "ECDHE-ECDSA-CAMELLIA128-SHA256:@SECLEVEL=0"),
    DEMANDS_CERTIFICATE("ends TLS 1.3 behind the handshake: it wants a client certificate", When.AFTER_220, "-tls1_3", "-Verify", "1", "-verify_return_error"),
    CUT_AFTER_HANDSHAKE("closes behind the handshake", Tls.CUT_AFTER_HANDSHAKE, When.AFTER_HANDSHAKE, Reason.HANDSHAKE),
    CLEAR_AFTER_HANDSHAKE("sends clear text behind the handshake", Tls.CLEAR_AFTER_HANDSHAKE, When.AFTER_HANDSHAKE, Reason.HANDSHAKE),
    EHLO_421("answers EHLO over TLS with 421", Tls.EHLO_421_OVER_TLS, When.AFTER_HANDSHAKE, Reason.HANDSHAKE),
    EHLO_550("answers EHLO over TLS with 550", Tls.EHLO_550_OVER_TLS, When.NOT_TLS, new Reason(null, null, "server refused EHLO", "4.3.2")),
    EHLO_STALLS("never answers EHLO over TLS", Tls.STALL_OVER_TLS, When.NOT_TLS, new Reason(null, null, "no answer to EHLO", "4.4.2")),
    EXPIRED("certificate expired", Request.server("x", "partner.test").valid(TestPki.ago(20), TestPki.ago(10)), Issuer.ROOT, "Expired", "certificate expired on"),
    NOT_YET_VALID("certificate not valid yet", Request.server("x", "partner.test").valid(TestPki.ago(-10), TestPki.ago(-20)), Issuer.ROOT, "NotYetValid", "certificate is valid from"),
    SELF_SIGNED("certificate self-signed", Request.server("x", "partner.test"), null, "SelfSigned", "certificate is self-signed"),
    UNKNOWN_AUTHORITY("certificate of an authority that is not trusted", Request.server("x", "partner.test"), Issuer.STRANGER, "UnknownIssuer", "no trusted authority"),
    NO_INTERMEDIATE("intermediate certificate left out", Request.server("x", "partner.test"), Issuer.INTERMEDIATE_LEFT_OUT, "UnknownIssuer", "no trusted authority"),
    REVOKED("certificate revoked, says the response that the server staples", When.UNVERIFIED, new Reason(Stage.Verification, "Revoked", "revoked", "4.7.5"),
            "-status_file", Staple.PLACE),
    WRONG_NAME("certificate of another name", Request.server("x", "other.test"), Issuer.ROOT, "NameMismatch",
            "certificate is not for partner.test nor mx.partner.test but for other.test"),
    GOOD("certificate good, of the recipient domain", Request.server("x", "partner.test"), Issuer.ROOT, null, null),
    GOOD_BY_HOST("certificate good, of the MX host", Request.server("x", "mx.partner.test"), Issuer.ROOT, null, null),
    GOOD_WITH_INTERMEDIATE("certificate good, with an intermediate", Request.server("x", "partner.test"), Issuer.INTERMEDIATE, null, null);

    /** When a server fails. NOT_TLS: over TLS, and TLS is not what fails. */
    enum When { BEFORE_220, AFTER_220, AFTER_HANDSHAKE, NOT_TLS, UNVERIFIED, NEVER }

    /** What is to be said. */
    record Reason(Stage stage, String reason, String text, String status) {
        static final Reason EHLO_REFUSED = new Reason(Stage.Ehlo, "EhloRefused", "EHLO not understood", "4.7.4");
        static final Reason NOT_OFFERED = new Reason(Stage.Starttls, "NotOffered", "STARTTLS not offered", "4.7.4");
        static final Reason REFUSED = new Reason(Stage.Starttls, "StarttlsRefused", "STARTTLS unexpected response", "4.7.4");
        static final Reason LOST = new Reason(Stage.Starttls, "ConnectionLost", "connection lost before STARTTLS was answered", "4.7.4");
        static final Reason INJECTED = new Reason(Stage.Handshake, "UnexpectedData", "unexpected data in clear before the handshake", "4.7.5");
        static final Reason HANDSHAKE = new Reason(Stage.Handshake, "HandshakeFailed", "handshake failed", "4.7.5");
    }

    /** Who signed a certificate. */
    private static final class Issuer {
        static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Test Root"), null);
        static final TestPki.Identity STRANGER = TestPki.issue(Request.ca("Stranger"), null);
        static final TestPki.Identity INTERMEDIATE = TestPki.issue(Request.ca("Test Intermediate"), ROOT);
        static final TestPki.Identity INTERMEDIATE_LEFT_OUT = new TestPki.Identity(INTERMEDIATE.keys(), INTERMEDIATE.certificate(), List.of());
        static final TestPki.Identity GOOD = TestPki.issue(Request.server("x", "partner.test"), ROOT);
    }

    private final String description;
    private final Tls tls;
    private final String scripted;
    private final String[] openssl;
    private final TestPki.Identity identity;
    private SSLContext context;
    final When when;
    final Reason reason;

    OutboundServer(String description, Tls tls, When when, Reason reason) {
        this(description, tls, null, null, Issuer.GOOD, when, reason);
    }

    OutboundServer(String description, String starttlsReply) {
        this(description, Tls.OFFERED, starttlsReply, null, Issuer.GOOD, When.BEFORE_220, Reason.REFUSED);
    }

    OutboundServer(String description, When when, String... openssl) {
        this(description, when, Reason.HANDSHAKE, openssl);
    }

    OutboundServer(String description, When when, Reason reason, String... openssl) {
        this(description, Tls.OFFERED, null, openssl, Issuer.GOOD, when, reason);
    }

    OutboundServer(String description, Request certificate, TestPki.Identity issuer, String reason, String text) {
        this(description, Tls.OFFERED, null, null, TestPki.issue(certificate, issuer), reason == null ? When.NEVER : When.UNVERIFIED,
                reason == null ? new Reason(null, null, null, null) : new Reason(Stage.Verification, reason, text, "4.7.5"));
    }

    OutboundServer(String description, Tls tls, String scripted, String[] openssl, TestPki.Identity identity, When when, Reason reason) {
        this.description = description;
        this.tls = tls;
        this.scripted = scripted;
        this.openssl = openssl;
        this.identity = identity;
        this.when = when;
        this.reason = reason;
    }

    /** Those that the table has. */
    static List<OutboundServer> rows() {
        return List.of(values());
    }

    String description() {
        return description;
    }

    /** Whether it shows itself by silence. */
    boolean stalls() {
        return tls.name().startsWith("STALL");
    }

    /** The authority that verifying levels trust. */
    static String root() {
        return Issuer.ROOT.pem();
    }

    /** Made once: its key is taken out of a key store, which costs time by design. */
    private synchronized SSLContext context() {
        context = context == null ? identity.serverContext() : context;
        return context;
    }

    ScriptedServer start(String address, int port) throws IOException {
        ScriptedServer server = new ScriptedServer(address, port);
        server.tls = tls;
        server.identity = context();
        if (scripted != null) {
            server.script = command -> command.equals("STARTTLS") ? scripted : null;
        }
        if (openssl != null) {
            Path folder = Files.createTempDirectory("openssl");
            String[] options = openssl.clone();
            for (int i = 0; i < options.length; i++) {
                options[i] = options[i].equals(Staple.PLACE) ? revoked(folder).toString() : options[i];
            }
            server.openssl = new OpensslHandshake(folder, identity, options);
        }
        return server;
    }

    /** A response that says that its certificate is revoked; returns its file. */
    private Path revoked(Path folder) throws IOException {
        try {
            return Files.write(folder.resolve("staple.der"), new OpensslOcsp(folder).response(identity, Issuer.ROOT, Issuer.ROOT, true));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static final class Staple {
        /** Stands for the stapled response among the options of a server. */
        static final String PLACE = "@STAPLE@";
    }
}
