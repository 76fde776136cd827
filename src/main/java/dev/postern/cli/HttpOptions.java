package dev.postern.cli;

import picocli.CommandLine.Option;

/** Where health and metrics are served. */
final class HttpOptions {
    @Option(names = "--http-host", paramLabel = "ADDRESS", description = "Address of health and metrics. Default: ${DEFAULT-VALUE}", defaultValue = "0.0.0.0")
    String host;

    @Option(names = "--http-port", paramLabel = "PORT", description = "Port of health and metrics, 0 for any. Default: ${DEFAULT-VALUE}", defaultValue = "8080")
    int port;
}
