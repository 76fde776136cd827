package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.ArrayList;
import java.util.List;

/** How TLS went lately to the domains of a DestinationControl. Bounded, whatever the number of domains. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class DestinationControlStatus extends PosternStatus {
    @JsonPropertyDescription("What connections came to since the pods started, over all pods and domains.")
    public Outcomes outcomes;

    @JsonPropertyDescription("The domains that mail went to last, those with failures first; at most 20.")
    public List<Destination> recent = new ArrayList<>();

    /** Connections by what they came to. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static class Outcomes {
        @JsonPropertyDescription("Encrypted, and the peer verified.")
        public long verified;
        @JsonPropertyDescription("Encrypted; the peer was not verified, or not to be.")
        public long encrypted;
        @JsonPropertyDescription("In clear, as the level allows.")
        public long clear;
        @JsonPropertyDescription("Not used, as TLS failed.")
        public long failed;
    }

    /** One recipient domain. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public static class Destination {
        @JsonPropertyDescription("Recipient domain.")
        public String domain;
        @JsonPropertyDescription("What its last connection came to: Verified, Encrypted, Clear or Failed.")
        public String lastOutcome;
        @JsonPropertyDescription("When that was, in RFC 3339.")
        public String lastTime;
        @JsonPropertyDescription("Its last failure of TLS.")
        public Failure lastFailure;
    }

    /** A failure of TLS. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public static class Failure {
        @JsonPropertyDescription("When it was, in RFC 3339.")
        public String time;
        @JsonPropertyDescription("The server: mx.example.com (192.0.2.1).")
        public String host;
        @JsonPropertyDescription("Why, in one word: NotOffered, HandshakeFailed, NameMismatch …")
        public String reason;
        @JsonPropertyDescription("What happened.")
        public String message;
    }
}
