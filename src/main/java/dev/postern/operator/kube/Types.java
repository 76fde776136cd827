package dev.postern.operator.kube;

import dev.postern.operator.kube.NamedWatches.Type;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** The types of objects that resources name. */
public final class Types {
    /** cert-manager's CertificateRequests. */
    public static final ResourceDefinitionContext CERTIFICATE_REQUESTS = new ResourceDefinitionContext.Builder()
            .withGroup("cert-manager.io").withVersion("v1").withKind("CertificateRequest").withPlural("certificaterequests").withNamespaced(true).build();

    public static final Type<ConfigMap> CONFIG_MAP =
            new Type<>("ConfigMap", (client, id) -> client.configMaps().inNamespace(id.getNamespace().orElseThrow()).withName(id.getName()));
    public static final Type<Secret> SECRET =
            new Type<>("Secret", (client, id) -> client.secrets().inNamespace(id.getNamespace().orElseThrow()).withName(id.getName()));
    /** Of the cluster: without a namespace. */
    public static final Type<CertificateSigningRequest> CERTIFICATE_SIGNING_REQUEST =
            new Type<>("CertificateSigningRequest", (client, id) -> client.certificates().v1().certificateSigningRequests().withName(id.getName()));
    /** Of cert-manager, which a cluster may have or not. */
    public static final Type<GenericKubernetesResource> CERTIFICATE_REQUEST =
            new Type<>("CertificateRequest", (client, id) -> client.genericKubernetesResources(CERTIFICATE_REQUESTS)
                    .inNamespace(id.getNamespace().orElseThrow()).withName(id.getName()));

    private Types() {
    }
}
