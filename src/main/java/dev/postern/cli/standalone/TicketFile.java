package dev.postern.cli.standalone;

import dev.postern.plan.TicketKeyring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;

/** Session ticket keys without a cluster: a file of the data folder that only its owner can read, so that sessions outlive a restart. */
final class TicketFile implements FolderPlans.Tickets {
    private static final SecureRandom RANDOM = new SecureRandom();
    private final Path file;

    /** @param data the data folder of {@code postern run} */
    TicketFile(Path data) {
        file = data.resolve("ticket-keys");
    }

    @Override
    public Optional<TicketKeyring> at(Instant now) throws IOException {
        TicketKeyring before = Files.exists(file) ? TicketKeyring.parse(Files.readString(file)).orElse(null) : null;
        TicketKeyring keyring = before == null ? TicketKeyring.begin(now, RANDOM) : before.at(now, RANDOM);
        if (!keyring.equals(before)) {
            OwnerFiles.write(file, keyring.text());
        }
        return Optional.of(keyring);
    }
}
