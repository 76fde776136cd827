package dev.postern.cli.queue;

import dev.postern.cli.tool.ClusterOptions;
import dev.postern.cli.tool.ToolException;
import dev.postern.gateway.report.MailLog;
import dev.postern.plan.PlanNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whose queue. */
final class PlaceOptions {
    private static final String STANDALONE = "postern-data";

    @Mixin
    ClusterOptions cluster;
    @Option(names = "--folder", paramLabel = "DIR", description = "The data folder of postern run, or a folder with a spool. Default: " + STANDALONE + ", in a pod the pod's.")
    Path folder;
    @Option(names = "--gateway", paramLabel = "NAME", description = "All pods of this MailGateway.")
    String gateway;
    @Option(names = "--pod", paramLabel = "NAME", description = "This pod alone.")
    String pod;
    @Option(names = "--hostname", paramLabel = "HOST", description = "With a folder that no gateway uses: who a notification says that it is from. Default: this machine.")
    String hostname;

    @Option(names = "--spool-keys", paramLabel = "FOLDER", description = "With a folder that no gateway uses: the keys that its mail is encrypted with, as for postern run.")
    Path spoolKeys;

    Place open(MailLog log, InstantSource clock) {
        boolean remote = gateway != null || pod != null || cluster.given() || cluster.namespace != null;
        if (remote && folder != null) {
            throw new ToolException("--folder stands for a folder, --gateway and --pod for a cluster; give one or the other");
        }
        if (remote) {
            return PodsPlace.open(cluster.config(), gateway, pod);
        }
        return new FolderPlace(spool(folder == null ? usual() : folder), hostname, spoolKeys, log, clock);
    }

    private static Path usual() {
        Path ofPod = Path.of(PlanNames.SPOOL_FOLDER);
        return System.getenv("POSTERN_GATEWAY") != null && Files.isDirectory(ofPod) ? ofPod : Path.of(STANDALONE);
    }

    /** A data folder has the spool below it. */
    static Path spool(Path folder) {
        for (Path candidate : new Path[] {folder.resolve("spool"), folder}) {
            if (Files.exists(candidate.resolve("CURRENT"))) {
                return candidate;
            }
        }
        throw new ToolException("there is no spool in " + folder + "; --folder names the data folder of a gateway, and --gateway a MailGateway");
    }
}
