package dev.postern.testing;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** cert-manager's own controllers for CertificateRequests, and its custom resource definitions, on a test's API server. */
public final class CertManager implements AutoCloseable {
    private static final List<String> CRDS = List.of("certificaterequests.cert-manager.io", "issuers.cert-manager.io");
    private static final int PATIENCE_SECONDS = 90;

    private final ServerProcess process;

    private CertManager(ServerProcess process) {
        this.process = process;
    }

    /** The folder with the program, which is built where it is missing; empty where it cannot be, for want of Go. */
    public static Optional<Path> find() {
        try {
            Process build = new ProcessBuilder("src/test/certmanager/build").redirectError(ProcessBuilder.Redirect.INHERIT).start();
            String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return build.waitFor() == 0 ? Optional.of(Path.of(output)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Makes the cluster know cert-manager's kinds. */
    public static void install(Path folder, KubernetesClient client) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
                try (var in = Files.newInputStream(file)) {
                    client.load(in).items().forEach(item -> client.resource(item).forceConflicts().serverSideApply());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        CRDS.forEach(name -> client.apiextensions().v1().customResourceDefinitions().withName(name).waitUntilCondition(CertManager::isEstablished, PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** Makes the cluster forget them, and all objects of them. */
    public static void uninstall(KubernetesClient client) {
        for (String name : CRDS) {
            var crd = client.apiextensions().v1().customResourceDefinitions().withName(name);
            crd.delete();
            crd.waitUntilCondition(live -> live == null, PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Runs the controllers for one namespace. */
    public static CertManager start(Path folder, KubernetesServer server, String namespace) {
        try {
            Path log = Files.createTempFile("postern-cert-manager", ".log");
            log.toFile().deleteOnExit();
            return new CertManager(new ServerProcess("cert-manager", log,
                    List.of(folder.resolve("cert-manager").toString(), server.kubeconfig().toString(), namespace)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end of its log, for messages. */
    public String says() {
        return process.says();
    }

    @Override
    public void close() {
        process.kill();
    }

    private static boolean isEstablished(CustomResourceDefinition crd) {
        return crd != null && crd.getStatus() != null && crd.getStatus().getConditions() != null
                && crd.getStatus().getConditions().stream().anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
    }
}
