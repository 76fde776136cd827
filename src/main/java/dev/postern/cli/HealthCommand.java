package dev.postern.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a running operator or gateway how it is: what {@code helm test} runs, as the image has no other HTTP client. */
@Command(name = "health", mixinStandardHelpOptions = true,
        description = "Asks a running operator or gateway whether it is ready. Exits with 0 when it is, 1 when it is not or does not answer.")
final class HealthCommand implements Callable<Integer> {
    private static final Duration ONE_ATTEMPT = Duration.ofSeconds(5);

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "URL", defaultValue = "http://127.0.0.1:8080/q/health/ready", description = "What to ask (default: ${DEFAULT-VALUE}).")
    private URI url;

    @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "0", description = "How long to go on asking (default: ${DEFAULT-VALUE}).")
    private int wait;

    @Override
    public Integer call() throws InterruptedException {
        if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme()) || url.getHost() == null) {
            throw new ParameterException(spec.commandLine(), "URL: " + url + " is not one of http or https, such as http://127.0.0.1:8080/q/health/ready");
        }
        if (wait < 0) {
            throw new ParameterException(spec.commandLine(), "--wait: " + wait + " is negative; give 0 or more seconds");
        }
        long end = System.nanoTime() + Duration.ofSeconds(wait).toNanos();
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(ONE_ATTEMPT).build()) {
            while (true) {
                String trouble = ask(client);
                if (trouble == null) {
                    spec.commandLine().getOut().println(url + ": ready");
                    return 0;
                }
                if (System.nanoTime() - end >= 0) {
                    spec.commandLine().getErr().println(url + ": " + trouble);
                    return 1;
                }
                Thread.sleep(500);
            }
        }
    }

    /** @return why it is not ready, or null */
    private String ask(HttpClient client) throws InterruptedException {
        try {
            var answer = client.send(HttpRequest.newBuilder(url).timeout(ONE_ATTEMPT).build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? null : "status " + answer.statusCode() + " " + answer.body().strip();
        } catch (IOException e) {
            return "no answer: " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
    }
}
