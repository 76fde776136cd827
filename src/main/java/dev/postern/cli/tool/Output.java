package dev.postern.cli.tool;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.postern.cli.tool.Yaml;
import picocli.CommandLine.Option;

/** How results are printed. JSON and YAML say the same, and fields are only ever added. */
public final class Output {
    /** JSON as it is printed: what is not known is left out; times are RFC 3339 texts. */
    public static final ObjectMapper JSON = JsonMapper.builder().serializationInclusion(JsonInclude.Include.NON_NULL).enable(SerializationFeature.INDENT_OUTPUT).build();

    /** The forms. */
    public enum Format { table, wide, json, yaml, name }

    @Option(names = {"-o", "--output"}, paramLabel = "FORMAT", defaultValue = "table", description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    public Format format;

    public boolean isStructured() {
        return format == Format.json || format == Format.yaml;
    }

    /** With a line break at its end. */
    public String structured(Object value) {
        try {
            return format == Format.yaml ? Yaml.of(JSON.valueToTree(value)) : JSON.writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
