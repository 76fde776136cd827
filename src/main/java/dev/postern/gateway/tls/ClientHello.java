package dev.postern.gateway.tls;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a client says of itself before it gets a certificate (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2), as far as the choice
 * of one asks for it. Immutable.
 *
 * @param serverName host name asked for (SNI), in lower case and without a last dot; null where there is none or what is there is no name
 * @param tls13      whether TLS 1.3 is offered
 * @param suites     cipher suites, those of them that matter here
 * @param schemes    signature schemes, those of them that matter here; null where the extension is absent
 * @param groups     named groups, those of them that matter here; null where the extension is absent
 */
public record ClientHello(String serverName, boolean tls13, Set<Integer> suites, Set<Integer> schemes, Set<Integer> groups) {
    /** Of a client that said nothing that can be read. The handshake will tell it so. */
    public static final ClientHello UNREADABLE = new ClientHello(null, false, Set.of(), null, null);

    private static final int RANDOM_AND_VERSION = 34;
    private static final int SERVER_NAME = 0;
    private static final int SUPPORTED_GROUPS = 10;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int TLS13 = 0x0304;
    /** Values are kept only if something asks for them: a list may have thirty thousand. */
    private static final Set<Integer> SUITES = ListenerTls.numbers();
    private static final Set<Integer> SCHEMES = Set.of(0x0403, 0x0503, 0x0603, 0x0807, 0x0401, 0x0501, 0x0601, 0x0804, 0x0805, 0x0806);
    private static final Set<Integer> GROUPS = Set.of(23, 24, 25);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,255}");

    public ClientHello {
        suites = Set.copyOf(suites);
        schemes = schemes == null ? null : Set.copyOf(schemes);
        groups = groups == null ? null : Set.copyOf(groups);
    }

    /**
     * Reads the body of a ClientHello, without the header of the handshake message. Never fails: what breaks the format is
     * {@link #UNREADABLE}, whatever could be read of it.
     */
    public static ClientHello parse(ByteBuffer body) {
        try {
            ByteBuffer in = body.slice();
            skip(in, RANDOM_AND_VERSION);
            skip(in, u8(in));   // session ID
            Set<Integer> suites = list(vector(in, u16(in)), SUITES);
            skip(in, u8(in));   // compression methods
            ByteBuffer extensions = in.hasRemaining() ? vector(in, u16(in)) : ByteBuffer.allocate(0);
            return in.hasRemaining() ? UNREADABLE : new Extensions(extensions).hello(suites);
        } catch (BufferUnderflowException e) {
            return UNREADABLE;
        }
    }

    boolean namesSchemes() {
        return schemes != null;
    }

    boolean offersScheme(Set<Integer> any) {
        return schemes != null && !Collections.disjoint(schemes, any);
    }

    /** Those of {@code some} that the client has. */
    Set<Integer> suitesOf(Set<Integer> some) {
        Set<Integer> common = new HashSet<>(some);
        common.retainAll(suites);
        return common;
    }

    /** A client that names no groups takes any. */
    boolean allowsGroup(int group) {
        return groups == null || groups.contains(group);
    }

    /** The extensions of one ClientHello, as they are read. */
    private static final class Extensions {
        private String serverName;
        private boolean tls13;
        private Set<Integer> schemes;
        private Set<Integer> groups;

        Extensions(ByteBuffer in) {
            while (in.hasRemaining()) {
                int type = u16(in);
                ByteBuffer value = vector(in, u16(in));
                switch (type) {
                    case SERVER_NAME -> serverName = serverName(value);
                    case SUPPORTED_GROUPS -> groups = list(vector(value, u16(value)), GROUPS);
                    case SIGNATURE_ALGORITHMS -> schemes = list(vector(value, u16(value)), SCHEMES);
                    case SUPPORTED_VERSIONS -> tls13 = !list(vector(value, u8(value)), Set.of(TLS13)).isEmpty();
                    default -> { }
                }
            }
        }

        ClientHello hello(Set<Integer> suites) {
            return new ClientHello(serverName, tls13, suites, schemes, groups);
        }

        /** The first host name; there is one at most (RFC 6066 section 3). */
        private static String serverName(ByteBuffer value) {
            ByteBuffer names = vector(value, u16(value));
            while (names.hasRemaining()) {
                int type = u8(names);
                ByteBuffer name = vector(names, u16(names));
                if (type == 0) {
                    String host = StandardCharsets.US_ASCII.decode(name).toString();
                    return NAME.matcher(host).matches() ? withoutDot(host.toLowerCase(Locale.ROOT)) : null;
                }
            }
            return null;
        }

        private static String withoutDot(String host) {
            return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        }
    }

    private static Set<Integer> list(ByteBuffer in, Set<Integer> known) {
        Set<Integer> found = new HashSet<>();
        while (in.hasRemaining()) {
            int value = u16(in);
            if (known.contains(value)) {
                found.add(value);
            }
        }
        return found;
    }

    private static int u8(ByteBuffer in) {
        return in.get() & 0xff;
    }

    private static int u16(ByteBuffer in) {
        return in.getShort() & 0xffff;
    }

    private static void skip(ByteBuffer in, int length) {
        vector(in, length);
    }

    /** The next {@code length} octets; those behind them are next. */
    private static ByteBuffer vector(ByteBuffer in, int length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer vector = in.slice(in.position(), length);
        in.position(in.position() + length);
        return vector;
    }
}
