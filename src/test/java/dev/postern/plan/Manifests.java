package dev.postern.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.postern.api.Certificate;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailGateway;
import dev.postern.plan.ResourceSet.KeyPairPem;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Manifests of tests as the compiler takes them; of two with one kind and name the later counts. */
final class Manifests {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of("MailGateway", MailGateway.class, "Listener", Listener.class,
            "MailFlowPolicy", MailFlowPolicy.class, "DestinationControl", DestinationControl.class, "Certificate", Certificate.class, "Secret", Secret.class,
            "ConfigMap", ConfigMap.class);
    private final Map<String, HasMetadata> all = new LinkedHashMap<>();

    Manifests add(Path file) {
        try {
            return add(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Manifests add(String yaml) {
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                if (document.isObject()) {
                    Class<? extends HasMetadata> type = KINDS.get(document.path("kind").asText());
                    var resource = Serialization.unmarshal(document.toString(), type);
                    all.put(resource.getKind() + "/" + resource.getMetadata().getName(), resource);
                }
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the gateway {@code default} is compiled from. */
    ResourceSet resources() {
        Map<String, KeyPairPem> keyPairs = new HashMap<>();
        for (Certificate certificate : of(Certificate.class)) {
            secret(certificate).ifPresent(secret -> keyPairs.put(certificate.getMetadata().getName(),
                    new KeyPairPem(secret.getMetadata().getName(), secret.getStringData().get("tls.crt"), secret.getStringData().get("tls.key"))));
        }
        Map<String, String> bundles = new HashMap<>();
        of(ConfigMap.class).forEach(map -> map.getData().forEach((key, value) -> bundles.put(map.getMetadata().getName() + "/" + key, value)));
        Map<String, Map<String, String>> users = new HashMap<>();
        of(Secret.class).stream().filter(s -> s.getStringData() != null).forEach(s -> users.put(s.getMetadata().getName(), s.getStringData()));
        return new ResourceSet((MailGateway) all.get("MailGateway/default"), of(Listener.class), of(MailFlowPolicy.class), of(DestinationControl.class),
                of(Certificate.class), keyPairs, bundles, List.of(), users);
    }

    /** The one named, or the one made for this Certificate. */
    private Optional<Secret> secret(Certificate certificate) {
        var source = certificate.getSpec().source;
        if (source != null && source.secretRef != null) {
            return Optional.ofNullable((Secret) all.get("Secret/" + source.secretRef.name));
        }
        String name = certificate.getMetadata().getName();
        return of(Secret.class).stream().filter(s -> s.getMetadata().getLabels() != null && name.equals(s.getMetadata().getLabels().get(PlanNames.CERTIFICATE_LABEL))).findFirst();
    }

    private <T> List<T> of(Class<T> type) {
        return all.values().stream().filter(type::isInstance).map(type::cast).toList();
    }
}
