package dev.postern.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * The header at the beginning of a proxied connection (HAProxy's specification of the PROXY protocol, versions 1 and 2). Read strictly: it decides who
 * the client is, and what is not exactly a header is none.
 *
 * @param source the client's address; null where the proxy says that it speaks for itself (LOCAL), or that it does not know (UNKNOWN, UNSPEC)
 */
public record ProxyHeader(InetAddress source) {
    private static final byte[] V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] V2 = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

    /** What was sent is no header. The message says why, and holds nothing that was sent. */
    public static final class HeaderException extends Exception {
        HeaderException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Takes a header from the beginning of a connection.
     *
     * @param in read up to the header's end; not at all where more is needed
     * @return null where more is needed
     * @throws HeaderException as soon as what is there can be no header any more
     */
    public static ProxyHeader read(ByteBuf in) throws HeaderException {
        if (!in.isReadable()) {
            return null;
        }
        boolean first = begins(in, V1);
        if (!first && !begins(in, V2)) {
            throw new HeaderException("no PROXY header");
        }
        return first ? HeaderV1.read(in, V1.length) : HeaderV2.read(in, V2.length);
    }

    private static boolean begins(ByteBuf in, byte[] signature) {
        int known = Math.min(in.readableBytes(), signature.length);
        byte[] start = ByteBufUtil.getBytes(in, in.readerIndex(), known);
        return java.util.Arrays.equals(start, 0, known, signature, 0, known);
    }
}
