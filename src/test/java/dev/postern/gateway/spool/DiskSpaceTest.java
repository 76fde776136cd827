package dev.postern.gateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DiskSpaceTest {
    private static final long FREE = 1_000_000;

    @Test
    void whatWaitsToBeWrittenIsTakenOffSoThatManySessionsDoNotOvershootTogether() {
        try (var space = new DiskSpace(() -> FREE)) {
            space.reserve(900_000);
            var chunks = Chunk.split(UnpooledByteBufAllocator.DEFAULT, 7, Messages.body(1, 60_000));
            var waiting = new Op.Update(1, Map.of(), Messages.to("a@example.org"), chunks);
            waiting.waitsFor(space);
            assertThat(space.free()).as("it goes to the log and to a data file").isEqualTo(FREE - 2 * (60_000 + Chunk.HEADER));
            assertThat(space.closedForNew()).isTrue();
            space.measure();
            assertThat(space.closedForNew()).as("a measurement does not see what is not written").isTrue();
            waiting.release();
            waiting.release();
            assertThat(space.free()).isEqualTo(FREE);
            assertThat(space.closedForNew()).isFalse();
        }
    }
}
