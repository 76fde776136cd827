package dev.postern.gateway.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.report.EventSink.Series;
import dev.postern.gateway.report.RequiredTlsReporter.Bounds;
import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsFailures.Failure;
import dev.postern.gateway.report.TlsFailures.Stage;
import dev.postern.plan.ResourceRef;
import dev.postern.testing.KubernetesServer;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real API server, with the rights of a pod. */
class KubernetesEventSinkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00.123456789Z");
    private final KubernetesServer server = KubernetesServer.shared();
    private final String namespace = server.namespace();
    private KubernetesClient client;
    private KubernetesEventSink sink;
    @TempDir
    Path folder;

    @BeforeEach
    void start() {
        server.installCrds();
        server.kubectl("create", "role", "gateway", "-n", namespace, "--verb=create,patch", "--resource=events.events.k8s.io");
        server.kubectl("create", "rolebinding", "gateway", "-n", namespace, "--role=gateway", "--serviceaccount=" + namespace + ":gateway");
        client = KubernetesServer.clientOf(server.tokenKubeconfig(namespace, "gateway"));
        sink = new KubernetesEventSink(client, "gateway-0");
    }

    @AfterEach
    void stop() {
        client.close();
    }

    @Test
    void aPersonFindsTheEventWithKubectl() throws IOException {
        Path manifest = Files.writeString(folder.resolve("control.yaml"), """
                apiVersion: postern.dev/v1alpha1
                kind: DestinationControl
                metadata: {name: partners}
                spec: {destinations: [partner.com], tls: {mode: RequiredVerify}}
                """);
        server.kubectl("apply", "-n", namespace, "-f", manifest.toString());
        String uid = server.kubectl("get", "destinationcontrol", "partners", "-n", namespace, "-o", "jsonpath={.metadata.uid}");
        Failure failure = failure(new ResourceRef("DestinationControl", namespace, "partners", uid, 1));
        sink.write(new Series(failure, Instant.now(), Instant.now(), 1));

        assertThat(server.kubectl("get", "events", "-n", namespace, "--field-selector", "reason=TLSRequiredFailed"))
                .contains("Warning", "TLSRequiredFailed", "destinationcontrol/partners", "Mail to partner.com was not sent");
        assertThat(server.kubectl("events", "-n", namespace, "--for", "destinationcontrol/partners")).contains("TLSRequiredFailed", "mx.partner.com (192.0.2.1)");
        assertThat(server.kubectl("describe", "destinationcontrol", "partners", "-n", namespace)).contains("TLSRequiredFailed", "failed it at STARTTLS (NotOffered)");
    }

    @Test
    void aSeriesIsOneEventWhoseCountGrows() throws IOException {
        Failure failure = failure(control("partners"));
        sink.write(new Series(failure, START, START, 1));
        sink.write(new Series(failure, START, START.plusSeconds(30), 12));
        sink.write(new Series(failure, START, START.plusSeconds(60), 40));
        assertThat(events()).singleElement().satisfies(event -> {
            assertThat(event.getType()).isEqualTo("Warning");
            assertThat(event.getReason()).isEqualTo("TLSRequiredFailed");
            assertThat(event.getAction()).isEqualTo("Deliver");
            assertThat(event.getReportingController()).isEqualTo("postern.dev/gateway");
            assertThat(event.getReportingInstance()).isEqualTo("gateway-0");
            assertThat(event.getRegarding().getName()).isEqualTo("partners");
            assertThat(event.getEventTime().getTime()).isEqualTo("2026-01-01T00:00:00.123456Z");
            assertThat(event.getSeries().getCount()).isEqualTo(40);
            assertThat(event.getSeries().getLastObservedTime().getTime()).isEqualTo("2026-01-01T00:01:00.123456Z");
        });
    }

    @Test
    void anAttemptWhoseAnswerWasLostMakesNoSecondEvent() throws IOException {
        Failure failure = failure(control("partners"));
        sink.write(new Series(failure, START, START, 1));
        sink.write(new Series(failure, START, START.plusSeconds(5), 3));
        assertThat(events()).singleElement().satisfies(event -> assertThat(event.getSeries().getCount()).isEqualTo(3));
    }

    @Test
    void anEventThatExpiredIsMadeAnew() throws IOException {
        Failure failure = failure(control("partners"));
        sink.write(new Series(failure, START, START, 1));
        server.kubectl("delete", "events", "--all", "-n", namespace);
        sink.write(new Series(failure, START, START.plusSeconds(30), 12));
        assertThat(events()).singleElement().satisfies(event -> assertThat(event.getSeries().getCount()).isEqualTo(12));
    }

    @Test
    void podsAndReasonsAndLaterSeriesAreApart() throws IOException {
        Failure failure = failure(control("partners"));
        sink.write(new Series(failure, START, START, 1));
        new KubernetesEventSink(client, "gateway-1").write(new Series(failure, START, START, 1));
        sink.write(new Series(failure, START.plusSeconds(600), START.plusSeconds(600), 1));
        sink.write(new Series(new Failure(control("partners"), Direction.Inbound, "all", "192.0.2.9", Stage.Starttls, "NotInitiated", null), START, START, 1));
        assertThat(events()).hasSize(4);
    }

    @Test
    void theLongestNamesAndNotesFit() throws IOException {
        String longest = "n".repeat(253);
        sink.write(new Series(new Failure(control(longest), Direction.Outbound, "d".repeat(253), "h".repeat(253), Stage.Handshake, "HandshakeFailed",
                "\u0000\r\n" + "ü".repeat(2000)), START, START, 2));
        assertThat(events()).singleElement().satisfies(event -> assertThat(event.getRegarding().getName()).isEqualTo(longest));
    }

    @Test
    void aRefusalSaysWhy() {
        server.kubectl("delete", "rolebinding", "gateway", "-n", namespace);
        assertThatThrownBy(() -> sink.write(new Series(failure(control("partners")), START, START, 1)))
                .isInstanceOf(IOException.class).hasMessageContaining("forbidden");
    }

    @Test
    void failuresOfAThousandMessagesAreOneEvent() {
        var bounds = new Bounds(Duration.ofMinutes(10), Duration.ofMillis(100), 100, 10_000, 25, Duration.ofMillis(10));
        var meters = new SimpleMeterRegistry();
        try (var reporter = new RequiredTlsReporter(sink, () -> true, bounds, InstantSource.system(), meters)) {
            Failure failure = failure(control("partners"));
            for (int i = 0; i < 1000; i++) {
                reporter.report(failure);
            }
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(events()).singleElement()
                    .satisfies(event -> {
                        assertThat(event.getSeries()).isNotNull();
                        assertThat(event.getSeries().getCount()).isEqualTo(1000);
                    }));
        }
        assertThat(meters.get("postern.events.dropped").counter().count()).isZero();
    }

    private List<Event> events() {
        return server.client().events().v1().events().inNamespace(namespace).list().getItems();
    }

    private ResourceRef control(String name) {
        return new ResourceRef("DestinationControl", namespace, name, "", 1);
    }

    private static Failure failure(ResourceRef resource) {
        return new Failure(resource, Direction.Outbound, "partner.com", "mx.partner.com (192.0.2.1)", Stage.Starttls, "NotOffered", "STARTTLS is not in the list");
    }
}
