package dev.postern.gateway.auth;

import dev.postern.pki.HostNames;
import dev.postern.pki.Names;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Names under which a client certificate logs in. */
public final class CertificateNames {
    private CertificateNames() {
    }

    /** Its mail addresses, then its DNS names in lower case, in its order; a wildcard is no name of a client, and a subject's CN is never one. */
    public static List<String> of(X509Certificate certificate) {
        List<String> hosts = new ArrayList<>();
        for (String name : Names.dnsNames(certificate)) {
            try {
                hosts.add(HostNames.normal(name.endsWith(".") ? name.substring(0, name.length() - 1) : name));
            } catch (IllegalArgumentException e) {
                // a wildcard, or no host name
            }
        }
        return Stream.concat(Names.mailAddresses(certificate).stream(), hosts.stream()).distinct().toList();
    }
}
