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
    @JsonPropertyDescription("When a certificate that is made here is renewed, RFC 3339.")
    public String renewalTime;
}
