package dev.postern.cli.cert.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.api.Certificate;
import dev.postern.api.Listener;
import dev.postern.cli.tool.ToolException;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.plan.PlanNames;
import dev.postern.plan.ResourceSet.KeyPairPem;
import dev.postern.plan.ServingReport;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Certificates of one namespace of a cluster. Status and Secrets are the operator's work. */
public final class ClusterStore implements CertificateStore {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final KubernetesClient client;
    private final String namespace;

    /** @param client closed with the store */
    public ClusterStore(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /** The cluster of a kubeconfig, and its namespace. */
    public static ClusterStore of(Config config) {
        return new ClusterStore(new KubernetesClientBuilder().withConfig(config).build(), config.getNamespace());
    }

    @Override
    public String place() {
        return "namespace " + namespace;
    }

    @Override
    public List<Certificate> list() {
        return ask(() -> client.resources(Certificate.class).inNamespace(namespace).list().getItems().stream()
                .sorted(Comparator.comparing(c -> c.getMetadata().getName())).toList());
    }

    @Override
    public Optional<Certificate> find(String name) {
        return get(client.resources(Certificate.class).inNamespace(namespace).withName(name));
    }

    @Override
    public Optional<KeyPairPem> pair(Certificate certificate) {
        String name = TlsSecrets.nameFor(certificate);
        return get(client.secrets().inNamespace(namespace).withName(name))
                .map(secret -> new KeyPairPem(name, TlsSecrets.text(secret, TlsSecrets.CHAIN), TlsSecrets.text(secret, TlsSecrets.KEY)));
    }

    @Override
    public List<Listener> listeners(Certificate certificate) {
        return ask(() -> Uses.of(certificate, client.resources(Listener.class).inNamespace(namespace).list().getItems()));
    }

    @Override
    public Map<String, ServingReport> serving(Certificate certificate) {
        Map<String, ServingReport> reports = new TreeMap<>();
        Optional<ConfigMap> map = get(client.configMaps().inNamespace(namespace).withName(PlanNames.serving(certificate.getSpec().gatewayRef.name)));
        map.map(ConfigMap::getData).ifPresent(data -> data.forEach((pod, report) -> {
            try {
                reports.put(pod, ServingReport.parse(report));
            } catch (IllegalArgumentException e) {
                reports.put(pod, new ServingReport(null, null, 0, "its report cannot be read", Map.of()));
            }
        }));
        return reports;
    }

    @Override
    public Optional<String> namespace() {
        return Optional.of(namespace);
    }

    @Override
    public List<String> add(ObjectNode certificate, List<ObjectNode> secrets, boolean replace) {
        List<HasMetadata> wanted = new ArrayList<>();
        secrets.forEach(secret -> wanted.add(typed(secret, Secret.class)));
        wanted.add(typed(certificate, Certificate.class));
        List<HasMetadata> live = new ArrayList<>();
        for (HasMetadata resource : wanted) {
            HasMetadata existing = ask(() -> client.resource(resource).inNamespace(namespace).get());
            if (existing != null && !replace) {
                throw new ToolException(id(resource) + " exists in " + place() + " already; --replace overwrites it");
            }
            live.add(existing);
        }
        List<String> done = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            HasMetadata resource = wanted.get(i);
            HasMetadata existing = live.get(i);
            if (existing == null) {
                ask(() -> client.resource(resource).inNamespace(namespace).create());
            } else {
                // What others wrote into the metadata stays.
                resource.setMetadata(existing.getMetadata());
                ask(() -> client.resource(resource).inNamespace(namespace).update());
            }
            done.add(id(resource) + (existing == null ? " created" : " replaced"));
        }
        return done;
    }

    @Override
    public String set(Certificate certificate, List<String> path, String value) {
        ObjectNode patch = JSON.createObjectNode();
        ObjectNode at = patch;
        for (String key : path.subList(0, path.size() - 1)) {
            at = at.putObject(key);
        }
        at.put(path.getLast(), value);
        ask(() -> client.resources(Certificate.class).inNamespace(namespace).withName(certificate.getMetadata().getName())
                .patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString()));
        return id(certificate) + " patched";
    }

    @Override
    public void close() {
        client.close();
    }

    private static <T> T typed(ObjectNode tree, Class<T> type) {
        try {
            return JSON.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest that was checked has its type");
        }
    }

    private static String id(HasMetadata resource) {
        return (resource instanceof Certificate ? "certificate.postern.dev/" : "secret/") + resource.getMetadata().getName();
    }

    private <T> Optional<T> get(Resource<T> resource) {
        return Optional.ofNullable(ask(resource::get));
    }

    private <T> T ask(Supplier<T> question) {
        try {
            return question.get();
        } catch (KubernetesClientException e) {
            String said = e.getStatus() != null && e.getStatus().getMessage() != null ? e.getStatus().getMessage() : null;
            throw new ToolException(switch (e.getCode()) {
                case FORBIDDEN -> "the cluster does not allow it: " + said;
                case NOT_FOUND -> "the cluster does not know what was asked for (" + said + "); are Postern's CRDs installed?";
                case 0 -> "the cluster at " + client.getMasterUrl() + " does not answer: " + root(e) + "; --folder looks at a folder of manifests instead";
                default -> "the cluster refuses: " + (said == null ? "status " + e.getCode() : said);
            });
        }
    }

    private static String root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
