package dev.postern.gateway.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DotStufferTest {

    private static String stuff(String body, int piece) {
        DotStuffer stuffer = new DotStuffer();
        ByteBuf out = Unpooled.buffer();
        for (int i = 0; i < body.length(); i += piece) {
            ByteBuf in = Unpooled.copiedBuffer(body.substring(i, Math.min(body.length(), i + piece)), StandardCharsets.ISO_8859_1);
            stuffer.stuff(in, out);
            assertThat(in.isReadable()).isFalse();
        }
        stuffer.end(out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void doublesDotsAtTheBeginningOfLinesAlone() {
        assertThat(stuff("a.b\r\n.c\r\n..\r\nd\r\n", 100)).isEqualTo("a.b\r\n..c\r\n...\r\nd\r\n.\r\n");
        assertThat(stuff(".\r\n", 100)).isEqualTo("..\r\n.\r\n");
    }

    @Test
    void endsABodyThatLacksItsLineEnd() {
        assertThat(stuff("a", 100)).isEqualTo("a\r\n.\r\n");
        assertThat(stuff("a\r", 100)).isEqualTo("a\r\n.\r\n");
        assertThat(stuff("", 100)).isEqualTo(".\r\n");
    }

    @Test
    void aBareLineEndBecomesAWholeOne() {
        assertThat(stuff("a\n.\nb\r.\rc\r\r\n", 100)).isEqualTo("a\r\n..\r\nb\r\n..\r\nc\r\n\r\n.\r\n");
    }

    @Test
    void whereItIsCutMakesNoDifferenceAndNoBareLineEndEverLeaves() {
        Random random = new Random(7);
        for (int run = 0; run < 2000; run++) {
            StringBuilder body = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                body.append("\r\n.a".charAt(random.nextInt(4)));
            }
            String whole = stuff(body.toString(), 100);

            assertThat(stuff(body.toString(), 1)).isEqualTo(whole);
            assertThat(stuff(body.toString(), 3)).isEqualTo(whole);
            assertThat(whole.replace("\r\n", "")).doesNotContain("\r", "\n");
            assertThat(whole.indexOf("\r\n.\r\n") < 0 ? whole.length() - 3 : whole.indexOf("\r\n.\r\n") + 2).isEqualTo(whole.length() - 3);
        }
    }
}
