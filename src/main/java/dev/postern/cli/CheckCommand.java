package dev.postern.cli;

import dev.postern.cli.standalone.FolderPlans;
import dev.postern.cli.standalone.UnkeptCertificates;
import dev.postern.manifest.ManifestReader;
import dev.postern.plan.Problem;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is wrong with a folder of manifests, without a cluster: for a pull request's checks. */
@Command(name = "check", mixinStandardHelpOptions = true, exitCodeListHeading = "Exit codes:%n", exitCodeList = {"0:nothing is wrong", "1:something is wrong"},
        description = "Checks a folder of manifests as the API server and the operator would, and prints file, line and field of what is wrong.")
final class CheckCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "The manifests.")
    Path folder;
    @Option(names = "--gateway", paramLabel = "NAME", description = "The MailGateway to check for, where the folder has several.")
    String gateway;

    /** Secrets and trust bundles need not be in the folder: they may be in the cluster only. */
    private static boolean isElsewhere(Problem problem) {
        return switch (problem.reason()) {
            case Problem.Reason.SECRET_NOT_FOUND, Problem.Reason.TRUST_BUNDLE_NOT_FOUND, Problem.Reason.CERTIFICATE_NOT_READY -> true;
            default -> false;
        };
    }

    @Override
    public Integer call() {
        var manifests = new ManifestReader("default").read(folder);
        var result = new FolderPlans(gateway, new UnkeptCertificates(), Map.of(), FolderPlans.Tickets.NONE, CheckCommand::isElsewhere).compile(manifests, Instant.now());
        result.complaints().forEach(System.out::println);
        result.notes().forEach(note -> System.out.println("note: " + note));
        if (result.complaints().isEmpty()) {
            System.out.println("nothing is wrong in " + folder);
        }
        return result.complaints().isEmpty() ? 0 : 1;
    }
}
