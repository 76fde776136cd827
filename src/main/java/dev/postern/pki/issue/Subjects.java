package dev.postern.pki.issue;

import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.HostNames;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;

/** Whom a certificate is for: the names that certificates and signing requests carry. */
public final class Subjects {
    /** Upper bound of a CN (RFC 5280, appendix A). */
    private static final int MAX_COMMON_NAME = 64;

    private Subjects() {
    }

    /**
     * A name as a certificate carries it: lower-case A-labels, {@code *.} before them or not.
     *
     * @throws IllegalArgumentException saying what was wrong and what is allowed
     */
    public static String dnsName(String name) {
        if (name.startsWith("*.")) {
            return "*." + HostNames.normal(name.substring(2));
        }
        return HostNames.normal(name);
    }

    /** The names as a certificate carries them, each once. */
    static List<String> dnsNames(List<String> names) {
        return names.stream().map(Subjects::dnsName).distinct().toList();
    }

    /**
     * The distinguished name. Its CN, where the subject has none, is the first of the names that fits into 64 characters.
     *
     * @param dnsNames as {@link #dnsNames} gives them
     * @return empty where every name is too long for a CN and the subject has nothing
     * @throws IllegalArgumentException where there is neither a name nor a subject
     */
    static X500Name distinguishedName(Subject subject, List<String> dnsNames) {
        String commonName = subject.commonName != null ? subject.commonName
                : dnsNames.stream().filter(n -> n.length() <= MAX_COMMON_NAME).findFirst().orElse(null);
        var builder = new X500NameBuilder(BCStyle.INSTANCE);
        add(builder, BCStyle.C, subject.country);
        add(builder, BCStyle.ST, subject.state);
        add(builder, BCStyle.L, subject.locality);
        add(builder, BCStyle.O, subject.organization);
        add(builder, BCStyle.OU, subject.organizationalUnit);
        add(builder, BCStyle.CN, commonName);
        X500Name name = builder.build();
        if (name.getRDNs().length == 0 && dnsNames.isEmpty()) {
            throw new IllegalArgumentException("a certificate needs at least one DNS name or a subject");
        }
        return name;
    }

    private static void add(X500NameBuilder builder, ASN1ObjectIdentifier type, String value) {
        if (value != null && !value.isEmpty()) {
            builder.addRDN(type, value);
        }
    }
}
