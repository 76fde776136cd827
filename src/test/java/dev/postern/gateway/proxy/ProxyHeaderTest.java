package dev.postern.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.gateway.proxy.ProxyHeader.HeaderException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
    private static final String REST = "EHLO client.test\r\n";
    private static final String V2 = "0d0a0d0a000d0a515549540a";
    private static final String FOUR = "c0000201" + "0a000001" + "1f90" + "0019";
    private static final String SIX = "20010db8000000000000000000000001" + "20010db8000000000000000000000002" + "1f90" + "0019";
    /** With a checksum. */
    private static final String CHECKED = V2 + "21110013" + FOUR + "030004";

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    }

    private static String crc(String hex) {
        var crc = new java.util.zip.CRC32C();
        crc.update(HexFormat.of().parseHex(hex));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    private static String source(ByteBuf in) throws HeaderException {
        ProxyHeader header = ProxyHeader.read(in);
        return header.source() == null ? "own" : header.source().getHostAddress();
    }

    @ParameterizedTest
    @CsvSource({"PROXY TCP4 192.0.2.1 10.0.0.1 56324 25,192.0.2.1", "PROXY TCP4 0.0.0.0 255.255.255.255 0 65535,0.0.0.0",
        "PROXY TCP6 2001:db8::1 ::1 56324 25,2001:db8:0:0:0:0:0:1", "PROXY TCP6 ::ffff:192.0.2.1 ::1 1 25,192.0.2.1", "PROXY UNKNOWN,own",
        "PROXY UNKNOWN ffff::1 ffff::2 1 2,own"})
    void aLineOfVersionOneNamesTheClient(String line, String client) throws Exception {
        ByteBuf in = text(line + "\r\n" + REST);
        assertThat(source(in)).isEqualTo(client);
        assertThat(in.toString(StandardCharsets.ISO_8859_1)).isEqualTo(REST);
    }

    @Test
    void theLongestLineOfVersionOneIsTaken() throws Exception {
        String line = "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535";
        assertThat(source(text(line + " ".repeat(105 - line.length()) + "\r\n"))).isEqualTo("own");
        assertThatThrownBy(() -> ProxyHeader.read(text(line + " ".repeat(106 - line.length()) + "\r\n"))).hasMessage("a PROXY header longer than 107 octets");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY TCP4 192.0.2.1 10.0.0.1 56324", "PROXY TCP4 192.0.2.1 10.0.0.1 56324 25 x", "PROXY  TCP4 192.0.2.1 10.0.0.1 1 25", "PROXY TCP4 192.0.2.1 10.0.0.1 1 25 ",
        "PROXY TCP4 2001:db8::1 ::1 1 25", "PROXY TCP6 192.0.2.1 10.0.0.1 1 25", "PROXY TCP4 192.0.2.1 ::1 1 25", "PROXY TCP4 192.0.2.256 10.0.0.1 1 25",
        "PROXY TCP4 192.0.2.01 10.0.0.1 1 25", "PROXY TCP4 192.0.2 10.0.0.1 1 25", "PROXY TCP4 3221225985 10.0.0.1 1 25", "PROXY TCP4 localhost 10.0.0.1 1 25",
        "PROXY TCP4 192.0.2.1 10.0.0.1 65536 25", "PROXY TCP4 192.0.2.1 10.0.0.1 +1 25", "PROXY TCP4 192.0.2.1 10.0.0.1 01 25", "PROXY TCP4 192.0.2.1 10.0.0.1 -1 25",
        "PROXY TCP6 2001:db8::1%eth0 ::1 1 25", "PROXY TCP6 [::1] ::1 1 25", "PROXY TCP6 1::2::3 ::1 1 25", "PROXY UDP4 192.0.2.1 10.0.0.1 1 25", "PROXY tcp4 192.0.2.1 10.0.0.1 1 25",
        "PROXY UNKNOWNS", "PROXY ", "PROXY TCP4 192.0.2.1 10.0.0.1 1 25\r", "PROXY TCP4\t192.0.2.1 10.0.0.1 1 25"})
    void aLineOfVersionOneThatIsNotExactlyOneIsRefused(String line) {
        assertThatThrownBy(() -> ProxyHeader.read(text(line + "\r\n"))).isInstanceOf(HeaderException.class).hasMessageStartingWith("a PROXY header ").hasMessageNotContaining("192.0.2");
    }

    @Test
    void onlyCrLfEndsALine() {
        for (String end : List.of("\n", "\r\r\n", "x\n")) {
            assertThatThrownBy(() -> ProxyHeader.read(text("PROXY TCP4 192.0.2.1 10.0.0.1 1 25" + end))).isInstanceOf(HeaderException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO client.test", "X", "PROXZ", "proxy TCP4", "\r\n\r\n\0\r\nQUIT\r", "\r\nX", "\u0016\u0003\u0001"})
    void whatIsNoHeaderIsRefusedAtItsFirstOctet(String text) {
        assertThatThrownBy(() -> ProxyHeader.read(text(text))).hasMessage("no PROXY header");
    }

    static List<String> second() {
        return List.of(V2 + "2111000c" + FOUR + "=192.0.2.1", V2 + "21210024" + SIX + "=2001:db8:0:0:0:0:0:1", V2 + "21000000=own", V2 + "20000000=own", V2 + "20110000=own",
                V2 + "2131000a00112233445566778899=refused", V2 + "2111000f" + FOUR + "ea0000=192.0.2.1", V2 + "21000004" + "04000100" + "=own",
                V2 + "21210024" + "00000000000000000000ffffc0000201" + SIX.substring(32) + "=192.0.2.1",
                CHECKED + crc(CHECKED + "00000000") + "=192.0.2.1", CHECKED + "00000000=refused", V2 + "2111001a" + FOUR + "030004" + "00000000" + "030004" + "00000000=refused",
                V2 + "21110011" + FOUR + "0300020000=refused", V2 + "2111000e" + FOUR + "ea00=refused", V2 + "2111000f" + FOUR + "ea0001=refused", V2 + "2111000b" + FOUR + "=refused",
                V2 + "2121000c" + FOUR + "=refused", V2 + "2112000c" + FOUR + "=refused", V2 + "21220024" + SIX + "=refused", V2 + "2210000c" + FOUR + "=refused",
                V2 + "1111000c" + FOUR + "=refused", V2 + "3111000c" + FOUR + "=refused", V2 + "2141000c" + FOUR + "=refused", V2 + "2111ffff=refused", V2 + "20001ff1=refused");
    }

    @ParameterizedTest
    @MethodSource("second")
    void aHeaderOfVersionTwoIsReadOrRefused(String row) throws Exception {
        String[] parts = row.split("=");
        ByteBuf in = Unpooled.wrappedBuffer(hex(parts[0]), text(REST));
        if (parts[1].equals("refused")) {
            assertThatThrownBy(() -> ProxyHeader.read(in)).isInstanceOf(HeaderException.class);
        } else {
            assertThat(source(in)).isEqualTo(parts[1]);
            assertThat(in.toString(StandardCharsets.ISO_8859_1)).startsWith(parts[0].contains("2111000b") ? "" : REST);
        }
    }

    @Test
    void splitAtEveryOctetAHeaderIsTheSame() throws Exception {
        for (ByteBuf whole : List.of(text("PROXY TCP4 192.0.2.1 10.0.0.1 56324 25\r\n"), hex(CHECKED + crc(CHECKED + "00000000")))) {
            for (int length = 0; length < whole.readableBytes(); length++) {
                ByteBuf part = whole.slice(0, length);
                assertThat(ProxyHeader.read(part)).as(length + " octets").isNull();
                assertThat(part.readableBytes()).isEqualTo(length);
            }
            assertThat(source(whole)).isEqualTo("192.0.2.1");
        }
    }
}
