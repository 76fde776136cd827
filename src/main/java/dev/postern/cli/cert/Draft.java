package dev.postern.cli.cert;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Manifests that are made here: what was asked for and no defaults. */
final class Draft {
    private Draft() {
    }

    /** A Certificate whose spec is yet empty. */
    static ObjectNode certificate(String name, Optional<String> namespace) {
        ObjectNode certificate = resource("postern.dev/v1alpha1", "Certificate", name, namespace);
        certificate.putObject("spec");
        return certificate;
    }

    static ObjectNode secret(String name, Optional<String> namespace, String type, Map<String, byte[]> files) {
        ObjectNode secret = resource("v1", "Secret", name, namespace).put("type", type);
        ObjectNode data = secret.putObject("data");
        files.forEach((file, bytes) -> data.put(file, Base64.getEncoder().encodeToString(bytes)));
        return secret;
    }

    /** Sets a field where there is a value; objects on the way are made. */
    static void put(ObjectNode resource, List<String> path, String value) {
        if (value != null) {
            ObjectNode at = resource;
            for (String key : path.subList(0, path.size() - 1)) {
                at = at.withObjectProperty(key);
            }
            at.put(path.getLast(), value);
        }
    }

    private static ObjectNode resource(String apiVersion, String kind, String name, Optional<String> namespace) {
        ObjectNode resource = JsonNodeFactory.instance.objectNode().put("apiVersion", apiVersion).put("kind", kind);
        ObjectNode metadata = resource.putObject("metadata").put("name", name);
        namespace.ifPresent(n -> metadata.put("namespace", n));
        return resource;
    }
}
