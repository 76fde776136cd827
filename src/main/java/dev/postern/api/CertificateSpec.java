package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.ArrayList;
import java.util.List;

/** A certificate: where it comes from and, if it is made here, what is in it. */
@ValidationRule(value = "(has(self.source.selfSigned) ? 1 : 0) + (has(self.source.signingRequest) ? 1 : 0) + (has(self.source.pkcs12) ? 1 : 0)"
        + " + (has(self.source.secretRef) ? 1 : 0) + (has(self.source.demo) ? 1 : 0) == 1",
        message = Rules.SOURCE, fieldPath = ".source")
@ValidationRule(value = "!(has(self.source.selfSigned) || has(self.source.signingRequest)) || (has(self.dnsNames) && size(self.dnsNames) > 0)"
        + " || (has(self.subject) && has(self.subject.commonName))",
        message = Rules.NAMES, fieldPath = ".dnsNames")
@ValidationRule(value = "has(self.source.selfSigned) || has(self.source.signingRequest) || !has(self.dnsNames) || size(self.dnsNames) == 0",
        message = Rules.DNS_NAMES_UNUSED, fieldPath = ".dnsNames")
@ValidationRule(value = "!has(self.source.signingRequest) || (has(self.source.signingRequest.signedCertificate) ? 1 : 0)"
        + " + (has(self.source.signingRequest.signerName) ? 1 : 0) + (has(self.source.signingRequest.issuerRef) ? 1 : 0) <= 1",
        message = Rules.SIGNER, fieldPath = ".source.signingRequest")
@ValidationRule(value = "has(self.source.selfSigned) || has(self.source.signingRequest) || !has(self.subject) || !(has(self.subject.commonName) || has(self.subject.organization)"
        + " || has(self.subject.organizationalUnit) || has(self.subject.locality) || has(self.subject.state) || has(self.subject.country))",
        message = Rules.SUBJECT_UNUSED, fieldPath = ".subject")
public class CertificateSpec {
    @JsonPropertyDescription("The gateway that may use this certificate: its listeners as their own, its delivery as client certificate.")
    public GatewayRef gatewayRef = new GatewayRef();

    @JsonPropertyDescription("Where the certificate comes from: exactly one of selfSigned, signingRequest, pkcs12, secretRef and demo.")
    @Required
    public Source source;

    @JsonPropertyDescription("Subject of a certificate that is made or requested here.")
    public Subject subject = new Subject();

    @JsonPropertyDescription("DNS names of a certificate that is made or requested here; *.example.com covers one label.")
    @Size(max = 100)
    public List<@Size(min = 1, max = Api.HOSTNAME_LENGTH) @Pattern(Api.DNS_NAME) String> dnsNames = new ArrayList<>();

    @JsonPropertyDescription("Key of a certificate that is made or requested here.")
    public PrivateKey privateKey = new PrivateKey();

    @JsonPropertyDescription("Validity of a certificate that is made here, and that a signer is asked for, from 1h to 3650d.")
    @Default("365d")
    @Pattern(Api.DURATION)
    @Size(max = Api.DURATION_LENGTH)
    public String duration = "365d";

    @JsonPropertyDescription("How long before its end it is made or requested anew; a third of its duration where absent.")
    @Pattern(Api.DURATION)
    @Size(max = Api.DURATION_LENGTH)
    public String renewBefore;

    @JsonPropertyDescription("Other forms in which the certificate and its key are kept, for programs that need them.")
    public Export export = new Export();

    /** Exactly one of these. */
    public static class Source {
        @JsonPropertyDescription("Made and renewed here, signed by its own key.")
        public SelfSigned selfSigned;

        @JsonPropertyDescription("Key and signing request (CSR) are made here; an authority signs it.")
        public SigningRequest signingRequest;

        @JsonPropertyDescription("A PKCS#12 file (.p12, .pfx) with key and chain, in a Secret.")
        public Pkcs12 pkcs12;

        @JsonPropertyDescription("A kubernetes.io/tls Secret that someone else keeps, such as cert-manager.")
        public LocalRef secretRef;

        @JsonPropertyDescription("A certificate for trying things out: made here, for the gateway's host name; nobody can verify it.")
        public Demo demo;
    }

    /** No settings: those of the spec apply. Annotated, because Jackson does not write an empty class that is not. */
    @JsonSerialize
    public static class SelfSigned {
    }

    /** Who signs: a person, who puts the answer into signedCertificate, or one of two kinds of signer. At most one is set. */
    @JsonSerialize
    public static class SigningRequest {
        @JsonPropertyDescription("The authority's answer in PEM: the certificate, with intermediates in any order, or without.")
        @Size(min = 1, max = 131072)
        public String signedCertificate;

