package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A ConfigMap key that holds certificates of authorities in PEM. */
public class TrustBundleRef {
    @JsonPropertyDescription("Name of the ConfigMap, in the same namespace.")
    @Required
    @Size(min = 1, max = Api.HOSTNAME_LENGTH)
    @Pattern(Api.OBJECT_NAME)
    public String name;

    @JsonPropertyDescription("Key of the ConfigMap whose value is one or more PEM certificates.")
    @Default("ca.crt")
    @Size(min = 1, max = 253)
    @Pattern(Api.DATA_KEY)
    public String key = "ca.crt";
}
