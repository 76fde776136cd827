package dev.postern.operator.gateway;

import dev.postern.api.MailGateway;
import dev.postern.api.MailGatewaySpec;
import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The StatefulSet of a gateway: nothing of the plan is in it, so that no change of the plan restarts a pod. Pure. */
final class WorkloadObject {
    static final String SPOOL = "spool";
    private static final String PLAN = "plan";
    private static final String KEYS = "keys";
    private static final String SPOOL_KEYS = "spool-keys";
    private static final String TMP = "tmp";
    private static final long USER = 10001L;
    private static final long GRACE_SECONDS = 60;

    private WorkloadObject() {
    }

    /**
     * The volume of a pod's spool, which a StatefulSet never changes once it exists.
     *
     * @param storageClass null for the cluster's default
     */
    record Claim(Quantity size, String storageClass) {
        static Claim of(MailGatewaySpec.Storage storage) {
            return new Claim(storage.size, storage.storageClassName);
        }
    }

    static StatefulSet statefulSet(MailGateway gateway, String image, Claim claim) {
        String name = gateway.getMetadata().getName();
        return new StatefulSetBuilder()
                .withMetadata(Labels.meta(gateway, name))
                .withNewSpec()
                .withReplicas(gateway.getSpec().replicas)
                .withServiceName(NetworkObjects.podsName(gateway))
                // Each pod has its own queue: none waits for another.
                .withPodManagementPolicy("Parallel")
                .withNewSelector().withMatchLabels(Labels.selector(name)).endSelector()
                .withNewPersistentVolumeClaimRetentionPolicy().withWhenDeleted("Retain").withWhenScaled("Retain").endPersistentVolumeClaimRetentionPolicy()
                .withTemplate(template(gateway, image))
                .withVolumeClaimTemplates(claim(gateway, claim))
                .endSpec()
                .build();
    }

