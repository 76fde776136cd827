package dev.postern.plan;

/**
 * Something wrong with one field of one resource.
 *
 * @param resource what is at fault
 * @param field    path in the resource, such as {@code spec.hostAccess[0].senders[2]}
 * @param severity what follows
 * @param reason   CamelCase, fit for a condition
 * @param message  what was wrong and what is allowed, one sentence or two, with the offending value
 */
public record Problem(ResourceRef resource, String field, Severity severity, String reason, String message) {
    /** What follows from a problem. */
    public enum Severity {
        /** The resource is not accepted: left out, or kept in its last good form. */
        INVALID,
        /** Something that the resource names is missing or unusable: left out, or kept in its last good form. */
        UNRESOLVED,
        /** In force, but someone should know. */
        WARNING
    }

    /** Reasons, by what they mean. */
    public static final class Reason {
        public static final String INVALID_VALUE = "InvalidValue";
        public static final String CONFLICTED = "Conflicted";
        public static final String GATEWAY_NOT_FOUND = "GatewayNotFound";
        public static final String POLICY_NOT_FOUND = "PolicyNotFound";
        public static final String POLICY_NOT_READY = "PolicyNotReady";
        public static final String CERTIFICATE_NOT_FOUND = "CertificateNotFound";
        public static final String CERTIFICATE_NOT_READY = "CertificateNotReady";
        public static final String SECRET_NOT_FOUND = "SecretNotFound";
        public static final String INVALID_CERTIFICATE = "InvalidCertificate";
        public static final String KEY_MISMATCH = "KeyMismatch";
        public static final String EXPIRED = "Expired";
        public static final String NOT_YET_VALID = "NotYetValid";
        public static final String NOT_VERIFIABLE = "NotVerifiable";
        public static final String TRUST_BUNDLE_NOT_FOUND = "TrustBundleNotFound";
        public static final String NEVER_MATCHES = "NeverMatches";
        public static final String INVALID_TRUST_BUNDLE = "InvalidTrustBundle";
        public static final String INVALID_USERS = "InvalidUsers";

        private Reason() {
        }
    }
}
