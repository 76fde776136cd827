package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;

/** Attaches a resource to a MailGateway of its own namespace. */
public class GatewayRef {
    @JsonPropertyDescription("Name of the MailGateway in the same namespace.")
    @Default(Api.DEFAULT_GATEWAY)
    @Size(min = 1, max = Api.HOSTNAME_LENGTH)
    @Pattern(Api.OBJECT_NAME)
    public String name = Api.DEFAULT_GATEWAY;

    public GatewayRef() {
    }

    public GatewayRef(String name) {
        this.name = name;
    }
}
