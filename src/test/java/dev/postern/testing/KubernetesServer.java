package dev.postern.testing;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A real etcd and kube-apiserver with RBAC on. There are no controllers: nothing makes pods, service accounts or tokens of
 * its own accord, and what is deleted stays if it has finalizers.
 */
public final class KubernetesServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Path LEAKS = Path.of("target/key-leaks");
    private static final int ATTEMPTS = 3;
    private static KubernetesServer shared;

    private final Path binaries;
    private final Path folder;
    private final ServerCertificates certificates;
    private final AtomicInteger namespaces = new AtomicInteger();
    private ServerProcess etcd;
    private ServerProcess api;
    private int etcdPort;
    private int apiPort;
    private Path kubeconfig;
    private KubernetesClient client;

    private KubernetesServer() {
        binaries = ServerBinaries.find();
        try {
            folder = Files.createTempDirectory("postern-kubernetes");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        certificates = new ServerCertificates(folder);
        for (int attempt = 1; ; attempt++) {
            try {
                launch();
                return;
            } catch (RuntimeException e) {
                // A port that was free a moment ago may be taken by now.
                stop();
                if (attempt == ATTEMPTS) {
                    close();
                    throw e;
                }
            }
        }
    }

    /** The server of this JVM, started at first use and stopped when the JVM ends. */
    public static synchronized KubernetesServer shared() {
        if (shared == null) {
            shared = new KubernetesServer();
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
        }
        return shared;
    }

    /** A server of its own, for a test that kills it. */
    public static KubernetesServer separate() {
        return new KubernetesServer();
    }

    /** With all rights. */
    public KubernetesClient client() {
        return client;
    }

    /** With all rights. */
    public Path kubeconfig() {
        return kubeconfig;
    }

    /** Makes a namespace that nobody else has. */
    public String namespace() {
        String name = "test-" + ProcessHandle.current().pid() + "-" + namespaces.incrementAndGet();
        client.namespaces().resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build()).create();
        return name;
    }

    /**
     * Runs kubectl with all rights and waits for its end.
     *
     * @return what it wrote on standard output
     * @throws AssertionError with what it wrote on standard error, where it fails
     */
    public String kubectl(String... args) {
        List<String> command = new ArrayList<>(List.of(binaries.resolve("kubectl").toString(), "--kubeconfig", kubeconfig.toString()));
        command.addAll(Arrays.asList(args));
        try {
            Path errors = Files.createTempFile(folder, "kubectl", ".err");
            Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError("kubectl " + String.join(" ", args) + ": " + output + Files.readString(errors));
            }
            Files.delete(errors);
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The folder that has {@code etcd}, {@code kube-apiserver} and {@code kubectl}. */
    public Path binaries() {
        return binaries;
    }

    /** Applies what the project's {@code crds/} has and waits until the API server serves it. */
    public void installCrds() {
        Path crds = Path.of("crds");
        if (!Files.isDirectory(crds)) {
            return;
        }
        try (Stream<Path> files = Files.list(crds)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml") || f.toString().endsWith(".yml")).sorted().toList()) {
                try (var in = Files.newInputStream(file)) {
                    for (var item : client.load(in).items()) {
                        client.resource(item).forceConflicts().serverSideApply();
                        if (item instanceof CustomResourceDefinition) {
                            client.apiextensions().v1().customResourceDefinitions().withName(item.getMetadata().getName())
                                    .waitUntilCondition(KubernetesServer::isEstablished, PATIENCE.toSeconds(), TimeUnit.SECONDS);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A kubeconfig that has the rights of a service account and no others; the account is made where it is missing.
     *
     * @return the file; its context has the namespace
     */
    public Path tokenKubeconfig(String namespace, String serviceAccount) {
        var accounts = client.serviceAccounts().inNamespace(namespace);
        if (accounts.withName(serviceAccount).get() == null) {
            accounts.resource(new ServiceAccountBuilder().withNewMetadata().withName(serviceAccount).endMetadata().build()).create();
        }
        TokenRequest request = accounts.withName(serviceAccount)
                .tokenRequest(new TokenRequestBuilder().withNewSpec().withExpirationSeconds(7200L).endSpec().build());
        return writeKubeconfig("token-" + namespace + "-" + serviceAccount, namespace, "token: " + request.getStatus().getToken());
    }

    /** A client for a kubeconfig file; the caller closes it. */
    public static KubernetesClient clientOf(Path kubeconfig) {
        return new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig.toFile())).build();
    }

    /** Kills the API server (not the store), as a crash does. */
    public void killApiServer() {
        api.kill();
    }

    /** Starts the API server again, at the same port with the same data, and waits until it is ready. */
    public void startApiServer() {
        startApi();
        awaitReady();
    }

    @Override
    public void close() {
        noteLeaks();
        stop();
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For the test that comes after all others: a JVM that ends can no longer fail one. */
    private void noteLeaks() {
        if (client == null || !api.alive()) {
            return;
        }
        List<String> lines = new ArrayList<>();
        try {
            KeyLeaks.Report report = KeyLeaks.of(client);
            lines.add("looked for " + report.keys() + " keys in " + report.places() + " places");
            lines.addAll(report.leaks());
        } catch (RuntimeException e) {
            lines.add("could not look: " + e);
        }
        try {
            Files.createDirectories(LEAKS);
            Files.write(LEAKS.resolve(ProcessHandle.current().pid() + "-" + apiPort + ".txt"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isEstablished(CustomResourceDefinition crd) {
        return crd != null && crd.getStatus() != null && crd.getStatus().getConditions() != null
                && crd.getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
    }

    private void launch() {
        etcdPort = freePort();
        int peerPort = freePort();
        apiPort = freePort();
        String etcdUrl = "http://127.0.0.1:" + etcdPort;
        String peerUrl = "http://127.0.0.1:" + peerPort;
        etcd = new ServerProcess("etcd", folder.resolve("etcd.log"), List.of(binaries.resolve("etcd").toString(),
                "--data-dir", folder.resolve("etcd-" + etcdPort).toString(), "--unsafe-no-fsync", "--log-level", "warn",
                "--listen-client-urls", etcdUrl, "--advertise-client-urls", etcdUrl,
                "--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl, "--initial-cluster", "default=" + peerUrl));
        startApi();
        kubeconfig = writeKubeconfig("admin", "default", "client-certificate-data: " + base64(certificates.adminCertificate)
                + "\n    client-key-data: " + base64(certificates.adminKey));
        client = clientOf(kubeconfig);
        awaitReady();
    }

    private void startApi() {
        api = new ServerProcess("kube-apiserver", folder.resolve("kube-apiserver.log"), List.of(binaries.resolve("kube-apiserver").toString(),
                "--etcd-servers=http://127.0.0.1:" + etcdPort, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--secure-port=" + apiPort,
                "--tls-cert-file=" + folder.resolve("server.crt"), "--tls-private-key-file=" + folder.resolve("server.key"),
                "--client-ca-file=" + folder.resolve("ca.crt"), "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=" + folder.resolve("tokens.pub"),
                "--service-account-signing-key-file=" + folder.resolve("tokens.key"), "--service-cluster-ip-range=10.96.0.0/16",
                // No controller makes the default service accounts that this admission plugin waits for.
                "--disable-admission-plugins=ServiceAccount", "--endpoint-reconciler-type=none", "--allow-privileged=true"));
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            if (!etcd.alive()) {
                throw new IllegalStateException(etcd.says());
            }
            if (!api.alive()) {
                throw new IllegalStateException(api.says());
            }
            try {
                if ("ok".equals(client.raw("/readyz"))) {
                    return;
                }
            } catch (RuntimeException e) {
                // not yet
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the API server was not ready within " + PATIENCE.toSeconds() + " s; " + api.says());
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    private void stop() {
        if (client != null) {
            client.close();
        }
        for (ServerProcess process : Arrays.asList(api, etcd)) {
            if (process != null) {
                process.kill();
            }
        }
    }

    private Path writeKubeconfig(String name, String namespace, String credentials) {
        try {
            return Files.writeString(folder.resolve(name + ".kubeconfig"), """
                    apiVersion: v1
                    kind: Config
                    clusters:
                    - name: test
                      cluster:
                        server: https://127.0.0.1:%d
                        certificate-authority-data: %s
                    users:
                    - name: test
                      user:
                        %s
                    contexts:
                    - name: test
                      context: {cluster: test, user: test, namespace: %s}
                    current-context: test
                    """.formatted(apiPort, base64(certificates.authority), credentials, namespace));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
