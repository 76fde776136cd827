package dev.postern.plan;

/**
 * Names by which operator and gateway find what the other wrote. Part of the contract between versions: a gateway pod may be
 * older than its operator.
 */
public final class PlanNames {
    /** Label of everything that belongs to a gateway; its value is the MailGateway's name. */
    public static final String GATEWAY_LABEL = "postern.dev/gateway";
    /** Label of plan objects and of what pods report; its value says which: plan, keys, tickets, serving or deliveries. */
    public static final String ROLE_LABEL = "postern.dev/role";
    /** Label of Secrets that the operator made for a Certificate; its value is the Certificate's name. */
    public static final String CERTIFICATE_LABEL = "postern.dev/certificate";

    public static final String INDEX_KEY = "index.json";
    /** Suffix of a part's key in its ConfigMap and of its file in the mounted folder: {@code core.json}. */
    public static final String PART_SUFFIX = ".json";
    /** Suffix of a key's entry in the Secret and of its file in the mounted folder: {@code mail.key} of Certificate {@code mail}. */
    public static final String KEY_SUFFIX = ".key";

    /** Where a pod finds the plan: {@code index.json} and one file a part, from a projected volume. */
    public static final String PLAN_FOLDER = "/etc/postern/plan";
    /** Where a pod finds the keys, from the Secret. */
    public static final String KEYS_FOLDER = "/etc/postern/keys";
    /** Where a pod finds the keys of its spool, from the Secret that the MailGateway names. */
    public static final String SPOOL_KEYS_FOLDER = "/etc/postern/spool-keys";
    /** Where a pod keeps its spool. */
    public static final String SPOOL_FOLDER = "/var/spool/postern";
    /** Port of health and metrics of both roles. */
    public static final int HTTP_PORT = 8080;

    private PlanNames() {
    }

    /** ConfigMap of the index. Gateways watch this one object; what it names they then get. */
    public static String index(String gateway) {
        return gateway + "-plan";
    }

    /** ConfigMap of one part. */
    public static String part(String gateway, String part) {
        return gateway + "-plan-" + part;
    }

    /** Secret of the private keys. */
    public static String keys(String gateway) {
        return gateway + "-plan-keys";
    }

    /** Secret in which the operator keeps the session ticket keys over time; pods do not read it, but what of it is in {@link #keys}. */
    public static String tickets(String gateway) {
        return gateway + "-tickets";
    }

    /** ConfigMap in which every pod writes, under its own name and with its own field manager, what it serves. */
    public static String serving(String gateway) {
        return gateway + "-serving";
    }

    /** ConfigMap in which every pod writes, in the same way, how TLS went to destinations. */
    public static String deliveries(String gateway) {
        return gateway + "-deliveries";
    }
}
