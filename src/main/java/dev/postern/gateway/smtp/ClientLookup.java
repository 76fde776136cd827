package dev.postern.gateway.smtp;

import dev.postern.gateway.access.HostAccess;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Finds out before the greeting what the host access table has to know of a client: its confirmed name first, then whether the DNS lists
 * have it that could still decide.
 */
final class ClientLookup {
    private ClientLookup() {
    }

    /**
     * What was found.
     *
     * @param hostName forward-confirmed, or null
     * @param listing  zones of the DNS lists that have the client
     */
    record Found(String hostName, Set<String> listing) {
        static final Found NOTHING = new Found(null, Set.of());
    }

    static boolean needed(HostAccess table) {
        return table.needsHostName() || table.needsLists();
    }

    /** Never fails; what is not known in time is not known. */
    static CompletionStage<Found> find(SmtpServices services, HostAccess table, InetAddress address) {
        return name(services, table, address).thenCompose(name -> {
            var zones = table.needsLists() ? table.lists(address, name.orElse(null)) : List.<String>of();
            return zones.isEmpty() ? CompletableFuture.completedFuture(new Found(name.orElse(null), Set.of()))
                    : services.admission().lists().listing(address, zones).thenApply(listing -> new Found(name.orElse(null), listing));
        });
    }

    private static CompletionStage<Optional<String>> name(SmtpServices services, HostAccess table, InetAddress address) {
        if (!table.needsHostName()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return services.dns().confirmedName(address).toCompletableFuture()
                .completeOnTimeout(Optional.empty(), services.limits().hostName().toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(e -> Optional.empty())
                .thenApply(name -> name.filter(PathParser::isDomain));   // it goes into logs and trace fields
    }
}
