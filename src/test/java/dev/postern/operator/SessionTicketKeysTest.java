package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ConditionTypes;
import dev.postern.api.MailGateway;
import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import dev.postern.plan.TicketKeyring;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The operator keeps session ticket keys, rotates them, and gives them to the pods beside the private keys. */
class SessionTicketKeysTest {
    private static final String NAME = PlanNames.tickets("edge");
    private final OperatorFixture f = new OperatorFixture();

    @AfterEach
    void stop() {
        f.close();
    }

    private TicketKeyring keyring() {
        Secret secret = f.get(Secret.class, NAME);
        String text = secret == null ? null : new String(Base64.getDecoder().decode(secret.getData().get("ticket-keys")), StandardCharsets.UTF_8);
        return TicketKeyring.parse(text).orElse(null);
    }

    /** What the pods get, in the order of the plan. */
    private List<String> given() {
        ConfigMap core = f.get(ConfigMap.class, PlanNames.part("edge", PlanParts.CORE));
        String json = core.getData().get("core.json");
        String list = json.substring(json.indexOf("\"ticketKeys\":[") + 14);
        Map<String, String> keys = f.get(Secret.class, PlanNames.keys("edge")).getData();
        return List.of(list.substring(0, list.indexOf(']')).split(",")).stream().map(d -> keys.get("_ticket-" + d.replace("\"", "") + ".key"))
                .map(k -> k == null ? null : new String(Base64.getDecoder().decode(k), StandardCharsets.UTF_8)).toList();
    }

    @Test
    void theyAreMadeOnceKeptOverARestartAndRotatedWhenDue() {
        f.apply(Samples.ALL);
        f.settled();
        TicketKeyring first = keyring();
        assertThat(given()).isEqualTo(first.keys());
        assertThat(f.get(Secret.class, NAME).getMetadata().getOwnerReferences()).singleElement().satisfies(o -> assertThat(o.getKind()).isEqualTo("MailGateway"));
        long serial = f.index("edge").serial();

        f.stop();
        f.start();
        f.settled();
        assertThat(keyring()).isEqualTo(first);
        assertThat(f.index("edge").serial()).isEqualTo(serial);

        f.stop();
        f.ahead = TicketKeyring.PERIOD.plusMinutes(1);
        f.start();
        TicketKeyring second = await().until(this::keyring, k -> !first.equals(k));
        assertThat(second.keys()).startsWith(first.next()).endsWith(first.current());
        await().untilAsserted(() -> assertThat(given()).isEqualTo(second.keys()));
        assertThat(f.index("edge").serial()).isEqualTo(serial + 1);
        f.settled();
        assertThat(keyring()).isEqualTo(second);
    }

    @Test
    void whatCannotBeReadOrIsGoneIsMadeAnew() {
        f.apply(Samples.ALL);
        f.settled();
        TicketKeyring first = keyring();
        f.client.secrets().inNamespace(f.namespace).withName(NAME).edit(s -> new SecretBuilder(s).withData(Map.of("ticket-keys", "bm9uc2Vuc2U=")).build());
        TicketKeyring second = await().until(this::keyring, k -> k != null && !k.equals(first));
        await().untilAsserted(() -> assertThat(given()).isEqualTo(second.keys()));

        f.delete(Secret.class, NAME);
        TicketKeyring third = await().until(this::keyring, k -> k != null && !k.equals(second));
        await().untilAsserted(() -> assertThat(given()).isEqualTo(third.keys()));
    }

    @Test
    void aNameThatIsTakenIsToldAndNotOverwritten() {
        f.client.resource(new SecretBuilder().withNewMetadata().withNamespace(f.namespace).withName(NAME).endMetadata()
                .withData(Map.of("password", "c2VjcmV0")).build()).create();
        f.apply(Samples.ALL);
        f.awaitMessage(MailGateway.class, "edge", ConditionTypes.READY, NAME);
        assertThat(f.get(Secret.class, NAME).getData()).containsOnlyKeys("password");
    }

    /** A pod gets what is in use, and never the Secret that outlives it. */
    @Test
    void podsMayNotReadTheSecret() {
        f.apply(Samples.ALL);
        f.settled();
        assertThat(f.get(Role.class, "edge-gateway").getRules()).flatExtracting(r -> r.getResourceNames()).contains(PlanNames.keys("edge")).doesNotContain(NAME);
        assertThat(Duration.between(keyring().rotated(), keyring().due())).isEqualTo(TicketKeyring.PERIOD);
    }
}
