package dev.postern.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.gateway.auth.Users;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.config.PlanLoader;
import dev.postern.gateway.config.PlanSource.Written;
import dev.postern.gateway.tls.ClientContexts;
import dev.postern.gateway.tls.ServerContexts;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.manifest.ManifestReader;
import dev.postern.sasl.ScramVerifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way of users from a folder's Secret into the plan in force. */
class FolderUsersTest {
    private static final String ONE = ScramVerifier.of("swordfish", 4096, "0123456789abcdef".getBytes(StandardCharsets.US_ASCII)).text();
    private static final String TWO = ScramVerifier.of("other", 4096, "fedcba9876543210".getBytes(StandardCharsets.US_ASCII)).text();
    private static final String RESOURCES = """
            apiVersion: postern.dev/v1alpha1
            kind: MailGateway
            metadata: {name: default}
            spec: {hostname: mail.example.com}
            ---
            apiVersion: postern.dev/v1alpha1
            kind: Certificate
            metadata: {name: mail}
            spec: {source: {demo: {}}}
            ---
            apiVersion: postern.dev/v1alpha1
            kind: MailFlowPolicy
            metadata: {name: submission}
            spec: {behavior: Relay, authentication: Require, tls: {mode: Required}}
            ---
            apiVersion: postern.dev/v1alpha1
            kind: Listener
            metadata: {name: submission}
            spec:
              type: Private
              port: 587
              certificateRefs: [{name: mail}]
              authentication: {usersSecretRef: {name: app-users}}
              hostAccess: [{senderGroup: everyone, senders: [ALL], policyRef: {name: submission}}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: app-users}
            """;
    private final TrustAnchors system = TrustAnchors.system();
    private final PlanLoader loader = new PlanLoader(new ServerContexts()::build, new ClientContexts()::build, TrustAnchors::of, () -> system);
    @TempDir
    private Path data;

    private static Users users(ActivePlan plan) {
        return plan.listeners().get("submission").users();
    }

    private static Written compile(FolderPlans plans, String secret) {
        var manifests = new ManifestReader("default").parse(Map.of(Path.of("all.yaml"), RESOURCES + secret));
        FolderPlans.Result result = plans.compile(manifests, Instant.now());
        assertThat(result.complaints()).isEmpty();
        return result.written().orElseThrow();
    }

    private FolderPlans plans() {
        return new FolderPlans(null, new LocalCertificates(data), Map.of(), FolderPlans.Tickets.NONE, problem -> false);
    }

    @Test
    void everyChangeOfAUserIsANewRevisionAndInForceAtOnce() {
        FolderPlans plans = plans();
        Written first = compile(plans, "stringData: {app: '" + ONE + "'}\n");
        ActivePlan before = loader.load(first, null);
        assertThat(users(before).find("app").verifier().fits("swordfish")).isTrue();

        Written same = compile(plans, "data: {app: " + Base64.getEncoder().encodeToString(ONE.getBytes(StandardCharsets.US_ASCII)) + "}\n");
        assertThat(same.parts().index()).isEqualTo(first.parts().index());
        assertThat(users(loader.load(same, before))).isSameAs(users(before));

        Written changed = compile(plans, "stringData: {app: '" + TWO + "', users: 'billing@example.com:" + ONE + "'}\n");
        assertThat(changed.parts().index().serial()).isEqualTo(first.parts().index().serial() + 1);
        Users now = users(loader.load(changed, before));
        assertThat(now.find("app").verifier().fits("swordfish")).isFalse();
        assertThat(now.find("billing@example.com").exists()).isTrue();
    }

    @Test
    void verifiersAreBesideTheKeysAndNowhereElse() {
        Written written = compile(plans(), "stringData: {app: '" + ONE + "'}\n");
        assertThat(written.parts().toString()).doesNotContain("SCRAM-SHA-256$").doesNotContain(ONE.substring(20));
        assertThat(written.keys().keySet()).anyMatch(name -> name.matches("_users-[0-9a-f]{16}"));
    }

    @Test
    void aPlanWithoutItsUsersOrWithBrokenOnesIsRefusedAndNothingOfThemIsSaid() {
        Written written = compile(plans(), "stringData: {app: '" + ONE + "'}\n");
        var keys = new java.util.HashMap<>(written.keys());
        String name = keys.keySet().stream().filter(k -> k.startsWith("_users-")).findFirst().orElseThrow();
        keys.put(name, "app:" + ONE.substring(0, 60) + "\n");
        assertThatThrownBy(() -> loader.load(new Written(written.parts(), keys), null)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("listener submission: a verifier of its users is not a verifier").hasMessageNotContaining(ONE.substring(20, 40));
        keys.remove(name);
        assertThatThrownBy(() -> loader.load(new Written(written.parts(), keys), null))
                .hasMessage("listener submission: its users (" + name + ") are not beside the private keys");
    }

    @Test
    void aValueThatIsNoTextNamesItsKey() {
        var manifests = new ManifestReader("default").parse(Map.of(Path.of("all.yaml"), RESOURCES + "data: {app: /w==}\n"));
        assertThat(plans().compile(manifests, Instant.now()).complaints()).singleElement().asString()
                .endsWith("Listener/submission spec.authentication.usersSecretRef.name: Secret 'app-users': key 'app' is not text");
    }
}
