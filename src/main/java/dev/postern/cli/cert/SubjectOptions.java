package dev.postern.cli.cert;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The subject of a certificate. */
final class SubjectOptions {
    @Option(names = "--common-name", paramLabel = "TEXT", description = "CN; the first DNS name where absent.")
    String commonName;
    @Option(names = "--organization", paramLabel = "TEXT", description = "O")
    String organization;
    @Option(names = "--organizational-unit", paramLabel = "TEXT", description = "OU")
    String organizationalUnit;
    @Option(names = "--locality", paramLabel = "TEXT", description = "L")
    String locality;
    @Option(names = "--state", paramLabel = "TEXT", description = "ST")
    String state;
    @Option(names = "--country", paramLabel = "CC", description = "C: two capital letters.")
    String country;

    /** By field of spec.subject; null where not given. */
    Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("commonName", commonName);
        fields.put("organization", organization);
        fields.put("organizationalUnit", organizationalUnit);
        fields.put("locality", locality);
        fields.put("state", state);
        fields.put("country", country);
        return fields;
    }
}
