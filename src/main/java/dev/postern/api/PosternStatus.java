package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;

/** What every kind's status has: conditions in the Gateway API's vocabulary, and those that kstatus reads. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public class PosternStatus {
    @JsonPropertyDescription("The metadata.generation that this status speaks of.")
    public Long observedGeneration;

    @JsonPropertyDescription("Accepted, ResolvedRefs, Programmed and their summary Ready; Reconciling or Stalled while they apply.")
    public List<Condition> conditions = new ArrayList<>();
}
