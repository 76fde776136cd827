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
@ValidationRule(value = "(has(self.source.selfSigned) ? 1 : 0) + (has(self.source.secretRef) ? 1 : 0) + (has(self.source.demo) ? 1 : 0) == 1",
        message = Rules.SOURCE, fieldPath = ".source")
@ValidationRule(value = "!has(self.source.selfSigned) || (has(self.dnsNames) && size(self.dnsNames) > 0) || (has(self.subject) && has(self.subject.commonName))",
        message = Rules.NAMES, fieldPath = ".dnsNames")
@ValidationRule(value = "has(self.source.selfSigned) || !has(self.dnsNames) || size(self.dnsNames) == 0",
        message = Rules.DNS_NAMES_UNUSED, fieldPath = ".dnsNames")
@ValidationRule(value = "has(self.source.selfSigned) || !has(self.subject) || !(has(self.subject.commonName) || has(self.subject.organization)"
        + " || has(self.subject.organizationalUnit) || has(self.subject.locality) || has(self.subject.state) || has(self.subject.country))",
        message = Rules.SUBJECT_UNUSED, fieldPath = ".subject")
public class CertificateSpec {
    @JsonPropertyDescription("The gateway whose listeners may serve this certificate.")
    public GatewayRef gatewayRef = new GatewayRef();

    @JsonPropertyDescription("Where the certificate comes from: exactly one of selfSigned, secretRef and demo.")
    @Required
    public Source source;

    @JsonPropertyDescription("Subject of a certificate that is made here.")
    public Subject subject = new Subject();

    @JsonPropertyDescription("DNS names of a certificate that is made here; *.example.com covers one label.")
    @Size(max = 100)
    public List<@Size(min = 1, max = Api.HOSTNAME_LENGTH) @Pattern(Api.DNS_NAME) String> dnsNames = new ArrayList<>();

    @JsonPropertyDescription("Key of a certificate that is made here.")
    public PrivateKey privateKey = new PrivateKey();

    @JsonPropertyDescription("Validity of a certificate that is made here, from 1h to 3650d.")
    @Default("365d")
    @Pattern(Api.DURATION)
    @Size(max = Api.DURATION_LENGTH)
    public String duration = "365d";

    @JsonPropertyDescription("How long before its end it is made anew; a third of its duration where absent.")
    @Pattern(Api.DURATION)
    @Size(max = Api.DURATION_LENGTH)
    public String renewBefore;

    /** Exactly one of these. */
    public static class Source {
        @JsonPropertyDescription("Made and renewed here, signed by its own key.")
        public SelfSigned selfSigned;

        @JsonPropertyDescription("A kubernetes.io/tls Secret that someone else keeps, such as cert-manager.")
        public LocalRef secretRef;

        @JsonPropertyDescription("A certificate for trying things out: made here, for the gateway's host name; nobody can verify it.")
        public Demo demo;
    }

    /** No settings: those of the spec apply. Annotated, because Jackson does not write an empty class that is not. */
    @JsonSerialize
    public static class SelfSigned {
    }

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
        @JsonPropertyDescription("Algorithm and size of the key.")
        @Default("ECDSA-P256")
        public Algorithm algorithm = Algorithm.ECDSA_P256;

        @JsonPropertyDescription("Always: renewal makes a new key. Never: it keeps the key.")
        @Default("Always")
        public Rotation rotation = Rotation.Always;
    }

    /** Key algorithms that mail servers accept. */
    public enum Algorithm {
        @JsonProperty("RSA-2048") RSA_2048,
        @JsonProperty("RSA-3072") RSA_3072,
        @JsonProperty("RSA-4096") RSA_4096,
        @JsonProperty("ECDSA-P256") ECDSA_P256,
        @JsonProperty("ECDSA-P384") ECDSA_P384
    }

    /** What renewal does with the key. */
    public enum Rotation { Always, Never }
}
