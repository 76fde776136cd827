package dev.postern.gateway.spool;

import static dev.postern.gateway.spool.Messages.body;
import static dev.postern.gateway.spool.Messages.deliver;
import static dev.postern.gateway.spool.Messages.put;
import static dev.postern.gateway.spool.Messages.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.spool.Spool.SpoolException;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyFilesTest {
    private static final int LARGE = 300_000;

    @TempDir
    Path folder;

    private Path file(long mid) {
        return folder.resolve("bodies").resolve(Long.toString(mid));
    }

    @ParameterizedTest
    @CsvSource({"10000, 0, false", "65536, 0, false", "65537, 0, true", "300000, 0, true", "150000, 150000, false", "300000, 300000, true"})
    void aBodyHasAFileWhereItIsLargeOrLargerThanAChunkAndNobodySaidHowLarge(int size, long expected, boolean inFile) throws Exception {
        try (var fixture = new SpoolFixture(folder)) {
            var incoming = fixture.spool.begin(expected);
            Messages.await(incoming.append(Unpooled.wrappedBuffer(body(1, size))));
            Messages.await(incoming.commit(Messages.to("a@example.org")));

            assertThat(Files.exists(file(incoming.mid()))).isEqualTo(inFile);
            assertThat(read(fixture.spool, incoming.mid(), 0, size)).isEqualTo(body(1, size));
        }
    }

    @Test
    void aFileIsItsOwnersAloneAndGoesWithItsMessage() throws Exception {
        try (var fixture = new SpoolFixture(folder)) {
            var mid = put(fixture.spool, body(1, LARGE));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(mid)))).isEqualTo("rw-------");

            deliver(fixture.spool, mid);

            await().until(() -> !Files.exists(file(mid)));
        }
    }

    @Test
    void aFileWithoutAnEnvelopeGoesAtTheNextStart() throws Exception {
        long kept;
        long cutOff;
        try (var fixture = new SpoolFixture(folder)) {
            kept = put(fixture.spool, body(1, LARGE));
            var incoming = fixture.spool.begin();
            Messages.await(incoming.append(Unpooled.wrappedBuffer(body(2, LARGE))));
            cutOff = incoming.mid();
            assertThat(file(cutOff)).exists();
        }
        try (var again = new SpoolFixture(folder)) {
            assertThat(file(cutOff)).doesNotExist();
            assertThat(read(again.spool, kept, 0, LARGE)).isEqualTo(body(1, LARGE));
        }
    }

    @Test
    void aFileThatIsMissingOrDamagedSetsItsMessageAside() throws Exception {
        long missing;
        long damaged;
        long well;
        try (var fixture = new SpoolFixture(folder)) {
            missing = put(fixture.spool, body(1, LARGE));
            damaged = put(fixture.spool, body(2, LARGE));
            well = put(fixture.spool, body(3, LARGE));
        }
        Files.delete(file(missing));
        try (var channel = FileChannel.open(file(damaged), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {'x'}), 100_000);
        }
        try (var again = new SpoolFixture(folder)) {
            assertThatThrownBy(() -> read(again.spool, missing, 0, 10)).cause().isInstanceOf(SpoolException.class).hasMessageContaining("MID " + missing + " is damaged");
            assertThatThrownBy(() -> read(again.spool, damaged, 0, LARGE)).cause().isInstanceOf(SpoolException.class).hasMessageContaining("does not match its checksum");
            assertThat(read(again.spool, well, 0, LARGE)).isEqualTo(body(3, LARGE));
            assertThat(again.damaged).extracting(Damaged::mid).containsExactly(missing, damaged);
        }
    }
}
