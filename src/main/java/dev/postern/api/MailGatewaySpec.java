package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One gateway: its pods, its spool, how it delivers and whom it tells of failures. */
@ValidationRule(value = "self.storage.size == oldSelf.storage.size", message = Rules.STORAGE_SIZE, fieldPath = ".storage.size")
@ValidationRule(value = "has(self.storage.storageClassName) == has(oldSelf.storage.storageClassName)"
        + " && (!has(self.storage.storageClassName) || self.storage.storageClassName == oldSelf.storage.storageClassName)",
        message = Rules.STORAGE_CLASS, fieldPath = ".storage.storageClassName")
public class MailGatewaySpec {
    @JsonPropertyDescription("Name that the gateway gives in EHLO and in Received lines: a fully qualified host name.")
    @Required
    @Pattern(Api.HOSTNAME)
    @Size(min = 1, max = Api.HOSTNAME_LENGTH)
    public String hostname;

    @JsonPropertyDescription("Number of pods.")
    @Default("1")
    @Min(0)
    @Max(100)
    @SpecReplicas
    public Integer replicas = 1;

    @JsonPropertyDescription("The spool: what is accepted and not yet delivered.")
    public Storage storage = new Storage();

    @JsonPropertyDescription("Compute resources of each pod; the heap takes two fifths of the memory limit.")
    public ResourceRequirements resources;

    @JsonPropertyDescription("What the pods carry beyond the operator's own.")
    public Pod pod = new Pod();

    @JsonPropertyDescription("How mail goes out.")
    public Delivery delivery = new Delivery();

    @JsonPropertyDescription("What raises an alert.")
    public Alerts alerts = new Alerts();

    @JsonPropertyDescription("Daily reports of how TLS went to the domains that ask for them (RFC 8460); none are sent where absent.")
    public TlsReporting tlsReporting;

    @JsonPropertyDescription("How names are resolved.")
    public Dns dns = new Dns();

    @JsonPropertyDescription("How the mail log is written.")
    public Logging logging = new Logging();

    /** The spool's volume and its limits. */
    public static class Storage {
        @JsonPropertyDescription("Size of each pod's volume. Cannot change later.")
        @Default("10Gi")
        public Quantity size = new Quantity("10Gi");

        @JsonPropertyDescription("Storage class of the volume claims; the cluster's default where absent. Cannot change later.")
        @Size(min = 1, max = Api.HOSTNAME_LENGTH)
        @Pattern(Api.OBJECT_NAME)
        public String storageClassName;

        @JsonPropertyDescription("Messages that a pod holds at most; beyond it, mail is answered 452.")
        @Default("100000")
        @Min(1)
        @Max(10_000_000)
        public Integer maxMessages = 100_000;

        @JsonPropertyDescription("Space that stays free on the volume, 64Mi or more; below it, mail is answered 452.")
        @Default("256Mi")
        public Quantity reserve = new Quantity("256Mi");

        @JsonPropertyDescription("Encryption of the mail on the volume (AES-256-GCM); it is in clear where absent.")
        public Encryption encryption;
    }

    /** Encryption at rest. */
    public static class Encryption {
        @JsonPropertyDescription("Secret whose entries are keys: the name of an entry is that of its key, its value 32 random bytes as base64 or hex. The entry 'current' names the key that writes, or is 'none' to write in clear; it may be absent where there is one key. The pods read it when they start.")
        @Required
        public LocalRef keySecretRef;
    }

    /** Pod template extras. */
    public static class Pod {
        @JsonPropertyDescription("Image of the gateway; the operator's own where absent.")
        @Size(min = 1, max = 1024)
        public String image;
        @JsonPropertyDescription("Labels of the pods.")
        public Map<String, String> labels = new LinkedHashMap<>();
        @JsonPropertyDescription("Annotations of the pods.")
        public Map<String, String> annotations = new LinkedHashMap<>();
        @JsonPropertyDescription("Labels that a node must have.")
        public Map<String, String> nodeSelector = new LinkedHashMap<>();
        @JsonPropertyDescription("Taints that the pods bear.")
        public List<Toleration> tolerations = new ArrayList<>();
        @JsonPropertyDescription("How the pods spread over zones and nodes.")
        public List<TopologySpreadConstraint> topologySpreadConstraints = new ArrayList<>();
        @JsonPropertyDescription("Secrets for pulling the image.")
        public List<LocalObjectReference> imagePullSecrets = new ArrayList<>();
        @JsonPropertyDescription("Priority class of the pods.")
        public String priorityClassName;
    }

    /** Outbound mail. */
    public static class Delivery {
        @JsonPropertyDescription("When a message that could not be delivered is tried again, and when it bounces.")
        public Retry retry = new Retry();

        @JsonPropertyDescription("Certificate shown to servers that ask for one, where their DestinationControl names none; none where absent.")
        public LocalRef certificateRef;

        @JsonPropertyDescription("Authorities that verified delivery trusts; the system's where absent.")
        public TrustBundleRef trustBundleRef;
    }

