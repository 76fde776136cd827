package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayList;
import java.util.List;

/** What the clients of a sender group may do. */
@ValidationRule(value = "!has(self.authentication) || self.authentication == 'None' || self.behavior == 'Relay'", message = Rules.AUTHENTICATION_RELAY,
        fieldPath = ".authentication")
@ValidationRule(value = "!has(self.rejectText) || self.behavior == 'Reject'", message = Rules.REJECT_TEXT, fieldPath = ".rejectText")
@ValidationRule(value = "self.rejectAt != 'Recipient' || self.behavior == 'Reject'", message = Rules.REJECT_AT, fieldPath = ".rejectAt")
public class MailFlowPolicySpec {
    @JsonPropertyDescription("The gateway whose listeners may use this policy.")
    public GatewayRef gatewayRef = new GatewayRef();

    @JsonPropertyDescription("Accept: mail for recipientAccess. Relay: mail for anyone. Reject: 554 at the greeting. TCPRefuse: the connection is closed without a word. Continue: the next entry of hostAccess decides.")
    @Required
    public Behavior behavior;

    @JsonPropertyDescription("TLS that the clients get.")
    public Tls tls = new Tls();

    @JsonPropertyDescription("Bounds of a session.")
    public Limits limits = new Limits();

    @JsonPropertyDescription("Whether clients log in (SMTP AUTH, over TLS only). None: it is not offered. Offer: it is, and clients may go on without. Require: mail is taken only from a client that has logged in. The users are the Listener's.")
    @Default("None")
    public Authentication authentication = Authentication.None;

    @JsonPropertyDescription("Slows down a client that makes mistakes; none is slowed down where absent.")
    public Tarpit tarpit;

    @JsonPropertyDescription("Text of the greeting behind the host name and ESMTP: one line of printable ASCII. $Group, $Hostname, $RemoteIP and $HATEntry stand for the sender group, the client's confirmed name and address, and the entry that matched.")
    @Pattern(Api.PRINTABLE)
    @Size(min = 1, max = 400)
    public String banner;

    @JsonPropertyDescription("Text of the 554 answer of Reject: one line of printable ASCII, with the variables of banner.")
    @Pattern(Api.PRINTABLE)
    @Size(min = 1, max = 400)
    public String rejectText;

    @JsonPropertyDescription("When Reject answers. Greeting: at once. Recipient: at each recipient, so that the log says who wrote to whom (delayed rejection); a client that logs in, where authentication is offered, relays.")
    @Default("Greeting")
    public RejectAt rejectAt = RejectAt.Greeting;

    /** What happens to the connections of a sender group. */
    public enum Behavior { Accept, Relay, Reject, TCPRefuse, Continue }

    /** Inbound TLS. */
    public static class Tls {
        @JsonPropertyDescription("Off: STARTTLS is not offered. Preferred: it is offered. Required: every command but NOOP, EHLO, QUIT and STARTTLS is answered 530 until TLS is up. YAML needs quotes around Off.")
        @Default("Preferred")
        public TlsMode mode = TlsMode.Preferred;

        @JsonPropertyDescription("None: clients are not asked for a certificate. Request: they are, and may go on without one. Require: mail is taken only behind a verified one.")
        @Default("None")
        public ClientCertificates clientCertificates = ClientCertificates.None;

        @JsonPropertyDescription("Authorities that client certificates are verified against; the system's where absent.")
        public TrustBundleRef clientTrustBundleRef;

        @JsonPropertyDescription("Senders whose mail is taken over TLS only: domain, .domain (its subdomains), or user@domain.")
        @Size(max = 1000)
        public List<@Size(min = 1, max = 320) @Pattern(Api.SENDER_ADDRESS) String> mandatorySenders = new ArrayList<>();
    }

    /** Whether clients show certificates. */
    public enum ClientCertificates { None, Request, Require }

    /** Inbound TLS levels. */
    public enum TlsMode { Off, Preferred, Required }

    /** Whether clients log in. */
    public enum Authentication { None, Offer, Require }

    /** When a client is told that it is rejected. */
    public enum RejectAt { Greeting, Recipient }

    /** Answers come late once a client has made too many mistakes. */
    public static class Tarpit {
        @JsonPropertyDescription("Rejected recipients and commands in a connection, after which answers come late.")
        @Default("3")
        @Min(0)
        @Max(1000)
        public Integer afterErrors = 3;

        @JsonPropertyDescription("By how much each answer is late, from 1s to 1m.")
        @Default("5s")
        @Pattern(Api.DURATION)
        @Size(max = Api.DURATION_LENGTH)
        public String delay = "5s";
    }

    /** Limits of a session and of a client; each is answered as RFC 5321 and RFC 1870 say. */
    public static class Limits {
        @JsonPropertyDescription("Largest message, from 1Ki to 1Gi.")
        @Default("20Mi")
        @ValidationRule(value = "quantity(string(self)).compareTo(quantity('1Ki')) >= 0 && quantity(string(self)).compareTo(quantity('1Gi')) <= 0",
                message = Rules.MESSAGE_SIZE)
        public Quantity maxMessageSize = new Quantity("20Mi");

        @JsonPropertyDescription("Recipients a message.")
        @Default("100")
        @Min(1)
        @Max(50000)
        public Integer maxRecipientsPerMessage = 100;

        @JsonPropertyDescription("Messages a connection.")
        @Default("1000")
        @Min(1)
        @Max(1_000_000)
        public Integer maxMessagesPerConnection = 1000;

        @JsonPropertyDescription("Concurrent connections from one address.")
        @Default("100")
        @Min(1)
        @Max(100_000)
        public Integer maxConnectionsPerClient = 100;

        @JsonPropertyDescription("Recipients that are taken from one address (of IPv6: a /64) in an hour, by all listeners of a pod together; no limit where absent.")
        @Min(1)
        @Max(10_000_000)
        public Integer maxRecipientsPerHour;

        @JsonPropertyDescription("Recipients that one address (of IPv6: a /64) may name in an hour that the recipient access table rejects; beyond them all its recipients are answered 550 until the hour has passed (directory harvest attack prevention). No limit where absent.")
        @Min(0)
        @Max(1_000_000)
        public Integer maxInvalidRecipientsPerHour;

        @JsonPropertyDescription("Whether a connection in which maxInvalidRecipientsPerHour is passed is dropped.")
        @Default("true")
        public Boolean dropConnectionOnInvalidRecipients = true;
    }
}
