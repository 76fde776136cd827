package dev.postern.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** One key of a Secret of the same namespace. */
public class SecretKeyRef {
    /** Key of a PKCS#12 file where a reference names none. */
    public static final String PKCS12_FILE = "keystore.p12";
    /** Key of a password where a reference names none. */
    public static final String PASSWORD = "password";

    @JsonPropertyDescription("Name of the Secret.")
    @Required
    @Pattern(Api.OBJECT_NAME)
    @Size(min = 1, max = Api.HOSTNAME_LENGTH)
    public String name;

    @JsonPropertyDescription("Key in the Secret's data.")
    @Pattern(Api.DATA_KEY)
    @Size(min = 1, max = Api.HOSTNAME_LENGTH)
    public String key;

    /** The key, or {@code byDefault} where none is given. */
    public String keyOr(String byDefault) {
        return key == null ? byDefault : key;
    }
}
