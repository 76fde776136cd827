package dev.postern.cli.tool;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which cluster, and which namespace of it. */
public final class ClusterOptions {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int ANSWER_MILLIS = 15_000;
    /** For an API server that asks to be asked again: 200 ms, 400 ms and so on. */
    private static final int RETRIES = 3;
    private static final int RETRY_MILLIS = 200;

    @Option(names = {"-n", "--namespace"}, paramLabel = "NAME", description = "The namespace. Default: the kubeconfig's; of a folder, all.")
    public String namespace;
    @Option(names = "--context", paramLabel = "NAME", description = "The context of the kubeconfig. Default: its current one.")
    String context;
    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "The kubeconfig. Default: KUBECONFIG, or ~/.kube/config")
    Path kubeconfig;

    /** Whether a cluster was chosen on the command line. */
    public boolean given() {
        return context != null || kubeconfig != null;
    }

    /**
     * What to reach the cluster with; its namespace is the one to use.
     *
     * @throws ToolException where the kubeconfig cannot be used
     */
    public Config config() {
        if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
            throw new ToolException("the kubeconfig " + kubeconfig + " cannot be read");
        }
        try {
            Config found = kubeconfig == null ? Config.autoConfigure(context) : Config.fromKubeconfig(context, kubeconfig.toFile());
            // The library takes another context where there is none of that name.
            if (context != null && (found.getCurrentContext() == null || !context.equals(found.getCurrentContext().getName()))) {
                throw new ToolException("the kubeconfig has no context '" + context + "'");
            }
            Config config = new ConfigBuilder(found).withConnectionTimeout(CONNECT_MILLIS).withRequestTimeout(ANSWER_MILLIS).withRequestRetryBackoffLimit(RETRIES)
                    .withRequestRetryBackoffInterval(RETRY_MILLIS).build();
            config.setNamespace(namespace != null ? namespace : config.getNamespace() != null ? config.getNamespace() : "default");
            ClientKey.readable(config);
            return config;
        } catch (KubernetesClientException | IllegalArgumentException | NullPointerException e) {
            // The library throws the last for an empty file.
            throw new ToolException("the kubeconfig cannot be used" + (e.getMessage() == null || e instanceof NullPointerException ? "" : ": " + reason(e)));
        }
    }

    /** What lies at the bottom: above it the library says only that something is wrong. */
    private static String reason(Throwable e) {
        return e.getCause() == null || e.getCause().getMessage() == null ? e.getMessage() : reason(e.getCause());
    }
}
