package dev.postern.pki;

import java.io.IOException;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Primitive;

/** ASN.1 that others wrote, in DER or BER. BouncyCastle reads what is nested by recursion, so how deep that may be is looked at first. */
public final class Asn1 {
    /** Certificates, keys, PKCS#7 and PKCS#12 need about 20. */
    private static final int MAX_DEPTH = 64;
    private static final long INDEFINITE = Long.MAX_VALUE;

    private Asn1() {
    }

    /**
     * The first structure of the bytes; what comes after it does not count.
     *
     * @throws IOException      where there is none, or where it is nested more than 64 deep
     * @throws RuntimeException what BouncyCastle throws for some broken structures, now or when they are looked into
     */
    public static ASN1Primitive first(byte[] bytes) throws IOException {
        checkDepth(bytes);
        try (var in = new ASN1InputStream(bytes)) {
            ASN1Primitive object = in.readObject();
            if (object == null) {
                throw new IOException("there is no structure");
            }
            return object;
        }
    }

    /** @throws IOException where a structure is nested more than 64 deep; for nothing else, not even for what is no ASN.1 */
    static void checkDepth(byte[] bytes) throws IOException {
        long[] ends = new long[MAX_DEPTH];
        int depth = 0;
        int at = 0;
        while (at + 1 < bytes.length) {
            while (depth > 0 && at >= ends[depth - 1]) {
                depth--;
            }
            if (bytes[at] == 0 && bytes[at + 1] == 0 && depth > 0 && ends[depth - 1] == INDEFINITE) {
                depth--;
                at += 2;
                continue;
            }
            boolean constructed = (bytes[at] & 0x20) != 0;
            boolean longTag = (bytes[at++] & 0x1f) == 0x1f;
            while (longTag && at < bytes.length && (bytes[at] & 0x80) != 0) {
                at++;
            }
            at += longTag ? 1 : 0;
            if (at >= bytes.length) {
                return;
            }
            int first = bytes[at++] & 0xff;
            long length = first < 0x80 ? first : 0;
            for (int i = 0; first > 0x80 && i < (first & 0x7f) && at < bytes.length; i++) {
                length = Math.min(length << 8 | bytes[at++] & 0xff, Integer.MAX_VALUE);   // longer than the bytes is long enough
            }
            if (constructed) {
                if (depth == MAX_DEPTH) {
                    throw new IOException("nested more than " + MAX_DEPTH + " deep");
                }
                ends[depth++] = first == 0x80 ? INDEFINITE : at + length;
            } else {
                at = (int) Math.min(at + length, bytes.length);
            }
        }
    }
}
