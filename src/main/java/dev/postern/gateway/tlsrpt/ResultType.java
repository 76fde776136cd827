package dev.postern.gateway.tlsrpt;

import dev.postern.gateway.tls.OutboundTls;
import dev.postern.gateway.tls.Requirement;
import java.util.Map;
import java.util.Optional;

/** Result types of failures (RFC 8460 section 4.3), and which of them each reason of ours is. Pure. */
final class ResultType {
    /** RFC 8460 section 4.3.3: the general one, which the reason's own name goes with. */
    static final String GENERAL = "validation-failure";
    private static final String NOT_SUPPORTED = "starttls-not-supported";
    private static final String NOT_TRUSTED = "certificate-not-trusted";
    /** What a message asked, and not what the domain publishes. */
    private static final String NOT_REPORTED = "";

    private static final Map<String, String> BY_REASON = Map.ofEntries(
            // 4.3.1, negotiation
            Map.entry("EhloRefused", NOT_SUPPORTED),
            Map.entry("NotOffered", NOT_SUPPORTED),
            Map.entry("StarttlsRefused", NOT_SUPPORTED),
            Map.entry("NameMismatch", "certificate-host-mismatch"),
            Map.entry("Expired", "certificate-expired"),
            Map.entry("NotYetValid", NOT_TRUSTED),
            Map.entry("SelfSigned", NOT_TRUSTED),
            Map.entry("UnknownIssuer", NOT_TRUSTED),
            Map.entry("InvalidChain", NOT_TRUSTED),
            Map.entry("Revoked", NOT_TRUSTED),
            Map.entry("NotStapled", NOT_TRUSTED),
            Map.entry("ConnectionLost", GENERAL),
            Map.entry("UnexpectedData", GENERAL),
            Map.entry("HandshakeFailed", GENERAL),
            Map.entry("NoCertificate", GENERAL),
            Map.entry("PinMismatch", GENERAL),
            // 4.3.2, policy
            Map.entry("DaneMismatch", "tlsa-invalid"),
            Map.entry("DnssecFailed", "dnssec-invalid"),
            Map.entry("DaneMissing", "dane-required"),
            Map.entry("StsMxMismatch", GENERAL),
            Map.entry(Requirement.MX_NOT_PROVEN, NOT_REPORTED),
            Map.entry(OutboundTls.REQUIRETLS_NOT_OFFERED, NOT_REPORTED));

    private ResultType() {
    }

    /** The result type of a reason; empty where it is no matter of the recipient domain. One that nobody thought of is a general failure. */
    static Optional<String> of(String reason) {
        String type = BY_REASON.getOrDefault(reason, GENERAL);
        return type.equals(NOT_REPORTED) ? Optional.empty() : Optional.of(type);
    }

    /** Whether the reason has an entry of its own. */
    static boolean knows(String reason) {
        return BY_REASON.containsKey(reason);
    }
}
