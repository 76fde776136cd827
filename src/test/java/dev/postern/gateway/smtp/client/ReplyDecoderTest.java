package dev.postern.gateway.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyDecoderTest {

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    @Test
    void takesOneReplyAndLeavesTheNext() throws Exception {
        ReplyDecoder decoder = new ReplyDecoder();
        ByteBuf in = bytes("250-mx\r\n250-SIZE 1000\r\n250 OK\r\n220 next");

        assertThat(decoder.decode(in)).isEqualTo(new Reply(250, List.of("mx", "SIZE 1000", "OK")));
        assertThat(in.toString(StandardCharsets.UTF_8)).isEqualTo("220 next");
        assertThat(decoder.decode(in)).isNull();
        assertThat(decoder.decode(Unpooled.wrappedBuffer(in, bytes("\r\n")))).isEqualTo(new Reply(220, List.of("next")));
    }

    @Test
    void takesRepliesByteByByte() throws Exception {
        ReplyDecoder decoder = new ReplyDecoder();
        ByteBuf in = Unpooled.buffer();
        Reply reply = null;
        for (byte b : "250-a\r\n250\r\n".getBytes(StandardCharsets.US_ASCII)) {
            assertThat(reply).isNull();
            in.writeByte(b);
            reply = decoder.decode(in);
        }
        assertThat(reply).isEqualTo(new Reply(250, List.of("a", "")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello\r\n", "25\r\n", "2500 x\r\n", "250x\r\n", "150 no\r\n", "600 no\r\n", "250-a\r\n251 b\r\n", "250 a\n", "\r\n", "-50 x\r\n",
            "٢50 x\r\n"})
    void refusesWhatIsNoReply(String text) {
        ReplyDecoder decoder = new ReplyDecoder();
        assertThatThrownBy(() -> {
            ByteBuf in = bytes(text);
            while (in.isReadable()) {
                decoder.decode(in);
            }
        }).isInstanceOf(ReplyDecoder.ProtocolException.class);
    }

    @Test
    void boundsLinesAndTheirNumber() {
        assertThatThrownBy(() -> new ReplyDecoder().decode(bytes("250 " + "x".repeat(ReplyDecoder.MAX_LINE)))).hasMessageContaining("longer");
        assertThatThrownBy(() -> new ReplyDecoder().decode(bytes("250-x\r\n".repeat(ReplyDecoder.MAX_LINES + 1)))).hasMessageContaining("lines");
    }

    @Test
    void noControlCharacterGetsThrough() throws Exception {
        assertThat(new ReplyDecoder().decode(bytes("550 a\u001b[31m\rb\tü\u0000\r\n")).lines()).containsExactly("a?[31m?b ü?");
    }

    @ParameterizedTest
    @CsvSource({"550,5.1.1 no such user,5.1.1", "550,no such user,5.0.0", "450,5.1.1 odd,4.0.0", "250,2.0.0 ok,2.0.0", "550,5.1.1234 x,5.0.0", "421,4.7.0,4.7.0"})
    void findsTheEnhancedStatus(int code, String text, String status) {
        assertThat(new Reply(code, List.of(text)).status()).isEqualTo(status);
    }

    @Test
    void readsCapabilities() {
        Capabilities server = Capabilities.of(List.of("mx.example", "PIPELINING", "size 1000", "AUTH=PLAIN", "SIZE x"));
        assertThat(server.offers("PIPELINING")).isTrue();
        assertThat(server.offers("STARTTLS")).isFalse();
        assertThat(server.maxSize()).isEqualTo(Long.MAX_VALUE);
        assertThat(Capabilities.of(List.of("mx", "size 1000")).maxSize()).isEqualTo(1000);
        assertThat(Capabilities.of(List.of("mx", "SIZE")).maxSize()).isEqualTo(Long.MAX_VALUE);
    }
}
