package dev.postern.operator.destination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlStatus;
import dev.postern.plan.DeliveryReport.Control;
import dev.postern.plan.DeliveryReport.Failure;
import dev.postern.plan.DeliveryReport.Recent;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DestinationControlStatusFactoryTest {
    private static final Path GOLDEN = Path.of("src/test/resources/operator/destinationcontrol-status.yaml");

    private static String at(int minute) {
        return "2026-11-06T10:%02d:00Z".formatted(minute);
    }

    private static Failure failure(int minute, String reason) {
        return new Failure(at(minute), "mx.test (192.0.2.1)", reason, "what happened");
    }

    @Test
    void podsAddUpAndEachDomainHasItsLastOutcomeAndItsLastFailureAnywhere() throws IOException {
        Control first = new Control("u", 1, 2, 3, 4, List.of(new Recent("fails.test", "Failed", at(5), failure(5, "NotOffered")),
                new Recent("mended.test", "Failed", at(2), failure(2, "HandshakeFailed")), new Recent("quiet.test", "Verified", at(1), null)));
        Control second = new Control("u", 10, 20, 30, 40, List.of(new Recent("mended.test", "Verified", at(9), failure(1, "NameMismatch")),
                new Recent("quiet.test", "Encrypted", at(3), null), new Recent("fails.test", "Verified", at(4), null)));
        var status = new DestinationControlStatus();
        status.outcomes = DestinationControlStatusFactory.outcomes(List.of(first, second));
        status.recent = DestinationControlStatusFactory.recent(List.of(first, second));
        String yaml = Serialization.asYaml(status);
        if (Boolean.getBoolean("postern.update")) {
            Files.writeString(GOLDEN, yaml);
        }
        assertThat(yaml).isEqualTo(Files.readString(GOLDEN));
        status.recent = DestinationControlStatusFactory.recent(List.of(second, first));
        assertThat(Serialization.asYaml(status)).as("the pods' order does not matter").isEqualTo(yaml);
    }

    @Test
    void ofManyDomainsTwentyAreNamedThoseThatFailFirst() {
        Control many = new Control("u", 0, 0, 0, 0, IntStream.range(0, 20).mapToObj(i -> new Recent("d" + i, "Verified", at(i + 30), null)).toList());
        Control failing = new Control("u", 0, 0, 0, 0, IntStream.range(0, 20).mapToObj(i -> new Recent("f" + i, i < 3 ? "Failed" : "Clear", at(i), null)).toList());
        assertThat(DestinationControlStatusFactory.recent(List.of(many, failing))).hasSize(20).extracting(d -> d.domain).startsWith("f2", "f1", "f0", "d19");
    }

    @Test
    void nothingIsSaidWherePodsSayNothing() {
        assertThat(DestinationControlStatusFactory.outcomes(List.of())).isNull();
        assertThat(DestinationControlStatusFactory.recent(List.of())).isEmpty();
    }

    @Test
    void whatChangesOftenIsShownAtMostOnceInAWhileAndNeverForgotten() {
        var shown = new ShownOutcomes(Duration.ofSeconds(15));
        ResourceID id = new ResourceID("partner", "mail");
        Instant now = Instant.parse("2026-11-06T10:00:00Z");
        List<Control> one = List.of(new Control("u", 1, 0, 0, 0, List.of()));
        List<Control> two = List.of(new Control("u", 2, 0, 0, 0, List.of()));
        assertThat(shown.show(id, "u", List.of(), now)).isEmpty();
        assertThat(shown.show(id, "u", one, now)).isEqualTo(one);
        assertThat(shown.next(id, now)).isEmpty();
        assertThat(shown.show(id, "u", two, now.plusSeconds(5))).isEqualTo(one);
        assertThat(shown.next(id, now.plusSeconds(5))).contains(Duration.ofMillis(10_001));
        assertThat(shown.show(id, "u", two, now.plusSeconds(16))).isEqualTo(two);
        assertThat(shown.next(id, now.plusSeconds(16))).isEmpty();
        assertThat(shown.show(id, "another", List.of(), now.plusSeconds(17))).as("of a new resource of the name").isEmpty();
    }
}
