package dev.postern.pki;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** Names in certificates. */
public final class Names {
    private Names() {
    }

    /** The subject as RFC 4514 writes it; empty where the certificate has none. */
    public static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    /** The issuer as RFC 4514 writes it. */
    public static String issuer(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().getName();
    }

    /** The dNSNames of the subject alternative name, as they stand; empty where there is none or where it cannot be read. */
    public static List<String> dnsNames(X509Certificate certificate) {
        return Alternative.of(certificate).map(Alternative::dnsNames).orElse(List.of());
    }

    /** The rfc822Names of the subject alternative name, as they stand; empty where there is none or where it cannot be read. */
    public static List<String> mailAddresses(X509Certificate certificate) {
        return Alternative.of(certificate).map(Alternative::mailAddresses).orElse(List.of());
    }

    /** What a certificate is for, in lower case: its dNSNames, or its CN where it has none, as {@link HostNames#matches} has it. */
    public static Set<String> hostNames(X509Certificate certificate) {
        List<String> names = dnsNames(certificate);
        return (names.isEmpty() ? commonName(certificate).stream() : names.stream()).map(n -> n.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    }

    /** The most specific CN of the subject. */
    public static Optional<String> commonName(X509Certificate certificate) {
        var rdns = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()).getRDNs(BCStyle.CN);
        return rdns.length == 0 ? Optional.empty() : Optional.of(IETFUtils.valueToString(rdns[rdns.length - 1].getFirst().getValue()));
    }

    /**
     * What the subject alternative name holds. Read here and not by the JDK: that hides an extension that it cannot read, and a
     * name that is there but broken must not count as absent.
     *
     * @param readable false where the extension is there and cannot be read; the lists are empty then
     */
    record Alternative(List<String> dnsNames, List<InetAddress> addresses, List<String> mailAddresses, boolean readable) {
        /** Empty where the certificate has no such extension. */
        static Optional<Alternative> of(X509Certificate certificate) {
            byte[] extension = certificate.getExtensionValue(Extension.subjectAlternativeName.getId());
            if (extension == null) {
                return Optional.empty();
            }
            List<String> dnsNames = new ArrayList<>();
            List<InetAddress> addresses = new ArrayList<>();
            List<String> mailAddresses = new ArrayList<>();
            try {
                for (GeneralName name : GeneralNames.getInstance(ASN1OctetString.getInstance(extension).getOctets()).getNames()) {
                    if (name.getTagNo() == GeneralName.dNSName) {
                        dnsNames.add(ASN1IA5String.getInstance(name.getName()).getString());
                    } else if (name.getTagNo() == GeneralName.rfc822Name) {
                        mailAddresses.add(ASN1IA5String.getInstance(name.getName()).getString());
                    } else if (name.getTagNo() == GeneralName.iPAddress) {
                        addresses.add(InetAddress.getByAddress(ASN1OctetString.getInstance(name.getName()).getOctets()));
                    }
                }
                return Optional.of(new Alternative(dnsNames, addresses, mailAddresses, true));
            } catch (IllegalArgumentException | IllegalStateException | UnknownHostException e) {
                return Optional.of(new Alternative(List.of(), List.of(), List.of(), false));
            }
        }
    }
}
