package dev.postern.testing.mta;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.Command;
import dev.postern.testing.PosternProcess;
import dev.postern.testing.load.Destinations;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** This gateway, packaged and run as its users run it; in half a gigabyte unless {@code POSTERN_BENCH_JAVA_OPTS} says otherwise. */
public final class PosternMta implements Mta {
    private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");
    /** As the image has it, in a pod with a limit of 512 MiB: two fifths of it for the heap. */
    private static final String OPTIONS = System.getenv().getOrDefault("POSTERN_BENCH_JAVA_OPTS", "-Xmx205m");

    private final Path home;
    private final int port;
    private final int http;
    private Daemon daemon;

    private PosternMta(Path home, int port, int http) {
        this.home = home;
        this.port = port;
        this.http = http;
    }

    /** Domains that all have one host. */
    public record Route(String name, String domains, String host, int port) {
    }

    /** One with a host for each of the many destinations. */
    static PosternMta start(TestCertificates.Pair pair, int sink, Path folder) throws IOException {
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < Destinations.MANY; i++) {
            routes.add(new Route("many-" + i, "d" + i + ".many.test", Destinations.address(i), sink));
        }
        return start(pair, sink, folder, "1s", "1m", routes);
    }

    /**
     * Starts one with an empty spool.
     *
     * @param retry    seconds to the first retry, as the manifest has it
     * @param retryMax between retries at most
     * @param routes   beside that to the sink, which is for all other domains
     */
    public static PosternMta start(TestCertificates.Pair pair, int sink, Path folder, String retry, String retryMax, List<Route> routes) throws IOException {
        Path home = Files.createTempDirectory(folder, "postern");
        StringBuilder more = new StringBuilder();
        for (Route route : routes) {
            more.append(Templates.of("destination.yaml", "NAME", route.name, "DOMAIN", route.domains, "HOST", route.host, "PORT", route.port));
        }
        PosternMta gateway = new PosternMta(home, PosternProcess.freePort(), PosternProcess.freePort());
        Files.createDirectory(home.resolve("manifests"));
        Files.writeString(home.resolve("manifests/all.yaml"), Templates.of("postern.yaml", "RETRY_MAX", retryMax, "RETRY", retry, "PORT", gateway.port, "SINK", sink,
                "CHAIN", pair.chainPem().indent(4), "KEY", pair.keyPem().indent(4), "MORE", more));
        gateway.start();
        return gateway;
    }

    /** Starts it again after {@link #kill}, with the spool that it left; returns when it greets. */
    public void start() throws IOException {
        if (!Files.exists(JAR)) {
            throw new IllegalStateException(JAR + " is not built");
        }
        List<String> command = PosternProcess.java(OPTIONS.split(" "));
        command.addAll(List.of("-jar", JAR.toString(), "run", home.resolve("manifests").toString(), "--data", data().toString(), "--http-port", Integer.toString(http)));
        daemon = new Daemon(home, port, command);
    }

    /** kill -9. */
    public void kill() throws InterruptedException {
        daemon.kill();
    }

    /** Its spool and the rest of what it keeps. */
    public Path data() {
        return home.resolve("data");
    }

    /** Sum of a metric's samples whose labels contain a text; 0 where there are none. */
    public double metric(String name, String labels) throws IOException, InterruptedException {
        String page = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http + "/q/metrics")).build(), HttpResponse.BodyHandlers.ofString()).body();
        return page.lines().filter(l -> (l.startsWith(name + "{") || l.startsWith(name + " ")) && l.contains(labels))
                .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1))).sum();
    }

    /** What is left of its heap once everything is collected that nobody holds, in MiB. */
    public double liveMiB() throws IOException, InterruptedException {
        Command.run(home, Path.of(System.getProperty("java.home"), "bin/jcmd").toString(), Long.toString(process().pid()), "GC.run");
        return metric("jvm_memory_used_bytes", "area=\"heap\"") / (1 << 20);
    }

    @Override
    public String name() {
        return "Postern";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public ProcessHandle process() {
        return daemon.process();
    }

    @Override
    public String setup() {
        return "message synced before 250, a sync shared by the sessions that wait for it; connections and TLS sessions used again, 50 a destination; " + OPTIONS;
    }

    @Override
    public void close() throws InterruptedException {
        daemon.close();
    }
}
