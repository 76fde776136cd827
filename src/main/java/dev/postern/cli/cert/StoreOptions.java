package dev.postern.cli.cert;

import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.cert.store.ClusterStore;
import dev.postern.cli.cert.store.FolderStore;
import dev.postern.cli.tool.ClusterOptions;
import dev.postern.cli.tool.ToolException;
import java.nio.file.Path;
import java.time.InstantSource;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the Certificates are: a cluster, or a folder. */
final class StoreOptions {
    @Mixin
    ClusterOptions cluster;
    @Option(names = "--folder", paramLabel = "DIR", description = "A folder of manifests instead of a cluster.")
    Path folder;
    @Option(names = "--data", paramLabel = "DIR", defaultValue = "postern-data",
            description = "With --folder: where postern run keeps what it makes. Default: ${DEFAULT-VALUE}")
    Path data;

    CertificateStore open(InstantSource clock) {
        if (folder == null) {
            return ClusterStore.of(cluster.config());
        }
        if (cluster.given()) {
            throw new ToolException("--folder stands for a folder, --context and --kubeconfig for a cluster; give one or the other");
        }
        return new FolderStore(folder, data, cluster.namespace, clock);
    }
}
