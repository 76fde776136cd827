package dev.postern.operator.certificate.keep;

import dev.postern.api.Certificate;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.kube.CertificateSecrets;
import dev.postern.operator.status.Reasons;
import dev.postern.plan.PlanNames;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSourceStartPriority;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The Secrets that the operator makes for Certificates: one informer has them all, by their label, and none of anybody else's. */
public final class OwnSecrets {
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    /** The Secrets of gateways' plans have a gateway's label and are not wanted here. */
    private static final String SELECTOR = MANAGED_BY + "=" + OperatorSettings.NAME + ",!" + PlanNames.GATEWAY_LABEL;
    private static final int MAX_LABEL = 63;

    private final KubernetesClient client;
    private final InformerEventSource<Secret, Certificate> source;

    public OwnSecrets(KubernetesClient client, EventSourceContext<Certificate> context) {
        this.client = client;
        var configuration = InformerEventSourceConfiguration.from(Secret.class, Certificate.class)
                .withName("own-secrets")
                .withLabelSelector(SELECTOR)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(OwnSecrets::owners)
                .build();
        source = new InformerEventSource<>(configuration, context);
        // Before the source that says that everything is there.
        source.setEventSourcePriority(EventSourceStartPriority.RESOURCE_STATE_LOADER);
    }

    public InformerEventSource<Secret, Certificate> source() {
        return source;
    }

    /** A Secret of the Certificate, as far as is known without asking for it. */
    Optional<Secret> known(Certificate certificate, String name) {
        return source.get(new ResourceID(name, certificate.getMetadata().getNamespace())).filter(secret -> CertificateSecrets.isOf(certificate, secret));
    }

    /**
     * A Secret of the Certificate. One that lost its label gets it back.
     *
     * @throws Unresolved where there is one of that name that was not made for the Certificate
     */
    Optional<Secret> find(Look look, String name) throws Unresolved {
        Optional<Secret> known = known(look.certificate(), name);
        if (known.isPresent()) {
            return known;
        }
        Secret live = client.secrets().inNamespace(look.namespace()).withName(name).get();
        if (live == null) {
            return Optional.empty();
        }
        if (!CertificateSecrets.isOf(look.certificate(), live)) {
            look.secret(name);   // to see it go
            throw new Unresolved("spec.source", Reasons.NAME_TAKEN, "there is a Secret '" + name
                    + "' that was not made for this Certificate, and it is not overwritten; delete or rename it" + (name.endsWith("-tls") ? ", or use it as secretRef" : ""));
        }
        var labels = live.getMetadata().getLabels();
        if (labels != null && OperatorSettings.NAME.equals(labels.get(MANAGED_BY))) {
            return Optional.of(live);   // just made
        }
        return Optional.of(client.resource(live).edit(secret -> new SecretBuilder(secret).editMetadata().addToLabels(labels(look.certificate())).endMetadata().build()));
    }

    /**
     * Makes a Secret, or what it is to be of one.
     *
     * @param live what {@link #find} found, or null
     */
    Secret write(Certificate certificate, String name, String type, Map<String, String> annotations, Map<String, byte[]> files, Secret live) {
        Secret secret = object(certificate, name, type, annotations, files);
        if (live != null) {
            secret.getMetadata().setUid(live.getMetadata().getUid());
            secret.getMetadata().setResourceVersion(live.getMetadata().getResourceVersion());
        }
        return source.eventFilteringUpdateAndCacheResource(secret, wanted -> client.resource(wanted)
                .patch(new PatchContext.Builder().withPatchType(PatchType.SERVER_SIDE_APPLY).withFieldManager(OperatorSettings.NAME).withForce(true).build()));
    }

    /** Deletes a Secret of the Certificate where there is one and it is still as it is known. */
    void delete(Certificate certificate, String name) {
        known(certificate, name).ifPresent(secret -> client.resource(secret).lockResourceVersion().delete());
    }

    /** An annotation of a Secret, or null. */
    static String annotation(Secret secret, String name) {
        return secret == null || secret.getMetadata().getAnnotations() == null ? null : secret.getMetadata().getAnnotations().get(name);
    }

    static OwnerReference owner(Certificate certificate) {
        return new OwnerReferenceBuilder().withApiVersion(certificate.getApiVersion()).withKind(certificate.getKind())
                .withName(certificate.getMetadata().getName()).withUid(certificate.getMetadata().getUid()).withController(true).withBlockOwnerDeletion(true).build();
    }

    static Map<String, String> labels(Certificate certificate) {
        String name = certificate.getMetadata().getName();
        Map<String, String> labels = new TreeMap<>(Map.of("app.kubernetes.io/name", "postern", MANAGED_BY, OperatorSettings.NAME));
        if (name.length() <= MAX_LABEL) {   // the owner reference says whose it is, whatever the length of the name
            labels.put(PlanNames.CERTIFICATE_LABEL, name);
        }
        return labels;
    }

    private static Secret object(Certificate certificate, String name, String type, Map<String, String> annotations, Map<String, byte[]> files) {
        var data = new TreeMap<String, String>();
        files.forEach((file, bytes) -> data.put(file, Base64.getEncoder().encodeToString(bytes)));
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(certificate.getMetadata().getNamespace())
                .withName(name)
                .withLabels(labels(certificate))
                .withAnnotations(annotations)
                .withOwnerReferences(owner(certificate))
                .endMetadata()
                .withType(type)
                .withData(data)
                .build();
    }

    private static Set<ResourceID> owners(Secret secret) {
        var meta = secret.getMetadata();
        return meta.getOwnerReferences() == null ? Set.of() : meta.getOwnerReferences().stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()) && owner.getKind().equals("Certificate"))
                .map(owner -> new ResourceID(owner.getName(), meta.getNamespace()))
                .collect(Collectors.toSet());
    }
}
