package dev.postern.gateway.tlsrpt;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Signs mail of our own: DKIM (RFC 6376), relaxed/relaxed, with RSA or Ed25519 (RFC 8463). Immutable; the key is never printed. */
final class DkimSigner {
    private static final int LINE = 72;
    private final String domain;
    private final String selector;
    private final PrivateKey key;

    DkimSigner(String domain, String selector, PrivateKey key) {
        this.domain = domain;
        this.selector = selector;
        this.key = key;
    }

    /** A header field; its value without the line end, folded or not. */
    record Field(String name, String value) {
    }

    /**
     * The value of the DKIM-Signature field, which signs all of the given ones.
     *
     * @param fields no name twice
     * @param body   with line ends CRLF
     * @throws GeneralSecurityException where the key is of a type that DKIM does not have, saying so
     */
    String sign(List<Field> fields, byte[] body, Instant now) throws GeneralSecurityException {
        String bodyHash = Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(relaxed(body)));
        String value = "v=1; a=" + algorithm() + "; c=relaxed/relaxed; d=" + domain + ";\r\n\ts=" + selector + "; t=" + now.getEpochSecond() + ";\r\n\th="
                + fields.stream().map(Field::name).collect(Collectors.joining(":\r\n\t ")) + ";\r\n\tbh=" + bodyHash + ";\r\n\tb=";
        StringBuilder signed = new StringBuilder();
        fields.forEach(f -> signed.append(relaxed(f)).append("\r\n"));
        signed.append(relaxed(new Field("DKIM-Signature", value)));
        return value + folded(Base64.getEncoder().encodeToString(signature(signed.toString().getBytes(StandardCharsets.US_ASCII))));
    }

    private String algorithm() throws GeneralSecurityException {
        return switch (key) {
            case RSAPrivateKey rsa -> "rsa-sha256";
            case EdECPrivateKey ed -> "ed25519-sha256";
            default -> throw new GeneralSecurityException("DKIM has RSA and Ed25519, and the key is of type " + key.getAlgorithm());
        };
    }

    private byte[] signature(byte[] data) throws GeneralSecurityException {
        boolean rsa = key instanceof RSAPrivateKey;
        Signature signature = Signature.getInstance(rsa ? "SHA256withRSA" : "Ed25519");
        signature.initSign(key);
        signature.update(rsa ? data : MessageDigest.getInstance("SHA-256").digest(data));   // RFC 8463 section 3: the hash is what Ed25519 signs
        return signature.sign();
    }

    /** RFC 6376 section 3.4.2. */
    private static String relaxed(Field field) {
        return field.name.toLowerCase(Locale.ROOT) + ":" + field.value.replace("\r\n", "").replaceAll("[ \t]+", " ").strip();
    }

    /** RFC 6376 section 3.4.4. */
    private static byte[] relaxed(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1).replaceAll("[ \t]+(?=\r\n)", "").replaceAll("[ \t]+", " ");
        int end = text.length();
        while (text.startsWith("\r\n", end - 2)) {
            end -= 2;
        }
        return (end == 0 ? "" : text.substring(0, end) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String folded(String text) {
        StringBuilder out = new StringBuilder();
        for (int from = 0; from < text.length(); from += LINE) {
            out.append(from == 0 ? "" : "\r\n\t ").append(text, from, Math.min(text.length(), from + LINE));
        }
        return out.toString();
    }
}
