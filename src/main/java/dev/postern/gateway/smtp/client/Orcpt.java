package dev.postern.gateway.smtp.client;

import java.util.Locale;

/** Addresses beyond ASCII where only ASCII can go (utf-8-addr-xtext, RFC 6533 section 3). Pure. */
public final class Orcpt {

    private Orcpt() {
    }

    /** The same address, with {@code \\x{HEX}} for each character beyond ASCII. */
    public static String ascii(String address) {
        StringBuilder ascii = new StringBuilder(address.length() + 16);
        address.codePoints().forEach(c -> {
            if (c < 128) {
                ascii.appendCodePoint(c);
            } else {
                ascii.append("\\x{").append(Integer.toHexString(c).toUpperCase(Locale.ROOT)).append('}');
            }
        });
        return ascii.toString();
    }
}