    private static PodTemplateSpec template(MailGateway gateway, String image) {
        MailGatewaySpec.Pod pod = gateway.getSpec().pod;
        Map<String, String> labels = new TreeMap<>(pod.labels);
        labels.putAll(Labels.of(gateway.getMetadata().getName()));
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels)
                .withAnnotations(pod.annotations.isEmpty() ? null : new TreeMap<>(pod.annotations))
                .endMetadata()
                .withSpec(new PodSpecBuilder()
                        .withServiceAccountName(AccessObjects.name(gateway))
                        .withTerminationGracePeriodSeconds(GRACE_SECONDS)
                        .withSecurityContext(podSecurity())
                        .withNodeSelector(pod.nodeSelector.isEmpty() ? null : new TreeMap<>(pod.nodeSelector))
                        .withTolerations(pod.tolerations)
                        .withTopologySpreadConstraints(pod.topologySpreadConstraints)
                        .withImagePullSecrets(pod.imagePullSecrets)
                        .withPriorityClassName(pod.priorityClassName)
                        .withEnableServiceLinks(false)
                        .withContainers(container(gateway, image))
                        .withVolumes(volumes(gateway))
                        .build())
                .build();
    }

    private static PodSecurityContext podSecurity() {
        return new PodSecurityContextBuilder()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withRunAsGroup(USER)
                .withFsGroup(USER)
                .withFsGroupChangePolicy("OnRootMismatch")
                .withNewSeccompProfile().withType("RuntimeDefault").endSeccompProfile()
                // Lets a listener have port 25 without a capability; one of the sysctls that every pod security level allows.
                .addNewSysctl().withName("net.ipv4.ip_unprivileged_port_start").withValue("0").endSysctl()
                .build();
    }

    private static Container container(MailGateway gateway, String image) {
        ContainerBuilder container = new ContainerBuilder()
                .withName("gateway")
                .withImage(image)
                .withArgs("gateway")
                .withEnv(field("POD_NAME", "metadata.name"), field("POD_UID", "metadata.uid"), field("POD_NAMESPACE", "metadata.namespace"),
                        new EnvVarBuilder().withName("POSTERN_GATEWAY").withValue(gateway.getMetadata().getName()).build())
                // Listeners' ports are not declared: a port that comes or goes must not restart the pods.
                .addNewPort().withName("http").withContainerPort(PlanNames.HTTP_PORT).withProtocol("TCP").endPort()
                .withResources(gateway.getSpec().resources)
                // Not readiness: a pod that waits for its plan, or goes through a long queue, is well.
                .withStartupProbe(probe("/q/health/live", 1, 120))
                .withReadinessProbe(probe("/q/health/ready", 5, 2))
                .withLivenessProbe(probe("/q/health/live", 10, 6))
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities().withDrop("ALL").endCapabilities()
                .endSecurityContext()
                .addNewVolumeMount().withName(SPOOL).withMountPath(PlanNames.SPOOL_FOLDER).endVolumeMount()
                .addNewVolumeMount().withName(PLAN).withMountPath(PlanNames.PLAN_FOLDER).withReadOnly(true).endVolumeMount()
                .addNewVolumeMount().withName(KEYS).withMountPath(PlanNames.KEYS_FOLDER).withReadOnly(true).endVolumeMount()
                .addNewVolumeMount().withName(TMP).withMountPath("/tmp").endVolumeMount();
        if (gateway.getSpec().storage.encryption != null) {
            container.addToArgs("--spool-keys", PlanNames.SPOOL_KEYS_FOLDER)
                    .addNewVolumeMount().withName(SPOOL_KEYS).withMountPath(PlanNames.SPOOL_KEYS_FOLDER).withReadOnly(true).endVolumeMount();
        }
        return container.build();
    }

    private static List<Volume> volumes(MailGateway gateway) {
        List<Volume> volumes = new ArrayList<>(List.of(planVolume(gateway), keysVolume(gateway), new VolumeBuilder().withName(TMP).withNewEmptyDir().endEmptyDir().build()));
        if (gateway.getSpec().storage.encryption != null) {
            // Not optional: a pod without its keys must not start, and must not write in clear.
            volumes.add(new VolumeBuilder().withName(SPOOL_KEYS).withNewSecret().withSecretName(gateway.getSpec().storage.encryption.keySecretRef.name)
                    .withDefaultMode(0440).endSecret().build());
        }
        return volumes;
    }

    private static EnvVar field(String variable, String path) {
        return new EnvVarBuilder().withName(variable).withNewValueFrom().withNewFieldRef().withApiVersion("v1").withFieldPath(path).endFieldRef().endValueFrom().build();
    }

    private static Probe probe(String path, int periodSeconds, int failures) {
        return new ProbeBuilder().withNewHttpGet().withPath(path).withPort(new IntOrString("http")).withScheme("HTTP").endHttpGet()
                .withPeriodSeconds(periodSeconds).withTimeoutSeconds(3).withFailureThreshold(failures).build();
    }

    /** Optional, so that a pod starts and waits where its gateway has no plan yet. */
    private static Volume planVolume(MailGateway gateway) {
        String name = gateway.getMetadata().getName();
        List<VolumeProjection> sources = new ArrayList<>();
        sources.add(source(PlanNames.index(name), PlanNames.INDEX_KEY));
        for (String part : PlanParts.names()) {
            sources.add(source(PlanNames.part(name, part), part + PlanNames.PART_SUFFIX));
        }
        return new VolumeBuilder().withName(PLAN).withNewProjected().withDefaultMode(0440).withSources(sources).endProjected().build();
    }

    private static VolumeProjection source(String configMap, String file) {
        return new VolumeProjectionBuilder().withNewConfigMap().withName(configMap).withOptional(true)
                .addNewItem().withKey(file).withPath(file).endItem().endConfigMap().build();
    }

    private static Volume keysVolume(MailGateway gateway) {
        return new VolumeBuilder().withName(KEYS).withNewSecret().withSecretName(PlanNames.keys(gateway.getMetadata().getName()))
                .withDefaultMode(0440).withOptional(true).endSecret().build();
    }

    private static PersistentVolumeClaim claim(MailGateway gateway, Claim claim) {
        return new PersistentVolumeClaimBuilder()
                .withApiVersion("v1").withKind("PersistentVolumeClaim")
                .withNewMetadata().withName(SPOOL).withLabels(Labels.selector(gateway.getMetadata().getName())).endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName(claim.storageClass())
                .withNewResources().withRequests(Map.of("storage", claim.size())).endResources()
                .endSpec()
                .build();
    }
}