        @JsonPropertyDescription("A signer that answers CertificateSigningRequests of certificates.k8s.io, such as example.com/mail.")
        @Size(min = 3, max = 571)
        @Pattern(Api.SIGNER_NAME)
        public String signerName;

        @JsonPropertyDescription("An issuer of cert-manager, which is asked by a CertificateRequest.")
        public IssuerRef issuerRef;
    }

    /** An issuer of cert-manager, or one that works as those do. */
    public static class IssuerRef {
        @JsonPropertyDescription("Name of the issuer.")
        @Required
        @Pattern(Api.OBJECT_NAME)
        @Size(min = 1, max = Api.HOSTNAME_LENGTH)
        public String name;

        @JsonPropertyDescription("Issuer (of this namespace), ClusterIssuer, or an external issuer's kind.")
        @Default("Issuer")
        @Pattern(Api.KIND)
        @Size(min = 1, max = 63)
        public String kind = "Issuer";

        @JsonPropertyDescription("API group of the issuer.")
        @Default("cert-manager.io")
        @Pattern(Api.OBJECT_NAME)
        @Size(min = 1, max = Api.HOSTNAME_LENGTH)
        public String group = "cert-manager.io";
    }

    /** A PKCS#12 file and its password, both in Secrets of this namespace. */
    public static class Pkcs12 {
        @JsonPropertyDescription("The Secret with the file, and its key there: keystore.p12 where absent.")
        @Required
        public SecretKeyRef secretRef;

        @JsonPropertyDescription("The Secret with the file's password, and its key there: password where absent. A line end at the end of the password does not count.")
        @Required
        public SecretKeyRef passwordSecretRef;
    }

    /** Forms in which a certificate is exported. */
    public static class Export {
        @JsonPropertyDescription("A Secret CERTIFICATE-pkcs12 with the key and the chain as keystore.p12, kept up to date.")
        public Pkcs12Export pkcs12;
    }

    /** How the exported PKCS#12 file is protected. */
    public static class Pkcs12Export {
        @JsonPropertyDescription("The Secret with the password for the file, and its key there: password where absent.")
        @Required
        public SecretKeyRef passwordSecretRef;

        @JsonPropertyDescription("AES256: PBES2 with AES-256 and HMAC-SHA-256, which OpenSSL 1.1, Java 8u301, Windows 10 1709 and later read. TripleDES: for older ones.")
        @Default("AES256")
        public Encryption encryption = Encryption.AES256;
    }

    /** Protection of an exported PKCS#12 file. */
    public enum Encryption { AES256, TripleDES }

    /** No settings: subject and names are the gateway's. */
    @JsonSerialize
    public static class Demo {
    }

    /** Distinguished name (RFC 5280). */
    public static class Subject {
        @JsonPropertyDescription("CN; the first of dnsNames where absent.")
        @Size(min = 1, max = 64)
        public String commonName;
        @JsonPropertyDescription("O")
        @Size(min = 1, max = 64)
        public String organization;
        @JsonPropertyDescription("OU")
        @Size(min = 1, max = 64)
        public String organizationalUnit;
        @JsonPropertyDescription("L")
        @Size(min = 1, max = 128)
        public String locality;
        @JsonPropertyDescription("ST")
        @Size(min = 1, max = 128)
        public String state;
        @JsonPropertyDescription("C: two capital letters.")
        @Pattern(Api.COUNTRY)
        public String country;

        boolean isEmpty() {
            return commonName == null && organization == null && organizationalUnit == null && locality == null && state == null && country == null;
        }
    }

    /** Key algorithm and what renewal does with the key. */
    public static class PrivateKey {
        @JsonPropertyDescription("Algorithm and size of the key. Ed25519 only where every peer is known to accept it; beside it, list an ECDSA or RSA certificate for the others.")
        @Default("ECDSA-P256")
        public Algorithm algorithm = Algorithm.ECDSA_P256;

        @JsonPropertyDescription("Always: renewal makes a new key. Never: it keeps the key, as long as the algorithm stays.")
        @Default("Always")
        public Rotation rotation = Rotation.Always;
    }

    /** Key algorithms that mail servers accept. */
    public enum Algorithm {
        @JsonProperty("RSA-2048") RSA_2048,
        @JsonProperty("RSA-3072") RSA_3072,
        @JsonProperty("RSA-4096") RSA_4096,
        @JsonProperty("ECDSA-P256") ECDSA_P256,
        @JsonProperty("ECDSA-P384") ECDSA_P384,
        /** Few mail servers and no browser take it yet: for peers that are known to. */
        @JsonProperty("Ed25519") ED25519
    }

    /** What renewal does with the key. */
    public enum Rotation { Always, Never }
}
