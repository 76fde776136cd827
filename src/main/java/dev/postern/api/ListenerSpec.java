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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A port, its certificates, and the two tables that decide who may send (HAT) and to whom (RAT). */
@ValidationRule(value = "self.type != 'Private' || !has(self.recipientAccess) || size(self.recipientAccess) == 0",
        message = Rules.PRIVATE, fieldPath = ".recipientAccess")
@ValidationRule(value = "self.type != 'Public' || (has(self.recipientAccess) && size(self.recipientAccess) > 0)",
        message = Rules.PUBLIC, fieldPath = ".recipientAccess")
@ValidationRule(value = "!has(self.authentication) || self.type == 'Private'", message = Rules.AUTHENTICATION_PRIVATE, fieldPath = ".authentication")
@ValidationRule(value = "!has(self.authentication) || (has(self.certificateRefs) && size(self.certificateRefs) > 0)",
        message = Rules.AUTHENTICATION_TLS, fieldPath = ".certificateRefs")
@ValidationRule(value = "self.hostAccess.all(a, self.hostAccess.exists_one(b, a.senderGroup == b.senderGroup))",
        message = Rules.SENDER_GROUPS, fieldPath = ".hostAccess")
public class ListenerSpec {
    @JsonPropertyDescription("The gateway that opens this port.")
    public GatewayRef gatewayRef = new GatewayRef();

    @JsonPropertyDescription("Public: receives mail from anywhere for the domains of recipientAccess. Private: relays for its sender groups; has no recipientAccess.")
    @Required
    public Type type;

    @JsonPropertyDescription("TCP port of the pods and of the Service.")
    @Required
    @Min(1)
    @Max(65535)
    public Integer port;

    @JsonPropertyDescription("Host name in the greeting; the gateway's where absent.")
    @Pattern(Api.HOSTNAME)
    @Size(min = 1, max = Api.HOSTNAME_LENGTH)
    public String hostname;

    @JsonPropertyDescription("Certificates, chosen by the name that the client asks for (SNI) and, of one name, by the keys that it can verify: ECDSA, else Ed25519, else RSA; the first where none fits. Without any, TLS is not offered.")
    @Size(max = 64)
    public List<LocalRef> certificateRefs = new ArrayList<>();

    @JsonPropertyDescription("TLS settings of this port.")
    public Tls tls = new Tls();

    @JsonPropertyDescription("Whether TLS begins with the connection, without STARTTLS (RFC 8314), as on port 465.")
    @Default("false")
    public Boolean implicitTLS = false;

    @JsonPropertyDescription("Proxies in front of this port that say who the client is (PROXY protocol, versions 1 and 2); none where absent.")
    public ProxyProtocol proxyProtocol;

    @JsonPropertyDescription("Users that may log in (SMTP AUTH), where the policy of their sender group asks for it; for Private listeners.")
    public Authentication authentication;

    @JsonPropertyDescription("The host access table: the first entry that matches the client decides. A client that none matches is rejected.")
    @Required
    @Size(min = 1, max = 200)
    public List<HostAccess> hostAccess = new ArrayList<>();

    @JsonPropertyDescription("The recipient access table of a Public listener: the first entry that matches decides. A recipient that none matches is rejected.")
    @Size(max = 10000)
    public List<RecipientAccess> recipientAccess = new ArrayList<>();

    @JsonPropertyDescription("The Service of this listener.")
    public Service service = new Service();

    /** Which side of the organisation the port faces. */
    public enum Type { Public, Private }

    /** TLS versions and ciphers of a listener. */
    @ValidationRule(value = "!has(self.cipherSuites) || size(self.cipherSuites) == 0 || (has(self.cipherProfile) && self.cipherProfile == 'Custom')",
            message = Rules.CIPHER_SUITES, fieldPath = ".cipherSuites")
    @ValidationRule(value = "!has(self.cipherProfile) || self.cipherProfile != 'Custom' || (has(self.cipherSuites) && size(self.cipherSuites) > 0)",
            message = Rules.CUSTOM_CIPHERS, fieldPath = ".cipherProfile")
    public static class Tls {
        @JsonPropertyDescription("Oldest TLS version that is accepted.")
        @Default("TLSv1.2")
        public TlsVersion minimumVersion = TlsVersion.TLSv1_2;

        @JsonPropertyDescription("Modern: TLS 1.3 alone. Intermediate: TLS 1.2 with forward secrecy and AEAD, and TLS 1.3. Custom: the suites of cipherSuites.")
        @Default("Intermediate")
        public CipherProfile cipherProfile = CipherProfile.Intermediate;

        @JsonPropertyDescription("Cipher suites of Custom, the preferred first, by their IANA names, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256. Those of TLS 1.3 all or none; without any, TLS 1.2 is the newest.")
        @Size(max = 32)
        public List<@Size(min = 1, max = 64) @Pattern(Api.CIPHER_SUITE) String> cipherSuites = new ArrayList<>();
    }

    /** Sets of cipher suites, by Mozilla's names for them. */
    public enum CipherProfile { Modern, Intermediate, Custom }

    /** TLS protocol versions by the names that the log uses. */
    public enum TlsVersion {
        @JsonProperty("TLSv1.2") TLSv1_2("TLSv1.2"),
        @JsonProperty("TLSv1.3") TLSv1_3("TLSv1.3");

        private final String protocol;

