package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.ArrayList;
import java.util.List;

/** Which plan is in force, and which pods serve it. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class MailGatewayStatus extends PosternStatus {
    @JsonPropertyDescription("Revision of the plan that was last written.")
    public String revision;

    @JsonPropertyDescription("Ready pods that serve this revision, of the pods wanted: 2/3.")
    public String serving;

    @JsonPropertyDescription("What each pod serves.")
    public List<PodServing> pods = new ArrayList<>();

    @JsonPropertyDescription("Resources with an error, by kind and name; at most 20.")
    public List<String> rejected = new ArrayList<>();

    /** What one pod says that it serves. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public static class PodServing {
        public String name;
        public boolean ready;
        public String revision;
        @JsonPropertyDescription("Why the pod refused the newest plan, if it did.")
        public String refused;
    }
}
