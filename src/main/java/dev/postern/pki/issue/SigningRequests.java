package dev.postern.pki.issue;

import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.Asn1;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/** Signing requests (PKCS#10, RFC 2986): made for authorities, and read again. */
public final class SigningRequests {
    private static final String TYPE = "CERTIFICATE REQUEST";
    /** The second is what Netscape's, Microsoft's and Java's tools write. */
    private static final Set<String> TYPES = Set.of(TYPE, "NEW CERTIFICATE REQUEST");
    private static final String READABLE = "needed is one signing request in PEM (-----BEGIN CERTIFICATE REQUEST-----)";

    private SigningRequests() {
    }

    /**
     * A request for a certificate that mail servers and clients use, in PEM. It asks for names, key usage and extended key usage as
     * extensions (RFC 2985, 5.4.2); what of it is granted is the authority's to say.
     *
     * @param subject  its CN, where absent, is the first of {@code dnsNames} that fits into 64 characters
     * @param dnsNames host names, {@code *.} before one for a wildcard; IDNs become A-labels; may be empty if there is a subject
     * @throws IllegalArgumentException naming the value that no certificate can have
     */
    public static String make(Subject subject, List<String> dnsNames, KeyPair pair) {
        List<String> names = Subjects.dnsNames(dnsNames);
        X500Name name = Subjects.distinguishedName(subject, names);
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            var builder = new JcaPKCS10CertificationRequestBuilder(name, pair.getPublic());
            builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, LeafProfile.extensions(pair.getPublic(), names, name.getRDNs().length > 0));
            writer.writeObject(new PemObject(TYPE, builder.build(LeafProfile.signer(pair.getPrivate())).getEncoded()));
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalArgumentException("a signing request for " + names + " cannot be made: " + e.getMessage(), e);
        }
        return text.toString().replace("\r\n", "\n");
    }

    /**
     * What a request asks for. Text around the PEM block is passed over.
     *
     * @throws IllegalArgumentException when there is no request or more than one, or when it cannot be read
     */
    public static Description parse(String pem) {
        PKCS10CertificationRequest request = request(pem);
        try {
            PublicKey key = new JcaPKCS10CertificationRequest(request).getPublicKey();
            return new Description(new X500Principal(request.getSubject().getEncoded()).getName(), dnsNames(request), key, verified(request, key));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key of the signing request is of a kind that cannot be read", e);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("the signing request cannot be read; " + READABLE, e);   // what libraries throw for broken structures
        }
    }

    /**
     * A request, read.
     *
     * @param subject   as RFC 4514 writes it; empty where the request has none
     * @param dnsNames  of the subject alternative name, as they stand
     * @param verified  whether it is signed with the key that it is for: whoever made it has that key
     */
    public record Description(String subject, List<String> dnsNames, PublicKey publicKey, boolean verified) {
        public Description {
            dnsNames = List.copyOf(dnsNames);
        }
    }

    static PKCS10CertificationRequest request(String pem) {
        List<byte[]> found = new ArrayList<>();
        try (var reader = new PemReader(new StringReader(pem))) {
            for (PemObject object = reader.readPemObject(); object != null; object = reader.readPemObject()) {
                if (TYPES.contains(object.getType())) {
                    found.add(object.getContent());
                }
            }
            if (found.size() == 1) {
                return new PKCS10CertificationRequest(CertificationRequest.getInstance(Asn1.first(found.getFirst())));
            }
        } catch (IOException | RuntimeException e) {   // PemReader throws IllegalStateException for what is not Base64
            throw new IllegalArgumentException("the signing request cannot be read; " + READABLE, e);
        }
        throw new IllegalArgumentException("there " + (found.isEmpty() ? "is no signing request" : "are " + found.size() + " signing requests") + "; " + READABLE);
    }

    static List<String> dnsNames(PKCS10CertificationRequest request) {
        Extensions extensions = request.getRequestedExtensions();
        GeneralNames names = extensions == null ? null : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        return names == null ? List.of() : Stream.of(names.getNames()).filter(n -> n.getTagNo() == GeneralName.dNSName)
                .map(n -> ASN1IA5String.getInstance(n.getName()).getString()).toList();
    }

    private static boolean verified(PKCS10CertificationRequest request, PublicKey key) {
        try {
            return request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key));
        } catch (OperatorCreationException | PKCSException e) {
            return false;   // an algorithm that is unknown here or does not fit the key
        }
    }
}
