package dev.postern.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.plan.ListenerPlan;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ClientHelloTest {
    private static final ListenerTls.Offer STANDARD = new ListenerTls("public", ListenerPlan.Tls.STANDARD.versions(), ListenerPlan.Tls.STANDARD.suites()).offer();
    private static final int RECORD_AND_HANDSHAKE_HEADER = 9;

    /** What an engine says first, without the headers. */
    private static byte[] hello(SslProvider provider, String host, String... protocols) throws Exception {
        SSLEngine engine = SslContextBuilder.forClient().sslProvider(provider).protocols(protocols).build()
                .newEngine(UnpooledByteBufAllocator.DEFAULT, host, 25);
        ByteBuffer out = ByteBuffer.allocate(20_000);
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOfRange(out.array(), RECORD_AND_HANDSHAKE_HEADER, out.position());
    }

    private static ClientHello parse(byte[] body) {
        return ClientHello.parse(ByteBuffer.wrap(body));
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void whatRealClientsSayIsRead(SslProvider provider) throws Exception {
        ClientHello both = parse(hello(provider, "Mail.Example.COM", "TLSv1.2", "TLSv1.3"));
        assertThat(both.serverName()).isEqualTo("mail.example.com");
        assertThat(both.tls13()).isTrue();
        assertThat(both.suites()).contains(0xc02b, 0xc02f);
        assertThat(both.schemes()).contains(0x0403, 0x0804);
        assertThat(both.groups()).contains(23);

        ClientHello old = parse(hello(provider, "192.0.2.1", "TLSv1.2"));
        assertThat(old.serverName()).isNull();
        assertThat(old.tls13()).isFalse();
        assertThat(KeyType.RSA.usableBy(old, STANDARD)).isTrue();
        assertThat(KeyType.ECDSA_P256.usableBy(old, STANDARD)).isTrue();
    }

    @Test
    void anUnreadableOneGivesNothingAway() {
        assertThat(ClientHello.UNREADABLE.serverName()).isNull();
        for (KeyType type : KeyType.values()) {
            assertThat(type.usableBy(ClientHello.UNREADABLE, STANDARD)).isFalse();
        }
    }

    @Test
    void everyCutIsUnreadableOrLacksItsExtensions() throws Exception {
        byte[] whole = hello(SslProvider.JDK, "mail.example.com", "TLSv1.2", "TLSv1.3");
        for (int length = 0; length < whole.length; length++) {
            ClientHello cut = parse(Arrays.copyOf(whole, length));
            assertThat(cut.serverName()).as("first %d octets of %d", length, whole.length).isNull();
            assertThat(cut.tls13()).isFalse();
        }
        assertThat(parse(Arrays.copyOf(whole, whole.length + 1))).as("something behind the end").isEqualTo(ClientHello.UNREADABLE);
    }

    @Test
    void noChangeOfOctetsBreaksIt() throws Exception {
        Random random = new Random(20260101);
        byte[] whole = hello(SslProvider.OPENSSL, "mail.example.com", "TLSv1.2", "TLSv1.3");
        for (int round = 0; round < 50_000; round++) {
            byte[] changed = Arrays.copyOf(whole, random.nextInt(8) == 0 ? random.nextInt(whole.length + 20) : whole.length);
            for (int i = random.nextInt(6); i >= 0 && changed.length > 0; i--) {
                changed[random.nextInt(changed.length)] = (byte) (random.nextBoolean() ? 0xff : random.nextInt(256));
            }
            ClientHello read = parse(changed);
            assertThat(read.serverName() == null || read.serverName().matches("[a-z0-9_.-]*")).isTrue();
            byte[] noise = new byte[random.nextInt(400)];
            random.nextBytes(noise);
            assertThat(parse(noise)).isNotNull();
        }
    }

    @Test
    void aListOfThirtyThousandKeepsWhatMatters() {
        byte[] many = new byte[65_534];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = (byte) (i >> 9);
            many[i + 1] = (byte) (i >> 1);
        }
        ClientHello hello = parse(new Hello().suites(many).body());
        assertThat(hello.suites()).hasSizeLessThan(7);
    }

    @Test
    void anOddListIsUnreadable() {
        assertThat(parse(new Hello().suites(0xc0, 0x2b, 0xc0).body())).isEqualTo(ClientHello.UNREADABLE);
        assertThat(parse(new Hello().extension(13, 0, 3, 4, 3, 8).body())).isEqualTo(ClientHello.UNREADABLE);
        assertThat(parse(new Hello().extension(13, 0, 9, 4, 3).body())).isEqualTo(ClientHello.UNREADABLE);
    }

    @Test
    void extensionsMayBeAbsent() {
        ClientHello bare = parse(new Hello().suites(0xc0, 0x2f).bare());
        assertThat(bare).isEqualTo(new ClientHello(null, false, Set.of(0xc02f), null, null));
        assertThat(KeyType.RSA.usableBy(bare, STANDARD)).isTrue();
        assertThat(KeyType.ECDSA_P256.usableBy(bare, STANDARD)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"Mail.Example.COM.,mail.example.com", "mail.example.com,mail.example.com", "a b,", "ü.example,", "'',", "*.example,", "x\u0000.example,"})
    void onlyNamesAreNames(String sent, String read) {
        byte[] name = sent.getBytes(StandardCharsets.UTF_8);
        byte[] value = new byte[name.length + 5];
        value[1] = (byte) (name.length + 3);
        value[4] = (byte) name.length;
        System.arraycopy(name, 0, value, 5, name.length);
        assertThat(parse(new Hello().extension(0, value).body()).serverName()).isEqualTo(read);
    }

    /** A ClientHello put together by hand. */
    private static final class Hello {
        private byte[] suites = {};
        private final ByteArrayOutputStream extensions = new ByteArrayOutputStream();

        Hello suites(byte[] all) {
            suites = all;
            return this;
        }

        Hello suites(int... octets) {
            return suites(octets(octets));
        }

        Hello extension(int type, int... value) {
            return extension(type, octets(value));
        }

        Hello extension(int type, byte[] value) {
            extensions.writeBytes(octets(type >> 8, type, value.length >> 8, value.length));
            extensions.writeBytes(value);
            return this;
        }

        byte[] bare() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(new byte[34]);
            out.writeBytes(octets(0, suites.length >> 8, suites.length));
            out.writeBytes(suites);
            out.writeBytes(octets(1, 0));
            return out.toByteArray();
        }

        byte[] body() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(bare());
            out.writeBytes(octets(extensions.size() >> 8, extensions.size()));
            out.writeBytes(extensions.toByteArray());
            return out.toByteArray();
        }

        private static byte[] octets(int... values) {
            byte[] octets = new byte[values.length];
            for (int i = 0; i < values.length; i++) {
                octets[i] = (byte) values[i];
            }
            return octets;
        }
    }
}
