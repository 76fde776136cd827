package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.ArrayList;
import java.util.List;

/** Which plan is in force, and which pods serve it. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class MailGatewayStatus extends PosternStatus {
    @JsonPropertyDescription("Revision of the plan that was last written.")
    public String revision;

    @JsonPropertyDescription("Ready pods that serve this revision, of the pods wanted: 2/3.")
    public String serving;

    @JsonPropertyDescription("Pods that exist; what the scale subresource shows.")
    @StatusReplicas
    public Integer replicas;

    @JsonPropertyDescription("Label selector of the pods, in text; what the scale subresource gives to autoscalers.")
    @LabelSelector
    public String selector;

    @JsonPropertyDescription("What each pod serves.")
    public List<PodServing> pods = new ArrayList<>();

    @JsonPropertyDescription("Resources with an error, by kind and name; at most 20.")
    public List<String> rejected = new ArrayList<>();

    /** What one pod says that it serves. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public static class PodServing {
        @JsonPropertyDescription("Name of the pod.")
        public String name;
        @JsonPropertyDescription("Whether the pod is ready.")
        public boolean ready;
        @JsonPropertyDescription("Revision of the plan that it serves.")
        public String revision;
        @JsonPropertyDescription("Why the pod refused the newest plan, if it did.")
        public String refused;
    }
}