    /** The retry schedule: the wait doubles from initial to max, with jitter, until maxAge. */
    public static class Retry {
        @JsonPropertyDescription("Wait after the first failure, from 1s to 1d: 60s, 15m.")
        @Default("5m")
        @Pattern(Api.DURATION)
        @Size(max = Api.DURATION_LENGTH)
        public String initial = "5m";

        @JsonPropertyDescription("Longest wait between two attempts, from 1s to 1d.")
        @Default("1h")
        @Pattern(Api.DURATION)
        @Size(max = Api.DURATION_LENGTH)
        public String max = "1h";

        @JsonPropertyDescription("Age at which a message bounces, from 1s to 30d.")
        @Default("4d")
        @Pattern(Api.DURATION)
        @Size(max = Api.DURATION_LENGTH)
        public String maxAge = "4d";
    }

    /** The global switches of alerts. */
    public static class Alerts {
        @JsonPropertyDescription("Failures of required TLS, in and out.")
        public RequiredTlsFailure requiredTLSFailure = new RequiredTlsFailure();

        @JsonPropertyDescription("Addresses that alerts are mailed to; none are mailed where empty.")
        @Size(max = 10)
        public List<@Size(min = 3, max = 320) @Pattern(Api.MAIL_ADDRESS) String> recipients = new ArrayList<>();

        @JsonPropertyDescription("Sender address of alerts; postmaster at the gateway's hostname where absent.")
        @Size(min = 3, max = 320)
        @Pattern(Api.MAIL_ADDRESS)
        public String from;

        @JsonPropertyDescription("How long after one alert of a domain the next is sent, from 1m to 1d.")
        @Default("1h")
        @Pattern(Api.DURATION)
        @Size(max = Api.DURATION_LENGTH)
        public String interval = "1h";

        @JsonPropertyDescription("Where alerts go instead of their recipients' MX hosts.")
        public DestinationControlSpec.Route route;
    }

    /** One switch for every DestinationControl and Listener, as on the appliance. */
    public static class RequiredTlsFailure {
        @JsonPropertyDescription("Whether a failure of required TLS becomes a Kubernetes event and, where there are recipients, a mail; log and metrics tell of it always.")
        @Default("true")
        public Boolean enabled = true;
    }

    /** Name resolution of delivery and of host access. */
    public static class Dns {
        @JsonPropertyDescription("Name servers, ADDRESS or ADDRESS:PORT; those of the pod where empty.")
        @Size(max = 8)
        public List<@Size(min = 1, max = 64) @Pattern(Api.DNS_SERVER) String> servers = new ArrayList<>();

        @JsonPropertyDescription("How DNSSEC is validated for DANE. Validate: here, from the trust anchors down. TrustResolver: by the name servers, whose AD bit is believed; only for servers on a path that nobody else can write to.")
        @Default("Validate")
        public Dnssec dnssec = Dnssec.Validate;

        @JsonPropertyDescription("Trust anchors of Validate, as DS records: '. IN DS 20326 8 2 E06D…'; the root's that Postern comes with where empty.")
        @Size(max = 16)
        public List<@Size(min = 1, max = 512) @Pattern(Api.PRINTABLE) String> trustAnchors = new ArrayList<>();
    }

    /** Who validates DNSSEC. */
    public enum Dnssec { Validate, TrustResolver }

    /** Reports of SMTP TLS (RFC 8460), sent once a day for the day before, in UTC. */
    public static class TlsReporting {
        @JsonPropertyDescription("Name of the organisation that reports.")
        @Required
        @Size(min = 1, max = 200)
        @Pattern(Api.PRINTABLE)
        public String organizationName;

        @JsonPropertyDescription("Whom to ask about a report: a mail address.")
        @Required
        @Size(min = 3, max = 320)
        @Pattern(Api.MAIL_ADDRESS)
        public String contactInfo;

        @JsonPropertyDescription("Sender of mailed reports; its domain signs them (DKIM).")
        @Required
        @Size(min = 3, max = 320)
        @Pattern(Api.MAIL_ADDRESS)
        public String from;

        @JsonPropertyDescription("DKIM signature of mailed reports (RFC 6376), which RFC 8460 asks for; without it only reports by HTTPS are sent.")
        public Dkim dkim;
    }

    /** How mailed reports are signed. */
    public static class Dkim {
        @JsonPropertyDescription("Selector: the key's record is at SELECTOR._domainkey.DOMAIN, DOMAIN being that of from.")
        @Required
        @Size(min = 1, max = 63)
        @Pattern(Api.HOSTNAME)
        public String selector;

        @JsonPropertyDescription("Certificate whose key signs: RSA or Ed25519. Its key should not rotate by itself, as the record would have to follow.")
        @Required
        public LocalRef certificateRef;
    }

    /** The mail log on standard output. */
    public static class Logging {
        @JsonPropertyDescription("Text: lines as the appliance's mail_logs. JSON: one object a line.")
        @Default("Text")
        public Format format = Format.Text;
    }

    /** Shape of a log line. */
    public enum Format { Text, JSON }
}
