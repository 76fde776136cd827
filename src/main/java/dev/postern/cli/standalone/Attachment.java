package dev.postern.cli.standalone;

import dev.postern.api.GatewayRef;
import dev.postern.manifest.Manifests;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds resources that attach to no gateway of the folder: silently passed over, their mail would fall to another's level. */
final class Attachment {
    private Attachment() {
    }

    /** A line for each, with file, line and field. */
    static List<String> strays(Manifests manifests) {
        Set<String> gateways = new HashSet<>();
        manifests.gateways().forEach(g -> gateways.add(g.getMetadata().getNamespace() + "/" + g.getMetadata().getName()));
        List<String> strays = new ArrayList<>();
        manifests.listeners().forEach(r -> check(manifests, gateways, r, r.getSpec().gatewayRef, strays));
        manifests.policies().forEach(r -> check(manifests, gateways, r, r.getSpec().gatewayRef, strays));
        manifests.destinations().forEach(r -> check(manifests, gateways, r, r.getSpec().gatewayRef, strays));
        manifests.certificates().forEach(r -> check(manifests, gateways, r, r.getSpec().gatewayRef, strays));
        return strays;
    }

    private static void check(Manifests manifests, Set<String> gateways, HasMetadata resource, GatewayRef ref, List<String> strays) {
        String namespace = resource.getMetadata().getNamespace();
        String wanted = namespace + "/" + ref.name;
        if (gateways.contains(wanted)) {
            return;
        }
        String field = "spec.gatewayRef.name";
        String place = manifests.locate(resource.getKind(), namespace, resource.getMetadata().getName(), field).map(l -> l + ": ").orElse("");
        strays.add(place + resource.getKind() + "/" + resource.getMetadata().getName() + " " + field + ": there is no MailGateway '" + ref.name
                + "' in namespace '" + namespace + "'; the folder has " + gateways.stream().sorted().toList());
    }
}
