package dev.postern.cli.cert;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.postern.cli.tool.Lines;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Names;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * One X.509 certificate.
 *
 * @param serialNumber in hex
 * @param notBefore    RFC 3339
 * @param notAfter     RFC 3339
 * @param daysLeft     whole days until then; negative after it
 * @param key          algorithm and size, such as ECDSA-P256
 * @param authority    whether it may issue others
 * @param sha256       of the certificate, in hex
 * @param spkiSha256   of its key (SubjectPublicKeyInfo), in Base64: what pins hold
 * @param tlsa         of its key, as a TLSA record has it (RFC 6698): DANE-EE, SPKI, SHA-256
 */
@JsonPropertyOrder({"subject", "dnsNames", "issuer", "serialNumber", "notBefore", "notAfter", "daysLeft", "key", "signature", "authority", "sha256", "spkiSha256", "tlsa"})
record Details(String subject, List<String> dnsNames, String issuer, String serialNumber, String notBefore, String notAfter, long daysLeft, String key, String signature,
        boolean authority, String sha256, String spkiSha256, String tlsa) {

    static Details of(X509Certificate certificate, Instant now) {
        Instant end = certificate.getNotAfter().toInstant();
        String spki = Fingerprints.sha256(certificate.getPublicKey());
        return new Details(Names.subject(certificate), Names.dnsNames(certificate), Names.issuer(certificate), certificate.getSerialNumber().toString(16),
                certificate.getNotBefore().toInstant().toString(), end.toString(), Row.daysLeft(end, now), KeyPairs.algorithm(certificate.getPublicKey()), certificate.getSigAlgName(),
                certificate.getBasicConstraints() >= 0, Fingerprints.sha256(certificate), Base64.getEncoder().encodeToString(HexFormat.of().parseHex(spki)), "3 1 1 " + spki);
    }

    /** Lines of label and value. */
    void print(Lines lines) {
        lines.line("Subject", subject);
        lines.line("Names", String.join(", ", dnsNames));
        lines.line("Issuer", issuer);
        lines.line("Valid from", notBefore);
        lines.line("Valid until", notAfter + " (" + (daysLeft < 0 ? "ended" : daysLeft + " days left") + ")");
        lines.line("Key", key);
        lines.line("Signature", signature);
        lines.line("Serial number", serialNumber);
        lines.line("SHA-256", sha256);
        lines.line("SPKI SHA-256", spkiSha256);
        lines.line("TLSA", tlsa);
    }
}
