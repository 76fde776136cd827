package dev.postern.plan;

import dev.postern.pki.HostNames;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One entry of a sender group: IP address, CIDR block, range, partial address, host name, {@code .partial-host}, {@code ALL}, a DNS list
 * {@code dnslist[ZONE]}, or what a client proves in a TLS handshake: {@code cert:NAME}, {@code cert:.DOMAIN}, {@code spki:PIN}. Immutable.
 */
public final class SenderPattern {
    private static final Pattern IPV4_PARTIAL = Pattern.compile("(\\d{1,3}\\.){1,3}");
    private static final Pattern IPV4_RANGE = Pattern.compile("(?:(\\d{1,3}(?:\\.\\d{1,3}){0,2})-(\\d{1,3})\\.?)|(?:(\\d{1,3}(?:\\.\\d{1,3}){3})-(\\d{1,3}))");
    private static final Pattern IPV4_SHAPE = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,3}");
    private static final Pattern NUMERIC = Pattern.compile("[0-9./-]+|.*:.*");
    private static final Pattern HOST = Pattern.compile("\\.?(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*");
    private static final String ALLOWED = "allowed are an IP address, a CIDR block (10.1.0.0/16), a range (10.1.1.5-10), a partial address (10.1.), a host name, .partial-host, cert:NAME, cert:.DOMAIN, spki:PIN, dnslist[ZONE], or ALL";
    private static final Pattern LIST = Pattern.compile("dnslist\\[([^\\[\\]]*)\\]", Pattern.CASE_INSENSITIVE);
    /** A DNS name has 253 characters, and before the zone go 32 nibbles, each with its dot. */
    private static final int LONGEST_ZONE = 253 - 64;
    private static final String CERTIFICATE_NAME = "cert:";
    private static final String KEY = "spki:";

    /** Blocks with a shorter prefix than this are wider than those that one organisation holds: the widest given out are /8. */
    private static final int WIDEST_IPV4 = 8;
    /** Of IPv6 the largest carriers have a /19; a registry has a /12 for all of its members. */
    private static final int WIDEST_IPV6 = 19;

    private final String text;
    private final int family;
    private final BigInteger low;
    private final BigInteger high;
    private final String host;
    private final boolean proof;
    private final String list;

    private SenderPattern(String text, int family, BigInteger low, BigInteger high, String host) {
        this(text, family, low, high, host, false, null);
    }

    private SenderPattern(String text, int family, BigInteger low, BigInteger high, String host, boolean proof, String list) {
        this.text = text;
        this.family = family;
        this.low = low;
        this.high = high;
        this.host = host;
        this.proof = proof;
        this.list = list;
    }

    /** @throws IllegalArgumentException saying what was wrong and what is allowed */
    public static SenderPattern parse(String text) {
        if (text.equals("ALL")) {
            return new SenderPattern(text, 0, null, null, null);
        }
        var list = LIST.matcher(text);
        if (list.matches()) {
            String zone = zone(list.group(1), text);
            return new SenderPattern("dnslist[" + zone + "]", 0, null, null, null, false, zone);
        }
        if (text.startsWith(CERTIFICATE_NAME)) {
            return proof(CERTIFICATE_NAME + certificateName(text));
        }
        if (text.startsWith(KEY)) {
            try {
                return proof(KEY + Pins.parse(text.substring(KEY.length())));
            } catch (IllegalArgumentException e) {
                throw bad(text, "has no pin behind spki: (base64 of the SHA-256 of a SubjectPublicKeyInfo, 44 characters that end with =)");
            }
        }
        if (text.equalsIgnoreCase("ALL")) {
            throw bad(text, "would be the host of that name; write ALL in capitals");   // never meant, and never matched
        }
        if (!NUMERIC.matcher(text).matches()) {
            String host = text.toLowerCase(Locale.ROOT);
            if (!HOST.matcher(host).matches()) {
                throw bad(text, "is not a host name");
            }
            return new SenderPattern(text, 0, null, null, host);
        }
        if (text.indexOf('/') >= 0) {
            return cidr(text);
        }
        if (IPV4_PARTIAL.matcher(text).matches()) {
            String[] octets = text.split("\\.");
            return octets(text, octets, 0, 255);
        }
        var range = IPV4_RANGE.matcher(text);
        if (range.matches()) {
            boolean whole = range.group(3) != null;
            return range(text, range.group(whole ? 3 : 1).split("\\."), range.group(whole ? 4 : 2));
        }
        InetAddress address = literal(text, text);
        return new SenderPattern(text, address.getAddress().length, value(address), value(address), null);
    }

    /**
     * One IP address or CIDR block.
     *
     * @throws IllegalArgumentException saying what was wrong and what is allowed
     */
    public static SenderPattern network(String text) {
        boolean numeric = text.indexOf(':') >= 0 || IPV4_SHAPE.matcher(text).matches() || text.indexOf('/') > 0;
        try {
            if (numeric) {
                return parse(text);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not a network; allowed are an IP address and a CIDR block (10.1.0.0/16): " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("'" + text + "' is not a network; allowed are an IP address and a CIDR block (10.1.0.0/16)");
    }

    /** Whether a decision needs the client's forward-confirmed host name. */
    public boolean needsHostName() {
        return host != null;
    }

    /**
     * Whether this is wider than anything that one organisation has: ALL, a block of public addresses wider than /8, or /19 of IPv6, a
     * host name of one label, or the certificates of a whole top-level domain.
     */
    public boolean matchesEveryone() {
        if (proof) {
            return text.startsWith(CERTIFICATE_NAME + ".") && text.indexOf('.', CERTIFICATE_NAME.length() + 1) < 0;
        }
        if (host != null) {
            return host.indexOf('.', 1) < 0;
        }
        if (low == null) {
            return list == null;
        }
        BigInteger widest = BigInteger.ONE.shiftLeft(family * 8 - (family == 4 ? WIDEST_IPV4 : WIDEST_IPV6));
        return high.subtract(low).add(BigInteger.ONE).compareTo(widest) > 0 && !AddressSpace.isPrivate(this);
    }

    /** Octets of an address: 4 or 16; 0 where this has no addresses. */
    int family() {
        return family;
    }

    /** The first address; null where this has none. */
    BigInteger low() {
        return low;
    }

    /** The last address; null where this has none. */
    BigInteger high() {
        return high;
    }

    /** Whether a certificate of the client decides: {@code cert:} with a name in lower case, or {@code spki:} with a pin, is its text then. */
    public boolean needsCertificate() {
        return proof;
    }

    /** Whether an entry of a sender group, which need not be valid, names a key. */
    public static boolean isKey(String text) {
        return text.startsWith(KEY);
    }

    /** The zone of the DNS list that decides, in lower case; null where none does. */
    public String dnsList() {
        return list;
    }

    /** By address and name alone; what needs a certificate or a DNS list never matches so. */
    public boolean matches(InetAddress address, String hostName) {
        if (proof || list != null) {
            return false;
        }
        if (host != null) {
            return hostName != null && (host.startsWith(".") ? hostName.endsWith(host) : hostName.equals(host));
        }
        if (low == null) {
            return true;
        }
        if (address.getAddress().length != family) {
            return false;
        }
        BigInteger value = value(address);
        return value.compareTo(low) >= 0 && value.compareTo(high) <= 0;
    }

    @Override
    public String toString() {
        return text;
    }

    private static SenderPattern proof(String text) {
        return new SenderPattern(text, 0, null, null, null, true, null);
    }

    /** A DNS name as certificates have them, or {@code .domain}; without wildcards. */
    private static String certificateName(String text) {
        String name = text.substring(CERTIFICATE_NAME.length());
        boolean domain = name.startsWith(".");
        try {
            return (domain ? "." : "") + HostNames.normal(domain ? name.substring(1) : name);
        } catch (IllegalArgumentException e) {
            throw bad(text, "has no DNS name behind cert:");
        }
    }

    private static String zone(String zone, String text) {
        String normal;
        try {
            normal = HostNames.normal(zone);
        } catch (IllegalArgumentException e) {
            throw bad(text, "has no domain name between the brackets");
        }
        if (normal.indexOf('.') < 0 || normal.length() > LONGEST_ZONE) {
            throw bad(text, normal.indexOf('.') < 0 ? "has a top-level domain between the brackets, which is no DNS list"
                    : "has a zone of more than " + LONGEST_ZONE + " characters, before which no IPv6 address fits");
        }
        return normal;
    }

    private static SenderPattern cidr(String text) {
        int slash = text.indexOf('/');
        InetAddress address = literal(text.substring(0, slash), text);
        int bits = address.getAddress().length * 8;
        int prefix = number(text.substring(slash + 1), bits, text);
        BigInteger span = BigInteger.ONE.shiftLeft(bits - prefix);
        BigInteger low = value(address).divide(span).multiply(span);
        if (!low.equals(value(address))) {
            throw bad(text, "has bits set beyond its prefix length " + prefix);
        }
        return new SenderPattern(text, bits / 8, low, low.add(span).subtract(BigInteger.ONE), null);
    }

    private static SenderPattern range(String text, String[] octets, String last) {
        String[] head = new String[octets.length - 1];
        System.arraycopy(octets, 0, head, 0, head.length);
        int from = number(octets[octets.length - 1], 255, text);
        int to = number(last, 255, text);
        if (from > to) {
            throw bad(text, "ends before it begins");
        }
        return octets(text, head, from, to);
    }

    /** All addresses that begin with {@code head} and go on with an octet between the two. */
    private static SenderPattern octets(String text, String[] head, int from, int to) {
        long prefix = 0;
        for (String octet : head) {
            prefix = prefix << 8 | number(octet, 255, text);
        }
        int rest = 3 - head.length;
        long low = (prefix << 8 | from) << 8 * rest;
        long high = ((prefix << 8 | to) + 1 << 8 * rest) - 1;
        return new SenderPattern(text, 4, BigInteger.valueOf(low), BigInteger.valueOf(high), null);
    }

    private static int number(String text, int max, String whole) {
        if (!NUMBER.matcher(text).matches() || Integer.parseInt(text) > max) {
            throw bad(whole, "has '" + text + "' where a number from 0 to " + max + " is needed");
        }
        return Integer.parseInt(text);
    }

    private static InetAddress literal(String text, String whole) {
        return HostNames.address(text).orElseThrow(() -> bad(whole, text.contains(":") || IPV4_SHAPE.matcher(text).matches()
                ? "is not an IP address" : "is not a whole IP address (a partial address ends with a dot)"));
    }

    private static BigInteger value(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    private static IllegalArgumentException bad(String text, String why) {
        return new IllegalArgumentException("'" + text + "' " + why + "; " + ALLOWED);
    }
}
