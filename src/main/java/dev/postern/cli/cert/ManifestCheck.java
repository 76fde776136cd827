package dev.postern.cli.cert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.api.MailGateway;
import dev.postern.api.MailGatewaySpec;
import dev.postern.cli.tool.Yaml;
import dev.postern.manifest.ManifestReader;
import dev.postern.plan.KeyPairReader;
import dev.postern.plan.PlanCompiler;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceSet;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the API server and the operator would say of a Certificate that is yet to be written. Pure. */
final class ManifestCheck {
    private static final String NAMESPACE = "default";

    private ManifestCheck() {
    }

    /** Field and message of everything that is wrong; empty where nothing is. What it refers to need not be there. */
    static List<String> of(ObjectNode certificate, Instant now) {
        var manifests = new ManifestReader(NAMESPACE).parse(Map.of(Path.of("manifest"), Yaml.of(certificate)));
        List<String> wrong = new ArrayList<>(manifests.errors().stream().map(e -> (e.field().isEmpty() ? "" : e.field() + ": ") + e.message()).toList());
        if (wrong.isEmpty()) {
            var parsed = manifests.certificates().getFirst();
            MailGateway gateway = new MailGateway();
            gateway.setMetadata(new ObjectMetaBuilder().withName(parsed.getSpec().gatewayRef.name).withNamespace(parsed.getMetadata().getNamespace()).withGeneration(1L).build());
            gateway.setSpec(new MailGatewaySpec());
            gateway.getSpec().hostname = "mail.example.com";
            var resources = new ResourceSet(gateway, List.of(), List.of(), List.of(), List.of(parsed), Map.of(), Map.of());
            PlanCompiler.compile(resources, null, Map.of(), new KeyPairReader(Set.of()), now).problems().stream()
                    .filter(p -> p.resource().kind().equals("Certificate") && p.severity() == Problem.Severity.INVALID)
                    .forEach(p -> wrong.add(p.field() + ": " + p.message()));
        }
        return wrong;
    }
}
