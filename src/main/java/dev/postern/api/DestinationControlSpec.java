package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.ArrayList;
import java.util.List;

/** How mail to some domains travels. Exactly one of destinations and default is given. */
@ValidationRule(value = "!has(self.tls) || !has(self.tls.mode) || self.tls.mode != 'None' || ((!has(self.tls.dane) || self.tls.dane == 'None') && (!has(self.tls.mtaSTS) || self.tls.mtaSTS == 'None'))",
        message = Rules.NO_TLS, fieldPath = ".tls.mode")
@ValidationRule(value = "(has(self.destinations) && size(self.destinations) > 0) != self.default",
        message = Rules.DESTINATIONS, fieldPath = ".destinations")
public class DestinationControlSpec {
    @JsonPropertyDescription("The gateway that delivers so.")
    public GatewayRef gatewayRef = new GatewayRef();

    @JsonPropertyDescription("Recipient domains: example.com, or .example.com for its subdomains. The longest match decides.")
    @Size(max = 1000)
    public List<@Size(min = 1, max = 254) @Pattern(Api.DOMAIN) String> destinations = new ArrayList<>();

    @JsonProperty("default")
    @JsonPropertyDescription("Makes this the entry of every domain that no other names; one a gateway.")
    @Default("false")
    public Boolean isDefault = false;

    @JsonPropertyDescription("TLS that these domains need.")
    public Tls tls = new Tls();

    @JsonPropertyDescription("Certificate shown to these servers where they ask for one; the gateway's delivery.certificateRef where absent.")
    public LocalRef certificateRef;

    @JsonPropertyDescription("Bounds of delivery to each of these domains.")
    public Limits limits = new Limits();

    @JsonPropertyDescription("When mail for these domains is tried again, and when it bounces; the gateway's delivery.retry where absent.")
    public MailGatewaySpec.Retry retry;

    @JsonPropertyDescription("Whether delivery rests: mail for these domains is taken and waits; its age counts on.")
    @Default("false")
    public Boolean suspend = false;

    @JsonPropertyDescription("Where mail goes instead of the domain's MX hosts (an SMTP route).")
    public Route route;

    /** Outbound TLS. */
    public static class Tls {
        @JsonPropertyDescription("None: in clear. Preferred: TLS where offered, else in clear. Required: TLS or not at all. PreferredVerify: as Preferred, and what was not verified is logged. RequiredVerify: verified TLS or not at all.")
        @Default("Preferred")
        public TlsMode mode = TlsMode.Preferred;

        @JsonPropertyDescription("Which name the certificate must have. Hosted: the recipient domain, else the name of the route or MX host. Destination: the recipient domain only. AsyncOS: the appliance's order: the recipient domain in the alternative names, then in the common name, then the forward-confirmed name of the server's address.")
        @Default("Hosted")
        public Identity identity = Identity.Hosted;

        @JsonPropertyDescription("Authorities to trust; the gateway's where absent.")
        public TrustBundleRef trustBundleRef;

        @JsonPropertyDescription("Public keys, one of which must be in the verified chain: base64 of the SHA-256 of a SubjectPublicKeyInfo, as openssl and browsers write pins. They narrow what is trusted, and never replace it.")
        @Size(max = 32)
        public List<@Pattern(Api.PIN) String> pins = new ArrayList<>();

        @JsonPropertyDescription("DANE (RFC 7672). None: not asked for. Opportunistic: where a host has TLSA records that DNSSEC proves, TLS that fits them or not at all. Mandatory: no mail to a host without them.")
        @Default("None")
        public Dane dane = Dane.None;

        @JsonPropertyDescription("MTA-STS (RFC 8461). None: not asked for. Opportunistic: where a domain publishes a policy to enforce, verified TLS to the hosts that it names or not at all.")
        @Default("None")
        public MtaSts mtaSTS = MtaSts.None;
    }

    /** Outbound TLS levels, lowest first. */
    public enum TlsMode { None, Preferred, Required, PreferredVerify, RequiredVerify }

    /** Which names a certificate is verified for. */
    public enum Identity { Hosted, Destination, AsyncOS }

    /** Whether TLSA records decide. */
    public enum Dane { None, Opportunistic, Mandatory }

    /** Whether a domain's published policy decides. */
    public enum MtaSts { None, Opportunistic }

    /** Bounds of delivery, for each destination domain. */
    public static class Limits {
        @JsonPropertyDescription("Concurrent connections of one pod.")
        @Default("20")
        @Min(1)
        @Max(1000)
        public Integer concurrentConnections = 20;

        @JsonPropertyDescription("Messages on one connection.")
        @Default("100")
        @Min(1)
        @Max(100_000)
        public Integer messagesPerConnection = 100;

        @JsonPropertyDescription("Recipients in a stretch of time; no limit where absent.")
        public RecipientRate recipients;

        @JsonPropertyDescription("What concurrentConnections and recipients hold for. Destination: the recipient domain. Address: each address of its hosts, whatever domains it serves.")
        @Default("Destination")
        public Per per = Per.Destination;
    }

    /** A rate of recipients. */
    public static class RecipientRate {
        @JsonPropertyDescription("Recipients at most.")
        @Required
        @Min(1)
        @Max(10_000_000)
        public Integer maximum;

        @JsonPropertyDescription("In so many minutes.")
        @Default("60")
        @Min(1)
        @Max(1440)
        public Integer minutes = 60;
    }

    /** What limits are counted for. */
    public enum Per { Destination, Address }

    /** An SMTP route: its hosts take the place of the MX hosts. */
    public static class Route {
        @JsonPropertyDescription("Hosts to deliver to, the lowest priority first; those of one priority share the load.")
        @Required
        @Size(min = 1, max = 32)
        public List<Host> hosts = new ArrayList<>();
    }

    /** One host of a route. */
    public static class Host {
        @JsonPropertyDescription("Host name or IP address; no MX lookup is made.")
        @Required
        @Size(min = 1, max = Api.HOSTNAME_LENGTH)
        @Pattern(Api.HOST_OR_ADDRESS)
        public String host;

        @JsonPropertyDescription("TCP port.")
        @Default("25")
        @Min(1)
        @Max(65535)
        public Integer port = 25;

        @JsonPropertyDescription("Lower is tried first, as with MX.")
        @Default("0")
        @Min(0)
        @Max(65535)
        public Integer priority = 0;
    }
}
