package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.ArrayList;
import java.util.List;

/** The certificate in use. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class CertificateStatus extends PosternStatus {
    @JsonPropertyDescription("The kubernetes.io/tls Secret that holds the chain and the key.")
    public String secretName;
    @JsonPropertyDescription("SHA-256 of the leaf certificate, in hex.")
    public String fingerprint;
    @JsonPropertyDescription("Distinguished name of the certificate.")
    public String subject;
    @JsonPropertyDescription("Distinguished name of its issuer.")
    public String issuer;
    @JsonPropertyDescription("DNS names that the certificate covers.")
    public List<String> dnsNames = new ArrayList<>();
    @JsonPropertyDescription("Start of validity, RFC 3339.")
    public String notBefore;
    @JsonPropertyDescription("End of validity, RFC 3339.")
    public String notAfter;
    @JsonPropertyDescription("When a certificate that is made or requested here is renewed, RFC 3339.")
    public String renewalTime;
    @JsonPropertyDescription("Serial number, in hex.")
    public String serialNumber;
    @JsonPropertyDescription("Algorithm and size of the key, such as ECDSA-P256 or RSA-3072.")
    public String keyAlgorithm;
    @JsonPropertyDescription("The signing request (PKCS#10, PEM) that awaits its answer, or that the certificate in use answers.")
    public String signingRequest;
    @JsonPropertyDescription("The Secret that holds the signing request (tls.csr) and its key (tls.key).")
    public String signingRequestSecretName;
    @JsonPropertyDescription("The Secret that holds the exported PKCS#12 file.")
    public String exportSecretName;
}