        TlsVersion(String protocol) {
            this.protocol = protocol;
        }

        /** The name that JSSE and OpenSSL use: {@code TLSv1.2}. */
        public String protocol() {
            return protocol;
        }
    }

    /** Proxies that a port believes. */
    public static class ProxyProtocol {
        @JsonPropertyDescription("Proxies: IP addresses and CIDR blocks. Their connections must begin with a PROXY header; that of no other is read.")
        @Required
        @Size(min = 1, max = 100)
        public List<@Size(min = 1, max = 64) @Pattern(Api.NETWORK) String> from = new ArrayList<>();
    }

    /** How clients log in. */
    @ValidationRule(value = "has(self.usersSecretRef) || (has(self.mechanisms) && self.mechanisms.all(m, m == 'EXTERNAL'))",
            message = Rules.AUTHENTICATION_USERS, fieldPath = ".usersSecretRef")
    @ValidationRule(value = "!has(self.usersSecretRef) || !has(self.mechanisms) || self.mechanisms.exists(m, m != 'EXTERNAL')",
            message = Rules.AUTHENTICATION_EXTERNAL, fieldPath = ".usersSecretRef")
    @ValidationRule(value = "!has(self.mechanisms) || self.mechanisms.all(m, self.mechanisms.exists_one(n, n == m))", message = Rules.MECHANISMS, fieldPath = ".mechanisms")
    public static class Authentication {
        @JsonPropertyDescription("Secret of the users: each key is a user name, each value its verifier as 'postern user verifier' prints it (SCRAM-SHA-256). Names that are no keys, such as mail addresses, are lines NAME:VERIFIER of the key 'users'. For PLAIN and SCRAM-SHA-256.")
        public LocalRef usersSecretRef;

        @JsonPropertyDescription("Mechanisms that are offered. EXTERNAL: the name in a client certificate that the policy's clientTrustBundleRef verifies.")
        @Size(min = 1, max = 3)
        public List<Mechanism> mechanisms = new ArrayList<>(List.of(Mechanism.SCRAM_SHA_256, Mechanism.PLAIN));
    }

    /** SASL mechanisms by their IANA names. */
    public enum Mechanism {
        @JsonProperty("PLAIN") PLAIN("PLAIN"),
        @JsonProperty("SCRAM-SHA-256") SCRAM_SHA_256("SCRAM-SHA-256"),
        @JsonProperty("EXTERNAL") EXTERNAL("EXTERNAL");

        private final String iana;

        Mechanism(String iana) {
            this.iana = iana;
        }

        /** As AUTH names it. */
        public String iana() {
            return iana;
        }
    }

    /** One sender group and the policy that it gets. */
    public static class HostAccess {
        @JsonPropertyDescription("Name of the sender group, as the log shows it.")
        @Required
        @Pattern(Api.SENDER_GROUP)
        @Size(min = 1, max = 64)
        public String senderGroup;

        @JsonPropertyDescription("Clients: IP address, CIDR block, range (10.1.1.5-10), partial address (10.1.), host name, .partial-host, cert:NAME or cert:.DOMAIN (a verified client certificate), spki:PIN (its key), dnslist[ZONE] (listed there), or ALL. Host names match only when forward-confirmed; certificates, once TLS is up.")
        @Required
        @Size(min = 1, max = 10000)
        public List<@Size(min = 1, max = 255) @Pattern(Api.SENDER) String> senders = new ArrayList<>();

        @JsonPropertyDescription("The MailFlowPolicy that applies.")
        @Required
        public LocalRef policyRef;
    }

    /** One entry of the recipient access table. */
    @ValidationRule(value = "!has(self.rejectText) || self.access == 'Reject'", message = Rules.RECIPIENT_TEXT, fieldPath = ".rejectText")
    public static class RecipientAccess {
        @JsonPropertyDescription("Recipients: domain, .domain (its subdomains), user@domain, user@ (in any domain), or ALL.")
        @Required
        @Size(min = 1, max = 10000)
        public List<@Size(min = 1, max = 320) @Pattern(Api.RECIPIENT) String> recipients = new ArrayList<>();

        @JsonPropertyDescription("What happens to mail for them.")
        @Default("Accept")
        public Access access = Access.Accept;

        @JsonPropertyDescription("Text of the 550 answer of Reject: one line of printable ASCII.")
        @Pattern(Api.PRINTABLE)
        @Size(min = 1, max = 400)
        public String rejectText;
    }

    /** Answer of the recipient access table. */
    public enum Access { Accept, Reject }

    /** How the listener's Service is exposed. */
    public static class Service {
        @JsonPropertyDescription("Type of the Service.")
        @Default("ClusterIP")
        public ServiceType type = ServiceType.ClusterIP;

        @JsonPropertyDescription("Annotations of the Service, such as a load balancer's.")
        public Map<String, String> annotations = new LinkedHashMap<>();

        @JsonPropertyDescription("Local keeps the client's address, which hostAccess needs; Cluster hides it behind the node's.")
        @Default("Local")
        public ExternalTrafficPolicy externalTrafficPolicy = ExternalTrafficPolicy.Local;
    }

    /** Service types that a listener can have. */
    public enum ServiceType { ClusterIP, NodePort, LoadBalancer }

    /** Of the Service; obeyed for NodePort and LoadBalancer. */
    public enum ExternalTrafficPolicy { Local, Cluster }
}
