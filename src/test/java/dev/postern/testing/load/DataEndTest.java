package dev.postern.testing.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DataEndTest {
    @Test
    void theEndIsFoundWhereverTheBuffersAreCut() {
        for (String text : new String[] {".\r\n", "a\r\n.\r\n", "a.\r\n.b\r\n..\r\n\r\n.\r\n", "\r\r\n.\r\r\n.\r\n", ".\r.\n\r\n.\r\n"}) {
            byte[] bytes = (text + "QUIT\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int first = 1; first < bytes.length; first++) {
                for (int second = first; second < bytes.length; second++) {
                    assertThat(find(bytes, first, second)).as("%s cut at %d and %d", text, first, second).isEqualTo(text.length());
                }
            }
        }
    }

    private static int find(byte[] bytes, int... cuts) {
        DataEnd end = new DataEnd();
        end.reset();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : bytes.length;
            int behind = from == to ? -1 : end.find(Unpooled.wrappedBuffer(bytes, from, to - from));
            if (behind >= 0) {
                return from + behind;
            }
            from = to;
        }
        return -1;
    }
}
