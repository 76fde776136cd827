package dev.postern.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanNames;
import dev.postern.plan.ServingReport;
import dev.postern.testing.KubernetesServer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against a real API server, with the rights of a pod. */
class KubernetesPlanSourceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<MailEvent> log = new CopyOnWriteArrayList<>();
    private final BlockingQueue<ActivePlan> swaps = new LinkedBlockingQueue<>();
    private final PlanHolder holder = new PlanHolder();
    private final PlanIntake intake = new PlanIntake(TestPlans.loader(), holder, log::add, meters, this::changed);
    private KubernetesServer server;
    private ClusterPlan cluster;
    private KubernetesClient client;
    private KubernetesPlanSource source;
    private volatile ServingReporter reporter;

    @AfterEach
    void stop() {
        if (source != null) {
            source.close();
            reporter.close();
            client.close();
        }
    }

    @Test
    void takesEveryPlanThatIsWritten() throws InterruptedException {
        start(KubernetesServer.shared());
        cluster.write(plan("a.example.com", 1));
        assertThat(next().plan().settings().hostname()).isEqualTo("a.example.com");
        cluster.write(plan("b.example.com", 2));
        assertThat(next().plan().settings().hostname()).isEqualTo("b.example.com");
        assertThat(log.stream().filter(MailEvent.PlanRefused.class::isInstance)).isEmpty();
        awaitServing(2, null);
    }

    @Test
    void takesAPlanThatWasThereBefore() throws InterruptedException {
        server = KubernetesServer.shared();
        cluster = new ClusterPlan(server);
        cluster.write(plan("a.example.com", 1));
        startSource();
        assertThat(next().index().serial()).isEqualTo(1);
    }

    @Test
    void waitsForThePartsOfAPlanThatIsWrittenInPart() throws InterruptedException {
        start(KubernetesServer.shared());
        cluster.write(plan("a.example.com", 1));
        next();
        var torn = plan("b.example.com", 2);
        cluster.writeIndex(torn);
        await().atMost(PATIENCE).until(() -> source.isConnected());
        assertThat(swaps).isEmpty();
        cluster.writePart(torn, "core");
        assertThat(next().plan().settings().hostname()).isEqualTo("b.example.com");
        assertThat(log.stream().filter(MailEvent.PlanRefused.class::isInstance)).isEmpty();
    }

    @Test
    void refusesATamperedPartAndSaysSoUntilItIsRepaired() throws InterruptedException {
        start(KubernetesServer.shared());
        cluster.write(plan("a.example.com", 1));
        next();
        var tampered = plan("b.example.com", 2);
        cluster.writePart("core", tampered.parts().parts().get("core").replace("b.example.com", "evil.example.com"));
        cluster.writeIndex(tampered);
        awaitServing(1, "revision " + tampered.parts().index().revision() + ": part core does not match the index of revision "
                + tampered.parts().index().revision());
        assertThat(holder.current().plan().settings().hostname()).isEqualTo("a.example.com");
        cluster.writePart(tampered, "core");
        assertThat(next().plan().settings().hostname()).isEqualTo("b.example.com");
        awaitServing(2, null);
        assertThat(log.stream().filter(MailEvent.PlanRefused.class::isInstance)).hasSize(1);
    }

    @Test
    void refusesKeysThatDoNotFitAndTakesThemOnceTheyDo() throws InterruptedException {
        start(KubernetesServer.shared());
        cluster.write(plan("a.example.com", 1));
        next();
        var wanted = TestPlans.written(TestPlans.plan("a.example.com", TestPlans.TWO), 2, TestPlans.TWO);
        cluster.write(TestPlans.written(TestPlans.plan("a.example.com", TestPlans.TWO), 2, TestPlans.ONE));
        awaitServing(1, "revision " + wanted.parts().index().revision() + ": certificate mail: the private key does not fit the certificate");
        cluster.writeKeys(wanted);
        assertThat(next().index()).isEqualTo(wanted.parts().index());
        awaitServing(2, null);
    }

    @Test
    void anIndexThatIsNoneLeavesThePlanInForce() throws InterruptedException {
        start(KubernetesServer.shared());
        cluster.write(plan("a.example.com", 1));
        next();
        cluster.apply(PlanNames.index(ClusterPlan.GATEWAY), Map.of(PlanNames.INDEX_KEY, "{"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(intake.refusal()).isNotNull()
                .satisfies(r -> assertThat(r.reason()).contains("ConfigMap default-plan is not a plan's index")));
        server.client().configMaps().inNamespace(cluster.namespace).withName(PlanNames.index(ClusterPlan.GATEWAY)).delete();
        cluster.write(plan("b.example.com", 2));
        assertThat(next().index().serial()).isEqualTo(2);
    }

    @Test
    void outlivesTheApiServer() throws InterruptedException {
        try (KubernetesServer own = KubernetesServer.separate()) {
            start(own);
            cluster.write(plan("a.example.com", 1));
            next();
            own.killApiServer();
            await().atMost(PATIENCE).until(() -> !source.isConnected());
            assertThat(meters.get("postern.plan.connected").gauge().value()).isZero();
            assertThat(holder.current().index().serial()).isEqualTo(1);
            own.startApiServer();
            cluster.write(plan("b.example.com", 2));
            assertThat(next().index().serial()).isEqualTo(2);
            awaitServing(2, null);
            assertThat(source.isConnected()).isTrue();
            assertThat(log).filteredOn(MailEvent.Notice.class::isInstance).hasSize(2);
            stop();
            source = null;
        }
    }

    @Test
    void noticesANetworkThatDiedWithoutAWord() throws Exception {
        server = KubernetesServer.shared();
        cluster = new ClusterPlan(server);
        try (var proxy = new FreezingProxy(server.client().getMasterUrl().getPort())) {
            startSource(cluster.podClient(proxy.port()));
            cluster.write(plan("a.example.com", 1));
            next();
            proxy.freeze();
            cluster.write(plan("b.example.com", 2));
            await().atMost(PATIENCE).until(() -> !source.isConnected());
            assertThat(holder.current().index().serial()).isEqualTo(1);
            proxy.thaw();
            assertThat(next().index().serial()).isEqualTo(2);
            awaitServing(2, null);
            stop();
            source = null;
        }
    }

    @Test
    void podsDoNotTouchEachOthersReportsAndPutTheirOwnBack() throws InterruptedException {
        start(KubernetesServer.shared());
        try (var other = new ServingReporter(client, cluster.namespace, ClusterPlan.GATEWAY, "gateway-1",
                () -> new ServingReport("uid-1", "abc", 9, null, Map.of()), Duration.ofSeconds(60), new SimpleMeterRegistry())) {
            other.start();
            cluster.write(plan("a.example.com", 1));
            next();
            awaitServing(1, null);
            await().atMost(PATIENCE).until(() -> cluster.serving().containsKey("gateway-1"));
            assertThat(ServingReport.parse(cluster.serving().get("gateway-1")).serial()).isEqualTo(9);
        }
        server.client().configMaps().inNamespace(cluster.namespace).withName(PlanNames.serving(ClusterPlan.GATEWAY))
                .edit(map -> new ConfigMapBuilder(map).addToData("gateway-0", "{}").build());
        awaitServing(1, null);
    }

    @Test
    void isFasterThanVolumes() throws InterruptedException {
        start(KubernetesServer.shared());
        cluster.write(plan("warm.example.com", 1));
        next();
        measure("apply (part, keys, index) to swap", 50, i -> TestPlans.plan("host-" + i + ".example.com", TestPlans.ONE));
    }

    @Test
    void aChangeOfOneOfTenThousandIsFastToo() throws InterruptedException {
        start(KubernetesServer.shared());
        cluster.write(written(many(0), 1));
        next();
        measure("apply (one part, keys, index) to swap, of 10,000 destinations", 20, i -> many(i + 1));
    }

    private void measure(String what, int changes, IntFunction<GatewayPlan> plan) throws InterruptedException {
        long[] micros = new long[changes];
        for (int i = 0; i < changes; i++) {
            var written = written(plan.apply(i), i + 2);
            long begin = System.nanoTime();
            cluster.write(written);
            assertThat(next().index()).isEqualTo(written.parts().index());
            micros[i] = (System.nanoTime() - begin) / 1000;
        }
        Arrays.sort(micros);
        System.out.printf("%s, %d changes: median %.1f ms, p99 %.1f ms%n", what, changes, micros[changes / 2] / 1000.0, micros[changes - 1] / 1000.0);
    }

    private static GatewayPlan many(int change) {
        List<DestinationPlan> destinations = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            destinations.add(TestPlans.destination("destination-" + i, TlsMode.Required, (i == 77 ? "changed-" + change : "domain") + "-" + i + ".example.com", null));
        }
        GatewayPlan plan = TestPlans.plan("mail.example.com", TestPlans.ONE);
        return new GatewayPlan(plan.gateway(), plan.settings(), plan.listeners(), plan.policies(), plan.certificates(), plan.trustBundles(), destinations);
    }

    private void start(KubernetesServer server) {
        this.server = server;
        cluster = new ClusterPlan(server);
        startSource();
    }

    private void startSource() {
        startSource(cluster.podClient());
    }

    private void startSource(KubernetesClient podClient) {
        client = podClient;
        holder.subscribe(swaps::add);
        reporter = new ServingReporter(client, cluster.namespace, ClusterPlan.GATEWAY, "gateway-0",
                () -> Serving.report("uid-0", holder.current(), intake.refusal(), Map.of()), Duration.ofSeconds(2), meters);
        reporter.start();
        source = new KubernetesPlanSource(client, cluster.namespace, ClusterPlan.GATEWAY,
                index -> holder.current() != null && holder.current().index().equals(index), why -> intake.refuse("unknown", 0, why), log::add, meters,
                Duration.ofSeconds(4));
        source.start(intake::accept);
    }

    private void changed() {
        ServingReporter current = reporter;
        if (current != null) {
            current.changed();
        }
    }

    private ActivePlan next() throws InterruptedException {
        ActivePlan plan = swaps.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(plan).as("plan within %s; log: %s", PATIENCE, log).isNotNull();
        return plan;
    }

    private void awaitServing(long serial, String refused) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
            assertThat(cluster.serving()).containsKey("gateway-0");
            ServingReport report = ServingReport.parse(cluster.serving().get("gateway-0"));
            assertThat(report.serial()).isEqualTo(serial);
            assertThat(report.refused()).isEqualTo(refused);
        });
    }

    private static PlanSource.Written plan(String hostname, long serial) {
        return written(TestPlans.plan(hostname, TestPlans.ONE), serial);
    }

    private static PlanSource.Written written(GatewayPlan plan, long serial) {
        return TestPlans.written(plan, serial, TestPlans.ONE);
    }
}
