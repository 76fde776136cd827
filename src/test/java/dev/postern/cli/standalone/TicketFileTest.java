package dev.postern.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.plan.TicketKeyring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TicketFileTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    @TempDir
    private Path data;

    @Test
    void keysOutliveARestartAndAreRotatedWhenDue() throws IOException {
        TicketKeyring first = new TicketFile(data).at(NOW).orElseThrow();
        assertThat(new TicketFile(data).at(NOW.plusSeconds(60))).contains(first);
        TicketKeyring second = new TicketFile(data).at(first.due()).orElseThrow();
        assertThat(second.keys()).startsWith(first.next()).endsWith(first.current());
        assertThat(new TicketFile(data).at(first.due())).contains(second);
    }

    @Test
    void theirOwnerAloneCanReadThem() throws IOException {
        new TicketFile(data).at(NOW);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("ticket-keys")))).isEqualTo("rw-------");
    }

    @Test
    void aFileThatCannotBeReadIsMadeAnew() throws IOException {
        Files.writeString(data.resolve("ticket-keys"), "half a fi");
        TicketKeyring made = new TicketFile(data).at(NOW).orElseThrow();
        assertThat(new TicketFile(data).at(NOW)).contains(made);
    }

    @Test
    void aFolderThatIsGoneIsAnError() {
        assertThatThrownBy(() -> new TicketFile(data.resolve("gone")).at(NOW)).isInstanceOf(IOException.class);
    }
}
