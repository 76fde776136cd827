package dev.postern.gateway.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * Gives contexts the session ticket keys of the plan, so that every pod takes the tickets of every other (RFC 5077, RFC 8446 section
 * 2.2). A context's own keys derive from the plan's and from what makes the context (HKDF, RFC 5869): a ticket is good for that
 * certificate, those settings and that listener, and for nothing else. A context gets other keys while it serves; its sessions
 * go on. Used by one thread at a time.
 *
 * <p>Native TLS only. That of the JDK has keys of its own, which it shares with nobody.
 */
final class SessionTickets {
    private static final SecureRandom RANDOM = new SecureRandom();
    /** By context: digests of the keys that it has. */
    private final Map<SslContext, List<String>> given = new WeakHashMap<>();

    /**
     * @param identity of the context, the same in every pod
     * @param digests  of {@code keys}, which are not compared themselves, so as not to be kept
     * @param keys     the one in use first; empty: tickets are good in this process alone
     */
    void give(SslContext context, String identity, List<String> digests, List<byte[]> keys) {
        List<String> before = given.getOrDefault(context, List.of());
        if (before.equals(digests) || !(context.sessionContext() instanceof OpenSslSessionContext sessions)) {
            return;
        }
        // Without any, the last ones must not stay for ever.
        List<byte[]> now = keys.isEmpty() ? List.of(random()) : keys;
        List<OpenSslSessionTicketKey> derived = new ArrayList<>();
        now.forEach(key -> derived.add(derive(key, identity)));
        sessions.setTicketKeys(derived.toArray(OpenSslSessionTicketKey[]::new));
        given.put(context, List.copyOf(digests));
    }

    private static OpenSslSessionTicketKey derive(byte[] key, String identity) {
        try {
            byte[] info = ("postern session ticket\n" + identity).getBytes(StandardCharsets.UTF_8);
            byte[] all = KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract().addIKM(key).thenExpand(info, OpenSslSessionTicketKey.TICKET_KEY_SIZE));
            int name = OpenSslSessionTicketKey.NAME_SIZE;
            int hmac = name + OpenSslSessionTicketKey.HMAC_KEY_SIZE;
            return new OpenSslSessionTicketKey(Arrays.copyOfRange(all, 0, name), Arrays.copyOfRange(all, name, hmac), Arrays.copyOfRange(all, hmac, all.length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HKDF with SHA-256", e);
        }
    }

    private static byte[] random() {
        byte[] key = new byte[OpenSslSessionTicketKey.TICKET_KEY_SIZE];
        RANDOM.nextBytes(key);
        return key;
    }
}
