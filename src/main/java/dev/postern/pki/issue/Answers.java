package dev.postern.pki.issue;

import dev.postern.pki.Asn1;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.HostNames;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Names;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/** An authority's answer to a signing request, checked before it takes the place of what is in use. */
public final class Answers {
    private static final String READABLE = "needed are certificates in PEM (CERTIFICATE, or PKCS7 as Windows authorities answer)";
    /** As much of a fingerprint as a person compares. */
    private static final int SHORT = 16;

    private Answers() {
    }

    /** What becomes of an answer. */
    public sealed interface Result {
    }

    /**
     * It can be used.
     *
     * @param certificates the leaf first, the rest as it was given, each once
     * @param key          the one of the keys that it is for
     */
    public record Accepted(List<X509Certificate> certificates, KeyPair key) implements Result {
        public Accepted {
            certificates = List.copyOf(certificates);
        }

        @Override
        public String toString() {
            return "Accepted" + certificates.stream().map(Names::subject).toList();
        }
    }

    /**
     * It cannot be used.
     *
     * @param message what is wrong and what is needed, a clause without a full stop
     */
    public record Refused(Reason reason, String message) implements Result {
    }

    /** Why, as a status condition says it. */
    public enum Reason {
        /** Not PEM, or a certificate in it is broken. */
        NotReadable,
        NoCertificate,
        /** None of the certificates is for any of the keys. */
        KeyMismatch,
        /** The certificate for the key is an authority's. */
        IsAuthority,
        NotYetValid, Expired,
        /** The certificate does not cover all names. */
        NamesMissing,
        /** There are further certificates, and none of them issued the leaf. */
        ChainBroken
    }

    /**
     * Checks an answer. A leaf alone is accepted: what its chain lacks is found when the chain is arranged.
     *
     * @param dnsNames every one must be covered; a wildcard by the same wildcard
     * @param keys     those that the answer may be for: of the request that waits, and of the certificate in use; not empty, the likeliest first
     * @param answer   PEM with certificates in any order
     * @throws IllegalArgumentException where one of the names can be in no certificate; no request is made for such
     */
    public static Result check(List<String> dnsNames, List<KeyPair> keys, String answer, Instant now) {
        List<X509Certificate> given;
        try {
            given = parse(answer).stream().distinct().toList();
        } catch (IOException | CertificateException | RuntimeException e) {   // what libraries throw for broken structures
            return new Refused(Reason.NotReadable, "the answer cannot be read; " + READABLE);
        }
        if (given.isEmpty()) {
            return new Refused(Reason.NoCertificate, "there is no certificate in the answer; " + READABLE);
        }
        Optional<X509Certificate> found = given.stream().filter(c -> keyOf(c, keys).isPresent())
                .max(Comparator.comparing((X509Certificate c) -> !isAuthority(c)).thenComparing(X509Certificate::getNotAfter));
        if (found.isEmpty()) {
            return new Refused(Reason.KeyMismatch, mismatch(given, keys.getFirst().getPublic()));
        }
        X509Certificate leaf = found.get();
        List<X509Certificate> certificates = new ArrayList<>(List.of(leaf));
        given.stream().filter(c -> !c.equals(leaf)).forEach(certificates::add);
        return refused(leaf, certificates, dnsNames, now).<Result>map(r -> r).orElseGet(() -> new Accepted(certificates, keyOf(leaf, keys).orElseThrow()));
    }

