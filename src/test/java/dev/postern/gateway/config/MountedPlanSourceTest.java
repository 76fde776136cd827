package dev.postern.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.plan.PlanNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountedPlanSourceTest {
    @TempDir
    Path folder;
    private final List<PlanSource.Written> seen = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();

    @Test
    void readsThePlanThatIsMounted() throws IOException {
        var written = TestPlans.written(TestPlans.plan("a.example.com", TestPlans.ONE), 3, TestPlans.ONE);
        mount(written, folder.resolve("plan"), folder.resolve("keys"));
        start();
        assertThat(seen).containsExactly(written);
        assertThat(notices).isEmpty();
    }

    @Test
    void followsTheLinkThatKubeletSwaps() throws IOException {
        var written = TestPlans.written(TestPlans.plan("a.example.com", TestPlans.ONE), 3, TestPlans.ONE);
        Path data = folder.resolve("plan/..2026_01");
        mount(written, data, folder.resolve("keys"));
        Files.createSymbolicLink(folder.resolve("plan/..data"), Path.of("..2026_01"));
        start();
        assertThat(seen).containsExactly(written);
    }

    @Test
    void saysThatThereIsNone() {
        start();
        assertThat(seen).isEmpty();
        assertThat(notices).singleElement().asString().startsWith("no mounted plan:").contains("index.json");
    }

    @Test
    void saysThatTheIndexIsNone() throws IOException {
        Files.createDirectories(folder.resolve("plan"));
        Files.writeString(folder.resolve("plan").resolve(PlanNames.INDEX_KEY), "{");
        start();
        assertThat(seen).isEmpty();
        assertThat(notices).singleElement().asString().startsWith("the mounted plan cannot be read: not a Index");
    }

    @Test
    void handsAnIncompletePlanOnToBeRefused() throws IOException {
        var written = TestPlans.written(TestPlans.plan("a.example.com", TestPlans.ONE), 3, TestPlans.ONE);
        mount(written, folder.resolve("plan"), folder.resolve("keys"));
        Files.delete(folder.resolve("plan/core.json"));
        start();
        assertThat(seen).singleElement().satisfies(w -> assertThat(w.parts().parts()).doesNotContainKey("core"));
    }

    private void start() {
        try (var source = new MountedPlanSource(folder.resolve("plan"), folder.resolve("keys"), notices::add)) {
            source.start(seen::add);
        }
    }

    private static void mount(PlanSource.Written written, Path plan, Path keys) throws IOException {
        Files.createDirectories(plan);
        Files.createDirectories(keys);
        Files.writeString(plan.resolve(PlanNames.INDEX_KEY), written.parts().index().toJson());
        for (var part : written.parts().parts().entrySet()) {
            Files.writeString(plan.resolve(part.getKey() + PlanNames.PART_SUFFIX), part.getValue());
        }
        for (var key : written.keys().entrySet()) {
            Files.writeString(keys.resolve(key.getKey() + PlanNames.KEY_SUFFIX), key.getValue());
        }
    }
}
