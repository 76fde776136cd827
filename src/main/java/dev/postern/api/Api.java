package dev.postern.api;

import java.util.Map;
import java.util.Optional;

/** Names and patterns that every kind shares. The patterns mean the same in Java and in Go's RE2, which knows no lookahead. */
public final class Api {
    public static final String GROUP = "postern.dev";
    public static final String VERSION = "v1alpha1";
    public static final String CATEGORY = "postern";
    /** The gateway that a resource attaches to when it names none. */
    public static final String DEFAULT_GATEWAY = "default";

    private static final String HOST = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*";
    private static final String NUMBER = "([0-9]+(\\.[0-9]*)?|\\.[0-9]+)";
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final String IPV4 = OCTET + "(\\." + OCTET + "){3}";
    private static final String IPV6 = "[0-9A-Fa-f]*:[0-9A-Fa-f:]*(:" + IPV4 + ")?";

    /** A host name of RFC 1123 without a trailing dot; its length, at most {@link #HOSTNAME_LENGTH}, is bounded beside it. */
    public static final String HOSTNAME = "^" + HOST + "$";
    /** Longest host name (RFC 1035 section 2.3.4, written with dots). */
    public static final int HOSTNAME_LENGTH = 253;
    /** A host name or an IP address without brackets. */
    public static final String HOST_OR_ADDRESS = "^(" + HOST + "|" + IPV6 + ")$";
    /** A DNS name of a certificate: {@code *.} may stand for the first label. */
    public static final String DNS_NAME = "^(\\*\\.)?" + HOST + "$";
    /** A domain, or {@code .domain} for its subdomains. */
    public static final String DOMAIN = "^\\.?" + HOST + "$";
    /** An IP address or a CIDR block. */
    public static final String NETWORK = "^(" + IPV4 + "|" + IPV6 + ")(/[0-9]{1,3})?$";
    /** What a sender pattern is made of; which forms there are is checked in the plan, where a message can say more. */
    public static final String SENDER = "^[A-Za-z0-9._:/+=-]+(\\[[A-Za-z0-9.-]+\\])?$";
    /** domain, .domain or user@domain. */
    public static final String SENDER_ADDRESS = "^(\\.?" + HOST + "|[^@ ]+@" + HOST + ")$";
    /** user@domain. */
    public static final String MAIL_ADDRESS = "^[^@<> ]+@" + HOST + "$";
    /** Base64 of 32 bytes. */
    public static final String PIN = "^[A-Za-z0-9+/]{43}=$";
    /** IANA's name of a cipher suite. */
    public static final String CIPHER_SUITE = "^TLS_[A-Z0-9_]+$";
    /** domain, .domain, user@domain, user@ or ALL. */
    public static final String RECIPIENT = "^(\\.?" + HOST + "|[^@ ]+@(" + HOST + ")?)$";
    /** ADDRESS or ADDRESS:PORT; an IPv6 address with a port is in brackets. */
    public static final String DNS_SERVER = "^(" + IPV4 + "(:[0-9]{1,5})?|" + IPV6 + "|\\[" + IPV6 + "\\](:[0-9]{1,5})?)$";
    /** Name of an object: a DNS subdomain (RFC 1123). */
    public static final String OBJECT_NAME = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
    /** A DNS label (RFC 1035), as the names of Services are; its length is bounded beside it. */
    public static final String DNS_LABEL = "^[a-z]([-a-z0-9]*[a-z0-9])?$";
    /** A key of a ConfigMap or Secret. */
    public static final String DATA_KEY = "^[-._a-zA-Z0-9]+$";
    /** Name of a sender group. */
    public static final String SENDER_GROUP = "^[A-Za-z0-9_][A-Za-z0-9_-]*$";
    /** A signer of certificates.k8s.io: a domain and a path. */
    public static final String SIGNER_NAME = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9._/]*[A-Za-z0-9])?$";
    /** Kind of an object. */
    public static final String KIND = "^[A-Z][A-Za-z0-9]*$";
    /** A country code of ISO 3166. */
    public static final String COUNTRY = "^[A-Z]{2}$";
    /** One line of printable ASCII. */
    public static final String PRINTABLE = "^[ -~]*$";
    /** A duration such as 90s, 15m, 1h30m or 4d. */
    public static final String DURATION = "^([0-9]+(d|h|m|s))+$";
    /** Longest text of a duration. */
    public static final int DURATION_LENGTH = 20;
    /** A Kubernetes quantity that is not negative; its exponent is bounded, as nobody means 1e999999999. */
    public static final String QUANTITY = "^" + NUMBER + "([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$";
    /** Longest text of a quantity. */
    public static final int QUANTITY_LENGTH = 32;

    private static final Map<String, String> FORMS = Map.ofEntries(
            Map.entry(HOSTNAME, "a host name such as mail.example.com, without a dot at its end"),
            Map.entry(HOST_OR_ADDRESS, "a host name such as mail.example.com, or an IP address without brackets"),
            Map.entry(DNS_NAME, "a DNS name such as mail.example.com, or *.example.com"),
            Map.entry(DOMAIN, "a domain such as example.com, or .example.com for its subdomains; internationalised names as xn--…"),
            Map.entry(NETWORK, "an IP address or a CIDR block such as 10.1.0.0/16"),
            Map.entry(SENDER, "an IP address, a CIDR block (10.1.0.0/16), a range (10.1.1.5-10), a partial address (10.1.), a host name, .partial-host, cert:NAME, spki:PIN, dnslist[ZONE], or ALL"),
            Map.entry(RECIPIENT, "domain, .domain (its subdomains), user@domain, user@ (in any domain), or ALL"),
            Map.entry(SENDER_ADDRESS, "domain, .domain (its subdomains), or user@domain"),
            Map.entry(MAIL_ADDRESS, "an address such as postmaster@example.com"),
            Map.entry(PIN, "base64 of a SHA-256, 44 characters that end with ="),
            Map.entry(CIPHER_SUITE, "a cipher suite by its IANA name such as TLS_AES_128_GCM_SHA256"),
            Map.entry(DNS_SERVER, "an IP address such as 192.0.2.53 or 2001:db8::53, with a port as 192.0.2.53:5353 or [2001:db8::53]:5353"),
            Map.entry(OBJECT_NAME, "the name of an object: lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit"),
            Map.entry(DATA_KEY, "letters, digits, '-', '_' and '.'"),
            Map.entry(SENDER_GROUP, "letters, digits, '-' and '_', not beginning with '-'"),
            Map.entry(SIGNER_NAME, "a signer such as example.com/mail: a domain, a slash and a path"),
            Map.entry(KIND, "a kind such as Issuer or ClusterIssuer"),
            Map.entry(COUNTRY, "two capital letters"),
            Map.entry(PRINTABLE, "one line of printable ASCII"),
            Map.entry(DURATION, "a duration such as 90s, 15m, 1h30m or 4d"),
            Map.entry(QUANTITY, "a quantity such as 512Mi or 10Gi, not negative"));

    private Api() {
    }

    /** What a pattern of this class means, in words that fit after "allowed is". */
    public static Optional<String> form(String pattern) {
        return Optional.ofNullable(FORMS.get(pattern));
    }
}
