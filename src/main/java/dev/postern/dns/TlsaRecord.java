package dev.postern.dns;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A TLSA record (RFC 6698 section 2.1).
 *
 * @param usage    0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE
 * @param selector 0 the whole certificate, 1 its SubjectPublicKeyInfo
 * @param matching 0 as it is, 1 SHA-256, 2 SHA-512
 * @param data     what the selected part must be, or its digest
 */
public record TlsaRecord(int usage, int selector, int matching, byte[] data) {
    public TlsaRecord {
        data = data.clone();
    }

    @Override
    public byte[] data() {
        return data.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TlsaRecord(int u, int s, int m, byte[] d) && u == usage && s == selector && m == matching && Arrays.equals(d, data);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(data);
    }

    /** As in a zone: {@code 3 1 1 1234…}. */
    @Override
    public String toString() {
        return usage + " " + selector + " " + matching + " " + HexFormat.of().formatHex(data);
    }
}
