package dev.postern.api;

/** Names that every kind shares. */
public final class Api {
    public static final String GROUP = "postern.dev";
    public static final String VERSION = "v1alpha1";
    public static final String CATEGORY = "postern";
    /** The gateway that a resource attaches to when it names none. */
    public static final String DEFAULT_GATEWAY = "default";

    /** A host name of RFC 1123 with at most 253 characters; no trailing dot. */
    public static final String HOSTNAME = "^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$";
    /** A duration such as 90s, 15m, 1h30m or 4d. */
    public static final String DURATION = "^([0-9]+(d|h|m|s))+$";

    private Api() {
    }
}
