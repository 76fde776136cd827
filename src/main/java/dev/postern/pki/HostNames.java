package dev.postern.pki;

import java.net.IDN;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Host names, and whether a certificate is for one (RFC 9525). */
public final class HostNames {
    private static final Pattern ASCII_NAME = Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
    private static final Pattern IPV4 = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    /** What IDNA 2003, which the JDK has, and IDNA 2008 map to different names: sharp s, final sigma, the joiners. */
    private static final Pattern AMBIGUOUS = Pattern.compile("[\\u00df\\u1e9e\\u03c2\\u200c\\u200d]");

    private HostNames() {
    }

    /**
     * A name in the form in which names are compared: lower-case A-labels.
     *
     * @throws IllegalArgumentException when it is not a host name (RFC 1123, RFC 5890), saying why; a trailing dot is not allowed
     */
    public static String normal(String name) {
        if (AMBIGUOUS.matcher(name).find()) {
            throw new IllegalArgumentException("'" + name + "' has a letter that two versions of IDNA treat differently; write its A-labels (xn--…)");
        }
        String ascii;
        try {
            ascii = IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            ascii = "";   // said below
        }
        if (!ASCII_NAME.matcher(ascii).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not a host name; allowed are labels of letters, digits and inner hyphens with dots between them, 253 characters at most");
        }
        return ascii;
    }

    /** The address that a text is the literal of: IPv4 in four decimal parts without leading zeros, or IPv6 without brackets or zone. */
    public static Optional<InetAddress> address(String text) {
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether a certificate is for a name. Its dNSNames decide; the subject's CN is asked only where the certificate has no
     * dNSName at all. A wildcard counts when it is the whole left-most label, and stands for one label. An address matches
     * an iPAddress and nothing else.
     *
     * @param reference the name wanted: a host name in A- or U-labels, a trailing dot is passed over; or an IP address literal
     * @return false also for what is no name at all
     */
    public static boolean matches(X509Certificate certificate, String reference) {
        var alternative = Names.Alternative.of(certificate);
        Optional<InetAddress> address = address(reference);
        if (address.isPresent()) {
            return alternative.isPresent() && alternative.get().addresses().contains(address.get());
        }
        String wanted = wanted(reference).orElse(null);
        if (wanted == null) {
            return false;
        }
        if (alternative.isPresent() && (!alternative.get().readable() || !alternative.get().dnsNames().isEmpty())) {
            return matchesAny(alternative.get().dnsNames(), wanted);
        }
        return Names.commonName(certificate).map(List::of).filter(names -> matchesAny(names, wanted)).isPresent();
    }

    /** Whether one of a certificate's dNSNames is a host name, whatever its CN is. */
    public static boolean matchesAlternative(X509Certificate certificate, String host) {
        return wanted(host).filter(name -> matchesAny(Names.dnsNames(certificate), name)).isPresent();
    }

    /** Whether a certificate's CN is a host name, whatever dNSNames it has. */
    public static boolean matchesCommonName(X509Certificate certificate, String host) {
        return wanted(host).filter(name -> matchesAny(Names.commonName(certificate).stream().toList(), name)).isPresent();
    }

    private static Optional<String> wanted(String host) {
        try {
            return Optional.of(normal(withoutDot(host)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean matchesAny(List<String> presented, String wanted) {
        return presented.stream().anyMatch(name -> matches(withoutDot(name).toLowerCase(Locale.ROOT), wanted));
    }

    private static boolean matches(String presented, String wanted) {
        if (!presented.startsWith("*.")) {
            return presented.equals(wanted);
        }
        int dot = wanted.indexOf('.');
        return dot > 0 && presented.substring(1).equals(wanted.substring(dot));
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
