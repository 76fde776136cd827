package dev.postern.cli.cert;

import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.cert.store.ClusterStore;
import dev.postern.cli.cert.store.FolderStore;
import dev.postern.cli.cert.store.StoreException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import picocli.CommandLine.Option;

/** Where the Certificates are: a cluster, or a folder. */
final class StoreOptions {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int ANSWER_MILLIS = 15_000;
    /** For an API server that asks to be asked again: 200 ms, 400 ms and so on. */
    private static final int RETRIES = 3;
    private static final int RETRY_MILLIS = 200;

    @Option(names = {"-n", "--namespace"}, paramLabel = "NAME", description = "The namespace. Default: the kubeconfig's; of a folder, all.")
    String namespace;
    @Option(names = "--context", paramLabel = "NAME", description = "The context of the kubeconfig. Default: its current one.")
    String context;
    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "The kubeconfig. Default: KUBECONFIG, or ~/.kube/config")
    Path kubeconfig;
    @Option(names = "--folder", paramLabel = "DIR", description = "A folder of manifests instead of a cluster.")
    Path folder;
    @Option(names = "--data", paramLabel = "DIR", defaultValue = "postern-data",
            description = "With --folder: where postern run keeps what it makes. Default: ${DEFAULT-VALUE}")
    Path data;

    CertificateStore open(InstantSource clock) {
        if (folder != null) {
            if (context != null || kubeconfig != null) {
                throw new StoreException("--folder stands for a folder, --context and --kubeconfig for a cluster; give one or the other");
            }
            return new FolderStore(folder, data, namespace, clock);
        }
        if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
            throw new StoreException("the kubeconfig " + kubeconfig + " cannot be read");
        }
        try {
            Config found = kubeconfig == null ? Config.autoConfigure(context) : Config.fromKubeconfig(context, kubeconfig.toFile());
            // The library takes another context where there is none of that name.
            if (context != null && (found.getCurrentContext() == null || !context.equals(found.getCurrentContext().getName()))) {
                throw new StoreException("the kubeconfig has no context '" + context + "'");
            }
            Config config = new ConfigBuilder(found).withConnectionTimeout(CONNECT_MILLIS).withRequestTimeout(ANSWER_MILLIS).withRequestRetryBackoffLimit(RETRIES)
                    .withRequestRetryBackoffInterval(RETRY_MILLIS).build();
            String where = namespace != null ? namespace : config.getNamespace() != null ? config.getNamespace() : "default";
            return ClusterStore.of(config, where);
        } catch (KubernetesClientException | IllegalArgumentException | NullPointerException e) {
            // The library throws the last for an empty file.
            throw new StoreException("the kubeconfig cannot be used" + (e.getMessage() == null || e instanceof NullPointerException ? "" : ": " + reason(e)));
        }
    }

    /** What lies at the bottom: above it the library says only that something is wrong. */
    private static String reason(Throwable e) {
        return e.getCause() == null || e.getCause().getMessage() == null ? e.getMessage() : reason(e.getCause());
    }
}
