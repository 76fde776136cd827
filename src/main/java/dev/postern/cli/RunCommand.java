package dev.postern.cli;

import dev.postern.cli.role.QuarkusRole;
import dev.postern.cli.standalone.Standalone;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The gateway for a folder of manifests. */
@Command(name = "run", mixinStandardHelpOptions = true,
        description = "Runs a gateway from a folder of manifests, without a cluster. A change of a file takes effect at once; a broken one is refused.")
final class RunCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "The manifests: every .yaml and .yml in it.")
    Path folder;
    @Option(names = "--data", paramLabel = "FOLDER", defaultValue = "postern-data",
            description = "Where the spool and the certificates that are made here are kept. Default: ${DEFAULT-VALUE}")
    Path data;
    @Option(names = "--spool-keys", paramLabel = "FOLDER",
            description = "Keys that the mail in the spool is encrypted with, one a file of 32 bytes as base64 or hex; the file 'current' names the one that writes. Without it mail is written in clear.")
    Path spoolKeys;
    @Option(names = "--bind", paramLabel = "ADDRESS", defaultValue = "127.0.0.1", description = "Address of all listeners. Default: ${DEFAULT-VALUE}")
    InetAddress bind;
    @Option(names = "--gateway", paramLabel = "NAME", description = "The MailGateway to run, where the folder has several.")
    String gateway;
    @Option(names = "--catcher", description = "Also starts the three mail servers that the quickstart delivers to.")
    boolean catcher;
    @Option(names = "--catcher-port", paramLabel = "PORT", defaultValue = "2601", description = "The first of their three ports. Default: ${DEFAULT-VALUE}")
    int catcherPort;
    @Option(names = "--http-host", paramLabel = "ADDRESS", defaultValue = "127.0.0.1", description = "Address of health and metrics. Default: ${DEFAULT-VALUE}")
    String httpHost;
    @Option(names = "--http-port", paramLabel = "PORT", defaultValue = "8025", description = "Port of health and metrics, 0 for any. Default: ${DEFAULT-VALUE}")
    int httpPort;

    @Override
    public Integer call() {
        var options = new Standalone.Options(folder, data, bind, gateway, catcher, catcherPort, "http://" + httpHost + ":" + httpPort, spoolKeys);
        return QuarkusRole.run(runtime -> Standalone.start(options, runtime.meters()), httpHost, httpPort);
    }
}
