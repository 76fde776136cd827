package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Names an object of a kind that the field's description gives, in the same namespace. */
public class LocalRef {
    @JsonPropertyDescription("Name of the object, in the same namespace.")
    @Required
    @Size(min = 1, max = Api.HOSTNAME_LENGTH)
    @Pattern(Api.OBJECT_NAME)
    public String name;

    public LocalRef() {
    }

    public LocalRef(String name) {
        this.name = name;
    }
}
