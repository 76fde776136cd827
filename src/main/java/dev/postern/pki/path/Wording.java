package dev.postern.pki.path;

import dev.postern.pki.Names;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;

/** Certificates in words, so that a person finds the one that is meant. */
final class Wording {
    private static final int LONGEST_NAME = 200;
    private static final int MOST_NAMES = 10;
    private final Collection<X509Certificate> all;

    /** @param all among which a certificate is to be told from the others */
    Wording(Collection<X509Certificate> all) {
        this.all = all;
    }

    /** Its subject; with serial number, issuer and end where another has the same. */
    String of(X509Certificate certificate) {
        String subject = quoted(Names.subject(certificate));
        boolean alone = all.stream().noneMatch(c -> !c.equals(certificate) && c.getSubjectX500Principal().equals(certificate.getSubjectX500Principal()));
        if (alone && !Names.subject(certificate).isEmpty()) {
            return subject;
        }
        return subject + " (serial " + clean(certificate.getSerialNumber().toString(16)) + ", of " + issuer(certificate) + ", until " + until(certificate) + ")";
    }

    String of(List<X509Certificate> certificates) {
        String text = certificates.stream().limit(MOST_NAMES).map(this::of).collect(Collectors.joining(", "));
        return certificates.size() > MOST_NAMES ? text + " and " + (certificates.size() - MOST_NAMES) + " more" : text;
    }

    static String issuer(X509Certificate certificate) {
        return quoted(Names.issuer(certificate));
    }

    static String until(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant().toString();
    }

    /** Where the certificate says that its issuer's is (RFC 5280, 4.2.2.1); http and https only. */
    static Optional<String> whereIssuerIs(X509Certificate certificate) {
        byte[] extension = certificate.getExtensionValue(Extension.authorityInfoAccess.getId());
        if (extension == null) {
            return Optional.empty();
        }
        try {
            for (var access : AuthorityInformationAccess.getInstance(ASN1OctetString.getInstance(extension).getOctets()).getAccessDescriptions()) {
                GeneralName place = access.getAccessLocation();
                if (access.getAccessMethod().equals(AccessDescription.id_ad_caIssuers) && place.getTagNo() == GeneralName.uniformResourceIdentifier
                        && place.getName().toString().matches("https?://.*")) {
                    return Optional.of(clean(place.getName().toString()));
                }
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            return Optional.empty();   // an extension that cannot be read names no place
        }
        return Optional.empty();
    }

    private static String quoted(String name) {
        return "'" + clean(name) + "'";
    }

    /** Names come from strangers: bounded, and without what could break a line. */
    private static String clean(String text) {
        String line = text.replaceAll("\\p{C}", "?");
        return line.length() > LONGEST_NAME ? line.substring(0, LONGEST_NAME) + "…" : line;
    }
}
