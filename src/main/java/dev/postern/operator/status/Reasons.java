package dev.postern.operator.status;

/** Reasons of conditions that the operator finds; those of the plan's problems are in {@code Problem.Reason}. */
public final class Reasons {
    public static final String ACCEPTED = "Accepted";
    public static final String RESOLVED_REFS = "ResolvedRefs";
    public static final String PROGRAMMED = "Programmed";
    public static final String READY = "Ready";
    /** Work is under way. */
    public static final String PENDING = "Pending";
    /** Valid, and nothing refers to it. */
    public static final String UNUSED = "Unused";
    public static final String LAST_GOOD_IN_FORCE = "LastGoodInForce";
    public static final String MAIL_HELD = "MailHeld";
    public static final String LEFT_OUT = "LeftOut";
    public static final String NO_PLAN = "NoPlan";
    public static final String NO_PODS = "NoPods";
    public static final String PODS_NOT_READY = "PodsNotReady";
    public static final String PLAN_REFUSED = "PlanRefused";
    public static final String PORT_UNAVAILABLE = "PortUnavailable";
    public static final String NAME_TAKEN = "NameTaken";
    public static final String APPLY_FAILED = "ApplyFailed";
    public static final String IMAGE_UNKNOWN = "ImageUnknown";
    public static final String STORAGE_IMMUTABLE = "StorageImmutable";
    /** A signing request that a person is to have signed. */
    public static final String AWAITING_SIGNATURE = "AwaitingSignature";
    /** What was given as the answer to a signing request is none. */
    public static final String ANSWER_REFUSED = "AnswerRefused";
    /** A signer said no. */
    public static final String DENIED = "Denied";
    /** A signer could not. */
    public static final String FAILED = "Failed";
    /** The certificate should have been renewed here, and was not. */
    public static final String RENEWAL_OVERDUE = "RenewalOverdue";
    /** A Secret does not have the key that is named. */
    public static final String SECRET_KEY_NOT_FOUND = "SecretKeyNotFound";
    /** A signer cannot be asked. */
    public static final String SIGNER_UNAVAILABLE = "SignerUnavailable";
    /** A signing request that was open is gone, and its key with it. */
    public static final String REQUEST_LOST = "RequestLost";
    public static final String EXPORTED = "Exported";
    /** A password that cannot be one, or protects nothing. */
    public static final String INVALID_PASSWORD = "InvalidPassword";

    public static final String VERIFIABLE = "Verifiable";
    public static final String DEMO = "Demo";
    public static final String SELF_SIGNED = "SelfSigned";
    public static final String UNKNOWN_ISSUER = "UnknownIssuer";
    /** No listener shows the certificate to anybody. */
    public static final String NOT_SERVED = "NotServed";
    /** MX record, certificate and listener: this one has another name than the others. */
    public static final String MX_DIFFERS = "MxDiffers";
    public static final String CERTIFICATE_NAME_DIFFERS = "CertificateNameDiffers";
    public static final String LISTENER_HOSTNAME_DIFFERS = "ListenerHostnameDiffers";
    public static final String LOOKUP_PENDING = "LookupPending";
    public static final String LOOKUP_FAILED = "LookupFailed";
    public static final String LOOKUPS_OFF = "LookupsOff";

    /** The extended key usage of a certificate rules out what it is used for. */
    public static final String WRONG_PURPOSE = "WrongPurpose";

    private Reasons() {
    }
}
