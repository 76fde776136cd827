package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.ArrayList;
import java.util.List;

/** Which certificates the pods serve on this listener. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class ListenerStatus extends PosternStatus {
    @JsonPropertyDescription("What each pod serves on this listener.")
    public List<Served> served = new ArrayList<>();

    /** The certificates of one pod, by the SHA-256 fingerprint of the leaf, in hex. */
    public static class Served {
        @JsonPropertyDescription("Name of the pod.")
        public String pod;
        @JsonPropertyDescription("Fingerprints of the leaves served, the default first.")
        public List<String> certificates = new ArrayList<>();
        @JsonPropertyDescription("Why the pod does not listen, if it does not.")
        public String error;
    }
}
