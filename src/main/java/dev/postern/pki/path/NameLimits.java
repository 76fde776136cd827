package dev.postern.pki.path;

import dev.postern.pki.Names;
import dev.postern.pki.path.Paths.Broken;
import dev.postern.pki.path.Paths.Reason;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;

/**
 * Name constraints (RFC 5280, 4.2.1.10), as far as the JDK's validator, which compares the names, does not see to them: that they can
 * be read, that they are not so many that the comparison takes minutes, and what they mean for wildcards, of which RFC 5280 says nothing.
 */
final class NameLimits {
    /** Names of the path times subtrees of its name constraints; each pair is a comparison. */
    private static final long MOST_COMPARISONS = 250_000;
    private static final int IPV4_WITH_MASK = 8;
    private static final int IPV6_WITH_MASK = 32;

    private NameLimits() {
    }

    /** @param path leaf first, the authority that is trusted last */
    static Broken check(List<X509Certificate> path, Wording words) {
        List<GeneralSubtree> all = new ArrayList<>();
        List<GeneralSubtree> excluded = new ArrayList<>();
        for (X509Certificate certificate : path) {
            try {
                read(certificate, all, excluded);
            } catch (RuntimeException e) {
                return new Broken(Reason.INVALID_PATH, "the name constraints of the certificate " + words.of(certificate) + " are empty or cannot be read");
            }
        }
        if (path.stream().mapToLong(NameLimits::names).sum() * all.size() > MOST_COMPARISONS) {
            return new Broken(Reason.TOO_COSTLY, "the name constraints above the certificate " + words.of(path.getFirst()) + " are too many");
        }
        for (GeneralSubtree subtree : excluded) {
            for (String name : Names.dnsNames(path.getFirst())) {
                if (subtree.getBase().getTagNo() == GeneralName.dNSName && covers(name, subtree.getBase().getName().toString())) {
                    return new Broken(Reason.INVALID_PATH, "the certificate " + words.of(path.getFirst()) + " has a wildcard that covers a name which an authority above it excludes");
                }
            }
        }
        return null;
    }

    private static void read(X509Certificate certificate, List<GeneralSubtree> all, List<GeneralSubtree> excluded) {
        byte[] extension = certificate.getExtensionValue(Extension.nameConstraints.getId());
        if (extension == null) {
            return;
        }
        var constraints = NameConstraints.getInstance(ASN1OctetString.getInstance(extension).getOctets());
        List<GeneralSubtree> outside = list(constraints.getExcludedSubtrees());
        List<GeneralSubtree> here = Stream.concat(list(constraints.getPermittedSubtrees()).stream(), outside.stream()).toList();
        if (here.isEmpty() || !here.stream().allMatch(NameLimits::wellFormed)) {
            throw new IllegalArgumentException();
        }
        all.addAll(here);
        excluded.addAll(outside);
    }

    private static List<GeneralSubtree> list(GeneralSubtree[] subtrees) {
        return subtrees == null ? List.of() : List.of(subtrees);
    }

    private static boolean wellFormed(GeneralSubtree subtree) {
        if (subtree.getBase().getTagNo() != GeneralName.iPAddress) {
            return true;
        }
        int length = ASN1OctetString.getInstance(subtree.getBase().getName()).getOctetsLength();
        return length == IPV4_WITH_MASK || length == IPV6_WITH_MASK;
    }

    /** Whether a wildcard stands for the very name that is excluded: *.example.com for bar.example.com, not for a.bar.example.com. */
    private static boolean covers(String name, String excluded) {
        int dot = excluded.indexOf('.');
        return name.startsWith("*.") && dot > 0 && excluded.substring(dot).equalsIgnoreCase(name.substring(1));
    }

    private static long names(X509Certificate certificate) {
        long names = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()).getRDNs().length;
        byte[] extension = certificate.getExtensionValue(Extension.subjectAlternativeName.getId());
        try {
            return names + (extension == null ? 0 : GeneralNames.getInstance(ASN1OctetString.getInstance(extension).getOctets()).getNames().length);
        } catch (RuntimeException e) {
            return names;   // the validator refuses what cannot be read
        }
    }
}
