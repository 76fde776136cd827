package dev.postern.gateway.proxy;

import dev.postern.gateway.proxy.ProxyHeader.HeaderException;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Version 1: a line of text. */
final class HeaderV1 {
    /** Longest line in octets, with CRLF (section 2.1). */
    private static final int LONGEST = 107;
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9A-Fa-f:.]{2,45}");
    private static final Pattern LINE = Pattern.compile("PROXY TCP([46]) ([^ ]+) ([^ ]+) (0|[1-9][0-9]{0,4}) (0|[1-9][0-9]{0,4})");
    private static final Pattern UNKNOWN = Pattern.compile("PROXY UNKNOWN(?: [ -~]*)?");
    private static final int MOST_PORT = 65_535;

    private HeaderV1() {
    }

    static ProxyHeader read(ByteBuf in, int signature) throws HeaderException {
        int lf = in.indexOf(in.readerIndex(), Math.min(in.writerIndex(), in.readerIndex() + LONGEST), (byte) '\n');
        if (lf < 0) {
            if (in.readableBytes() >= LONGEST) {
                throw new HeaderException("a PROXY header longer than " + LONGEST + " octets");
            }
            return null;
        }
        int length = lf - 1 - in.readerIndex();
        if (length < signature || in.getByte(lf - 1) != '\r') {
            throw new HeaderException("a PROXY header that does not end with CRLF");
        }
        String line = in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1);
        ProxyHeader header = parse(line);
        in.readerIndex(lf + 1);
        return header;
    }

    private static ProxyHeader parse(String line) throws HeaderException {
        if (UNKNOWN.matcher(line).matches()) {
            return new ProxyHeader(null);   // the rest of the line counts for nothing
        }
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches() || Integer.parseInt(matcher.group(4)) > MOST_PORT || Integer.parseInt(matcher.group(5)) > MOST_PORT) {
            throw new HeaderException("a PROXY header that is malformed");
        }
        boolean four = matcher.group(1).equals("4");
        address(matcher.group(3), four);
        return new ProxyHeader(address(matcher.group(2), four));
    }

    private static InetAddress address(String text, boolean four) throws HeaderException {
        try {
            if ((four ? IPV4 : IPV6).matcher(text).matches()) {
                return InetAddress.ofLiteral(text);
            }
        } catch (IllegalArgumentException e) {
            // as below
        }
        throw new HeaderException("a PROXY header whose address is not one of TCP" + (four ? "4" : "6"));
    }
}
