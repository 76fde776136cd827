package dev.postern.gateway.proxy;

import dev.postern.gateway.proxy.ProxyHeader.HeaderException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Version 2: binary, with extensions (TLV), of which the checksum alone counts for something here. */
final class HeaderV2 {
    /** Largest header in octets: with a client's certificate in it, some thousand. */
    private static final int LARGEST = 8192;
    private static final int FIXED = 16;
    private static final int VERSION = 0x20;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;
    private static final int UNSPECIFIED = 0x00;
    private static final int TCP_IPV4 = 0x11;
    private static final int TCP_IPV6 = 0x21;
    private static final int PORTS = 4;
    private static final int TLV_HEAD = 3;
    private static final int CHECKSUM = 0x03;

    private HeaderV2() {
    }

    static ProxyHeader read(ByteBuf in, int signature) throws HeaderException {
        if (in.readableBytes() < FIXED) {
            return null;
        }
        int start = in.readerIndex();
        int command = in.getUnsignedByte(start + signature) - VERSION;
        int family = in.getUnsignedByte(start + signature + 1);
        int length = FIXED + in.getUnsignedShort(start + signature + 2);
        if (command != LOCAL && command != PROXY) {
            throw new HeaderException("a PROXY header of another version or command");
        }
        if (length > LARGEST) {
            throw new HeaderException("a PROXY header larger than " + LARGEST + " octets");
        }
        if (in.readableBytes() < length) {
            return null;
        }
        byte[] header = ByteBufUtil.getBytes(in, start, length);
        ProxyHeader read = new ProxyHeader(command == LOCAL ? null : source(header, family));
        in.skipBytes(length);
        return read;
    }

    private static InetAddress source(byte[] header, int family) throws HeaderException {
        int octets = switch (family) {
            case UNSPECIFIED -> 0;
            case TCP_IPV4 -> 4;
            case TCP_IPV6 -> 16;
            default -> throw new HeaderException("a PROXY header of an address family or transport that is not TCP over IPv4 or IPv6");
        };
        int addresses = octets == 0 ? 0 : 2 * octets + PORTS;
        if (header.length < FIXED + addresses) {
            throw new HeaderException("a PROXY header that is too short for its addresses");
        }
        extensions(header, FIXED + addresses);
        if (octets == 0) {
            return null;
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(header, FIXED, FIXED + octets));   // IPv4 where it is mapped into IPv6
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 octets", e);
        }
    }

    private static void extensions(byte[] header, int from) throws HeaderException {
        int at = from;
        boolean checked = false;
        while (at < header.length) {
            int value = at + TLV_HEAD;
            int length = value > header.length ? 0 : (header[at + 1] & 0xff) << 8 | header[at + 2] & 0xff;
            if (value + length > header.length) {
                throw new HeaderException("a PROXY header whose extensions do not end with it");
            }
            if (header[at] == CHECKSUM) {
                if (checked || length != Integer.BYTES || !fits(header, value)) {
                    throw new HeaderException("a PROXY header with a wrong checksum");
                }
                checked = true;
            }
            at = value + length;
        }
    }

    /** CRC32C over the header with zeros in place of the checksum (section 2.2.3). */
    private static boolean fits(byte[] header, int at) {
        byte[] blank = header.clone();
        Arrays.fill(blank, at, at + Integer.BYTES, (byte) 0);
        CRC32C crc = new CRC32C();
        crc.update(blank);
        long given = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            given = given << 8 | header[at + i] & 0xff;
        }
        return crc.getValue() == given;
    }
}
