package dev.postern.gateway.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** The names of a certificate, and whether one is a host's (RFC 9525 section 6.3). Pure. */
final class CertificateNames {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final List<String> dns = new ArrayList<>();
    private final List<String> addresses = new ArrayList<>();

    private CertificateNames() {
    }

    /** The names of the SAN; the subject's common name only where the SAN has none. */
    static CertificateNames of(X509Certificate certificate) {
        CertificateNames names = new CertificateNames();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                int type = (Integer) alternative.get(0);
                if (type == DNS_NAME) {
                    names.dns.add(lower((String) alternative.get(1)));
                } else if (type == IP_ADDRESS) {
                    names.addresses.add((String) alternative.get(1));
                }
            }
        } catch (CertificateParsingException e) {
            return names;   // an unreadable SAN still rules out the common name
        }
        if (names.dns.isEmpty() && names.addresses.isEmpty()) {
            commonName(certificate, names.dns);
        }
        return names;
    }

    /** @param host a host name in A-labels, or an IP address */
    boolean match(String host) {
        if (isAddress(host)) {
            return addresses.stream().anyMatch(a -> sameAddress(a, host));
        }
        String wanted = lower(host);
        return dns.stream().anyMatch(pattern -> matches(pattern, wanted));
    }

    /** Names in the order of the certificate, for messages; at most five. */
    String describe() {
        List<String> all = new ArrayList<>(dns);
        all.addAll(addresses);
        String shown = String.join(", ", all.subList(0, Math.min(5, all.size())));
        return all.isEmpty() ? "no name" : all.size() > 5 ? shown + " and " + (all.size() - 5) + " more" : shown;
    }

    /** A wildcard stands for exactly one label, as the whole left-most one, above at least two more. */
    private static boolean matches(String pattern, String host) {
        if (!pattern.startsWith("*.")) {
            return !pattern.isEmpty() && pattern.equals(host);
        }
        String parent = pattern.substring(1);
        int dot = host.indexOf('.');
        return dot > 0 && parent.indexOf('*') < 0 && parent.indexOf('.', 1) > 0 && host.substring(dot).equals(parent);
    }

    private static void commonName(X509Certificate certificate, List<String> into) {
        try {
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN") && rdn.getValue() instanceof String name) {
                    into.add(lower(name));
                }
            }
        } catch (InvalidNameException e) {
            // a subject that is no name has none that could match
        }
    }

    private static String lower(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    static boolean isAddress(String host) {
        return host.indexOf(':') >= 0 || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }

    private static boolean sameAddress(String a, String b) {
        try {
            return InetAddress.getByName(a).equals(InetAddress.getByName(b));   // literals: nothing is looked up
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
