package dev.postern.cli.tls;

import dev.postern.api.DestinationControlSpec.Dane;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.cli.tool.ClusterOptions;
import dev.postern.cli.tool.ToolException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whose plan says how mail travels, and what of it is to be otherwise. */
final class PlanOptions {
    @Mixin
    ClusterOptions cluster;
    @Option(names = "--gateway", paramLabel = "NAME", description = "The MailGateway, where there are several.")
    String gateway;
    @Option(names = "--folder", paramLabel = "DIR", description = "A folder of manifests instead of a cluster.")
    Path folder;
    @Option(names = "--data", paramLabel = "DIR", description = "With --folder: where postern run keeps what it makes. Without it, certificates that are made there are not shown.")
    Path data;
    @Option(names = "--mode", paramLabel = "MODE", description = "As if the domain's mode were this: ${COMPLETION-CANDIDATES}. With neither a cluster nor a folder given, no plan is read.")
    TlsMode mode;
    @Option(names = "--identity", paramLabel = "IDENTITY", description = "As if its identity were this: ${COMPLETION-CANDIDATES}")
    Identity identity;
    @Option(names = "--dane", paramLabel = "DANE", description = "As if its DANE were this: ${COMPLETION-CANDIDATES}")
    Dane dane;
    @Option(names = "--mta-sts", paramLabel = "STS", description = "As if its MTA-STS were this: ${COMPLETION-CANDIDATES}")
    MtaSts mtaSts;
    @Option(names = "--route", paramLabel = "HOST:PORT", description = "As if its route were this; repeatable, the first is tried first.")
    List<String> route = new ArrayList<>();
    @Option(names = "--trust", paramLabel = "FILE", description = "As if it trusted these authorities, in PEM.")
    Path trust;
    @Option(names = "--hostname", paramLabel = "HOST", description = "Name to say in EHLO. Default: the gateway's; without one, this machine's.")
    String hostname;
    @Option(names = "--dns", paramLabel = "ADDRESS", description = "Name server to ask; repeatable. Default: the gateway's; without one, the system's.")
    List<String> dns = new ArrayList<>();
    @Option(names = "--dnssec", paramLabel = "HOW", description = "Who validates DNSSEC: ${COMPLETION-CANDIDATES}. Default: as the gateway has it; without one, Validate.")
    dev.postern.api.MailGatewaySpec.Dnssec dnssec;
    @Option(names = "--trust-anchor", paramLabel = "DS", description = "DS record to validate from; repeatable. Default: the gateway's; without one, the root's.")
    List<String> trustAnchors = new ArrayList<>();

    /** Whether any place to read a plan from was named. */
    boolean named() {
        return folder != null || cluster.given() || cluster.namespace != null || gateway != null;
    }

    /** @throws ToolException where a folder and a cluster are both given */
    void check() {
        if (folder != null && cluster.given()) {
            throw new ToolException("--folder stands for a folder, --context and --kubeconfig for a cluster; give one or the other");
        }
    }
}
