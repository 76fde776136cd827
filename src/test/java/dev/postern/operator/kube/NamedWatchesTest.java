package dev.postern.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Certificate;
import dev.postern.operator.kube.NamedWatches.Holder;
import dev.postern.operator.kube.NamedWatches.Name;
import dev.postern.testing.KubernetesServer;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Objects that are followed by their name, on a real API server. */
class NamedWatchesTest {
    private final KubernetesServer server = KubernetesServer.shared();
    private final KubernetesClient client = server.client();
    private final String namespace = server.namespace();
    private final Triggers triggers = new Triggers();
    private final Queue<String> triggered = new ConcurrentLinkedQueue<>();
    private NamedWatches watches = new NamedWatches(client, triggers);

    NamedWatchesTest() {
        triggers.register(Certificate.class, id -> triggered.add(id.getName()));
    }

    @AfterEach
    void stop() {
        watches.stop();
    }

    @Test
    void twoHoldersOfOneObjectShareAWatchWhichEndsWithTheLast() {
        put("one", "a");
        assertThat(value(watches.get(holder("x"), secret("one")).orElseThrow())).isEqualTo("a");
        assertThat(watches.get(holder("y"), secret("one"))).isPresent();
        assertThat(watches.watches()).isEqualTo(1);
        assertThat(watches.watchesAll(holder("x"))).isTrue();

        await().until(() -> triggered.contains("x"));
        triggered.clear();
        put("one", "b");
        await().until(() -> triggered.contains("x") && triggered.contains("y"));
        assertThat(value(watches.peek(secret("one")).orElseThrow())).isEqualTo("b");

        watches.keep(holder("x"), Set.of());
        assertThat(watches.watches()).isEqualTo(1);
        triggered.clear();
        put("one", "c");
        await().until(() -> triggered.contains("y"));
        assertThat(triggered).doesNotContain("x");
        watches.keep(holder("y"), Set.of());
        assertThat(watches.watches()).isZero();
        assertThat(value(watches.peek(secret("one")).orElseThrow())).as("read though nobody follows it").isEqualTo("c");
    }

    @Test
    void whatDoesNotExistYetIsNoticedWhenItComesAndWhenItGoes() {
        assertThat(watches.get(holder("x"), secret("late"))).isEmpty();
        put("late", "a");
        await().until(() -> triggered.contains("x"));
        await().until(() -> watches.get(holder("x"), secret("late")).isPresent());
        triggered.clear();
        client.secrets().inNamespace(namespace).withName("late").delete();
        await().until(() -> triggered.contains("x"));
        assertThat(watches.get(holder("x"), secret("late"))).isEmpty();
    }

    @Test
    void whatIsNamedNoMoreIsLetGoAndTheRestIsKept() {
        put("one", "a");
        put("two", "a");
        watches.get(holder("x"), secret("one"));
        watches.get(holder("x"), secret("two"));
        watches.keep(holder("x"), Set.of(secret("two")));
        assertThat(watches.watches()).isEqualTo(1);
        watches.keep(holder("nobody"), Set.of());
        assertThat(watches.watches()).isEqualTo(1);
    }

    @Test
    void beyondTheBoundObjectsAreReadAtEachLookUntilAWatchIsFree() {
        watches = new NamedWatches(client, triggers, 1);
        put("one", "a");
        put("two", "a");
        watches.get(holder("x"), secret("one"));
        watches.get(holder("y"), secret("two"));
        assertThat(watches.watches()).isEqualTo(1);
        assertThat(watches.watchesAll(holder("x"))).isTrue();
        assertThat(watches.watchesAll(holder("y"))).isFalse();

        put("two", "b");
        assertThat(value(watches.peek(secret("two")).orElseThrow())).as("as its holder last knew it").isEqualTo("a");
        assertThat(value(watches.get(holder("y"), secret("two")).orElseThrow())).isEqualTo("b");
        assertThat(value(watches.peek(secret("two")).orElseThrow())).isEqualTo("b");

        watches.keep(holder("x"), Set.of());
        watches.get(holder("y"), secret("two"));
        assertThat(watches.watchesAll(holder("y"))).isTrue();
        await().until(() -> triggered.contains("y"));
    }

    @Test
    void anObjectOfTheClusterIsFollowedWithoutANamespace() {
        var name = new Name<>(Types.CERTIFICATE_SIGNING_REQUEST, null, "postern-" + namespace);
        assertThat(name).hasToString("CertificateSigningRequest postern-" + namespace);
        assertThat(watches.get(holder("x"), name)).isEmpty();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }

    private Holder holder(String name) {
        return new Holder(Certificate.class, new ResourceID(name, namespace));
    }

    private Name<Secret> secret(String name) {
        return new Name<>(Types.SECRET, namespace, name);
    }

    private static String value(Secret secret) {
        return TlsSecrets.text(secret, "v");
    }

    private void put(String name, String value) {
        client.resource(new SecretBuilder().withNewMetadata().withNamespace(namespace).withName(name).endMetadata().withStringData(Map.of("v", value)).build())
                .forceConflicts().serverSideApply();
    }
}
