package dev.postern.operator.gateway;

import dev.postern.api.MailGateway;
import dev.postern.plan.PlanNames;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.TicketKeyring;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Keeps the session ticket keys of one gateway in a Secret, and rotates them. */
final class TicketStore {
    static final String KEYS = "ticket-keys";
    private static final Logger LOG = Logger.getLogger(TicketStore.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    /** A Secret that cannot be written is tried again. */
    private static final Duration AGAIN = Duration.ofMinutes(1);

    private final OwnedObjects owned;
    private final MailGateway gateway;
    private final Applier applier;

    TicketStore(OwnedObjects owned, MailGateway gateway, Applier applier) {
        this.owned = owned;
        this.gateway = gateway;
        this.applier = applier;
    }

    /**
     * What there is now.
     *
     * @param keys    in Base64, the one in use first; never printed
     * @param due     when to look again
     * @param trouble of a Secret that cannot be written; what was kept before stays in use then
     */
    record Kept(List<String> keys, Instant due, Optional<Problem> trouble) {
        @Override
        public String toString() {
            return "Kept[" + keys.size() + " keys, due " + due + "]";
        }
    }

    Kept keep(Instant now) {
        String name = PlanNames.tickets(gateway.getMetadata().getName());
        Secret live = owned.get(Secret.class, gateway.getMetadata().getNamespace(), name).orElse(null);
        Optional<TicketKeyring> before = Optional.ofNullable(live).map(Secret::getData).map(data -> data.get(KEYS)).flatMap(TicketStore::read);
        TicketKeyring keyring = before.map(k -> k.at(now, RANDOM)).orElseGet(() -> TicketKeyring.begin(now, RANDOM));
        // With the version that was read: of two operators for a moment, one fails here.
        var trouble = applier.apply(Secret.class, PlanObjects.tickets(gateway, keyring), ResourceRef.of(gateway), live == null ? null : live.getMetadata().getResourceVersion());
        if (trouble.isPresent()) {
            return new Kept(before.map(TicketKeyring::keys).orElse(List.of()), now.plus(AGAIN), trouble);
        }
        if (before.isEmpty() || !before.get().equals(keyring)) {
            LOG.infof("Session ticket keys of gateway %s/%s are %s", gateway.getMetadata().getNamespace(), gateway.getMetadata().getName(),
                    before.isEmpty() ? "made" : "rotated");
        }
        return new Kept(keyring.keys(), keyring.due(), Optional.empty());
    }

    private static Optional<TicketKeyring> read(String data) {
        try {
            return TicketKeyring.parse(new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
