package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec.SelfSigned;
import dev.postern.api.CertificateSpec.Source;
import dev.postern.api.CertificateSpec;
import dev.postern.api.ConditionTypes;
import dev.postern.api.MailGateway;
import dev.postern.api.MailGatewaySpec;
import dev.postern.testing.KubernetesServer;
import dev.postern.testing.PosternProcess;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Many Certificates in one namespace, made all at once: how long until all are Ready, what that costs the operator in memory and
 * the API server in calls, and how their renewals are spread. Prints; asserts only that all became Ready.
 */
class ManyCertificatesBench {
    private static final int COUNT = Integer.getInteger("postern.bench.certificates", 2000);
    private static final int FIRST = 500;
    private static final Pattern REQUESTS = Pattern.compile("apiserver_request_total\\{([^}]*)} ([0-9.e+]+)");

    @Test
    void timeToReady() throws Exception {
        KubernetesServer kubernetes = KubernetesServer.shared();
        kubernetes.installCrds();
        String namespace = kubernetes.namespace();
        KubernetesClient client = kubernetes.client();
        try (PosternProcess operator = GatewayInCluster.operator(kubernetes, namespace)) {
            client.resource(gateway(namespace)).create();
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> client.resources(MailGateway.class).inNamespace(namespace).withName("edge").get().getStatus() != null);
            Map<String, Long> ready = new ConcurrentHashMap<>();
            Map<String, String> renewals = new ConcurrentHashMap<>();
            try (var informer = client.resources(Certificate.class).inNamespace(namespace).inform(new Watcher(ready, renewals))) {
                Map<String, Double> before = requests(client);
                long start = System.nanoTime();
                try (var threads = Executors.newFixedThreadPool(8)) {
                    List<java.util.concurrent.Future<?>> creations = new ArrayList<>();
                    IntStream.range(0, COUNT).forEach(i -> creations.add(threads.submit(() -> client.resource(certificate(namespace, i)).create())));
                    for (var creation : creations) {
                        creation.get();
                    }
                }
                double created = seconds(start, System.nanoTime());
                Awaitility.await().atMost(Duration.ofMinutes(10)).pollInterval(Duration.ofMillis(100)).until(() -> ready.size() == COUNT);
                List<Long> times = ready.values().stream().sorted().toList();
                System.out.printf("%d Certificates (ECDSA P-256): created in %.1f s; %d Ready after %.1f s, all after %.1f s%n", COUNT, created,
                        Math.min(FIRST, COUNT), seconds(start, times.get(Math.min(FIRST, COUNT) - 1)), seconds(start, times.getLast()));
                // What follows the last one: events and the last status.
                Awaitility.await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
                print(before, requests(client));
                System.out.printf("operator: peak RSS %d MB with -Xmx205m%n", peakMegabytes(operator.pid()));
                spread(renewals);
            }
            assertThat(operator.alive()).isTrue();
        }
    }

    private record Watcher(Map<String, Long> ready, Map<String, String> renewals) implements ResourceEventHandler<Certificate> {
        @Override
        public void onAdd(Certificate certificate) {
            look(certificate);
        }

        @Override
        public void onUpdate(Certificate before, Certificate now) {
            look(now);
        }

        @Override
        public void onDelete(Certificate certificate, boolean unknown) {
        }

        private void look(Certificate certificate) {
            var status = certificate.getStatus();
            if (status != null && status.renewalTime != null && status.conditions.stream().anyMatch(c -> c.getType().equals(ConditionTypes.READY) && c.getStatus().equals("True"))) {
                ready.putIfAbsent(certificate.getMetadata().getName(), System.nanoTime());
                renewals.put(certificate.getMetadata().getName(), status.renewalTime);
            }
        }
    }

    private static MailGateway gateway(String namespace) {
        MailGateway gateway = new MailGateway();
        gateway.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName("edge").build());
        gateway.setSpec(new MailGatewaySpec());
        gateway.getSpec().hostname = "edge.example.com";
        return gateway;
    }

    private static Certificate certificate(String namespace, int i) {
        Certificate certificate = new Certificate();
        certificate.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName("c-" + i).build());
        CertificateSpec spec = new CertificateSpec();
        spec.gatewayRef.name = "edge";
        spec.source = new Source();
        spec.source.selfSigned = new SelfSigned();
        spec.dnsNames.add("mail-" + i + ".example.com");
        spec.duration = "90d";
        certificate.setSpec(spec);
        return certificate;
    }

    /** By verb and resource; what the test itself asks is among them: a creation for each Certificate, and one watch. */
    private static Map<String, Double> requests(KubernetesClient client) {
        Map<String, Double> counts = new TreeMap<>();
        Matcher matcher = REQUESTS.matcher(client.raw("/metrics"));
        while (matcher.find()) {
            String labels = matcher.group(1);
            counts.merge(label(labels, "verb") + " " + label(labels, "resource") + (label(labels, "subresource").isEmpty() ? "" : "/" + label(labels, "subresource")),
                    Double.parseDouble(matcher.group(2)), Double::sum);
        }
        return counts;
    }

    private static String label(String labels, String name) {
        Matcher matcher = Pattern.compile("(?:^|,)" + name + "=\"([^\"]*)\"").matcher(labels);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static void print(Map<String, Double> before, Map<String, Double> after) {
        double operators = 0;
        StringBuilder text = new StringBuilder();
        for (var entry : after.entrySet()) {
            double count = entry.getValue() - before.getOrDefault(entry.getKey(), 0.0) - (entry.getKey().equals("POST certificates") ? COUNT : 0);
            boolean own = entry.getKey().endsWith(" leases") || entry.getKey().startsWith("WATCH") || entry.getKey().isBlank();
            operators += own ? 0 : count;
            if (count >= COUNT / 100.0 && !own) {
                text.append("  %-40s %8.0f  %.2f a Certificate%n".formatted(entry.getKey(), count, count / COUNT));
            }
        }
        System.out.printf("API calls of the operator: %.0f, %.2f a Certificate%n%s", operators, operators / COUNT, text);
    }

    private static void spread(Map<String, String> renewals) {
        List<Instant> times = renewals.values().stream().map(Instant::parse).sorted().toList();
        int most = 0;
        for (int from = 0, to = 0; from < times.size(); from++) {
            while (to < times.size() && times.get(to).isBefore(times.get(from).plus(Duration.ofHours(1)))) {
                to++;
            }
            most = Math.max(most, to - from);
        }
        System.out.printf("renewals: from %s to %s, at most %d within an hour%n", times.getFirst(), times.getLast(), most);
    }

    private static double seconds(long from, long to) {
        return (to - from) / 1e9;
    }

    private static long peakMegabytes(long pid) throws Exception {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream().filter(l -> l.startsWith("VmHWM:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")) / 1024).findFirst().orElse(-1);
    }
}