    private static Optional<Refused> refused(X509Certificate leaf, List<X509Certificate> all, List<String> dnsNames, Instant now) {
        String name = "the certificate " + Names.subject(leaf);
        if (isAuthority(leaf)) {
            return refused(Reason.IsAuthority, name + " is an authority's (basicConstraints has CA:TRUE); needed is a server's");
        }
        if (now.isBefore(leaf.getNotBefore().toInstant())) {
            return refused(Reason.NotYetValid, name + " is not valid before " + leaf.getNotBefore().toInstant());
        }
        if (now.isAfter(leaf.getNotAfter().toInstant())) {
            return refused(Reason.Expired, name + " expired at " + leaf.getNotAfter().toInstant());
        }
        List<String> missing = dnsNames.stream().filter(n -> !covers(leaf, n)).toList();
        if (!missing.isEmpty()) {
            return refused(Reason.NamesMissing, name + " does not cover " + String.join(", ", missing) + "; it covers " + (Names.dnsNames(leaf).isEmpty() ? "no DNS name"
                    : String.join(", ", Names.dnsNames(leaf))));
        }
        if (all.size() > 1 && all.stream().noneMatch(c -> Chains.issued(c, leaf))) {
            return refused(Reason.ChainBroken, "none of the other certificates in the answer issued " + name + "; missing is that of its issuer "
                    + Names.issuer(leaf));
        }
        return Optional.empty();
    }

    private static Optional<Refused> refused(Reason reason, String message) {
        return Optional.of(new Refused(reason, message));
    }

    private static String mismatch(List<X509Certificate> given, PublicKey expected) {
        List<X509Certificate> leaves = given.stream().filter(c -> given.stream().noneMatch(other -> other != c && Chains.issued(c, other))).toList();
        return (leaves.isEmpty() ? given : leaves).stream().map(c -> Names.subject(c) + " (public key " + fingerprint(c.getPublicKey()) + ")").collect(Collectors.joining(", "))
                + " is not for the key of the signing request (public key " + fingerprint(expected) + ", " + KeyPairs.algorithm(expected)
                + "); perhaps another request was signed";
    }

    /** The start of SHA-256 over the public key, as {@code openssl pkey -pubin -outform DER | openssl sha256} gives it. */
    private static String fingerprint(PublicKey key) {
        return Fingerprints.sha256(key).substring(0, SHORT);
    }

    private static boolean covers(X509Certificate leaf, String dnsName) {
        return dnsName.startsWith("*.") ? Names.dnsNames(leaf).stream().anyMatch(n -> n.toLowerCase(Locale.ROOT).equals(Subjects.dnsName(dnsName)))
                : HostNames.matches(leaf, dnsName);
    }

    private static Optional<KeyPair> keyOf(X509Certificate certificate, List<KeyPair> keys) {
        return keys.stream().filter(k -> KeyPairs.same(k.getPublic(), certificate.getPublicKey())).findFirst();
    }

    private static boolean isAuthority(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }

    private static List<X509Certificate> parse(String pem) throws IOException, CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        var factory = CertificateFactory.getInstance("X.509");
        try (var reader = new PemReader(new StringReader(pem))) {
            for (PemObject object = reader.readPemObject(); object != null; object = reader.readPemObject()) {
                switch (object.getType()) {
                    case "CERTIFICATE", "X509 CERTIFICATE", "PKCS7", "PKCS #7 SIGNED DATA", "CMS" -> {
                        for (byte[] der : certificates(object.getContent())) {
                            certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
                        }
                    }
                    default -> { }   // the request itself, revocation lists
                }
            }
        }
        return certificates;
    }

    /** One certificate, or those of a PKCS#7 structure; by content, since Windows' certutil writes that as CERTIFICATE too. */
    private static List<byte[]> certificates(byte[] content) throws IOException {
        ASN1Sequence structure = ASN1Sequence.getInstance(Asn1.first(content));
        if (!(structure.getObjectAt(0) instanceof ASN1ObjectIdentifier)) {
            return List.of(content);
        }
        var certificates = SignedData.getInstance(ContentInfo.getInstance(structure).getContent()).getCertificates();
        List<byte[]> all = new ArrayList<>();
        if (certificates != null) {
            for (ASN1Encodable certificate : certificates) {
                all.add(certificate.toASN1Primitive().getEncoded());
            }
        }
        return all;
    }
}
