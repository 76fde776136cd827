package dev.postern.operator.certificate.keep;

import dev.postern.operator.kube.TlsSecrets;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** The kubernetes.io/tls Secret that every Certificate but one of secretRef ends in. */
final class TlsPair {
    /** What the certificate was made from: a digest, after the source's name where it was not made here. */
    private static final String MADE = "postern.dev/spec-digest";

    private final OwnSecrets secrets;

    TlsPair(OwnSecrets secrets) {
        this.secrets = secrets;
    }

    /** @throws Unresolved where there is a Secret of its name that was not made for the Certificate */
    Secret find(Look look) throws Unresolved {
        return secrets.find(look, TlsSecrets.nameFor(look.certificate())).orElse(null);
    }

    /**
     * @param made of what
     * @param live what {@link #find} found, or null
     */
    Secret write(Look look, String chain, String key, String made, Secret live) {
        Map<String, byte[]> files = new TreeMap<>(Map.of(TlsSecrets.CHAIN, chain.getBytes(StandardCharsets.UTF_8), TlsSecrets.KEY, key.getBytes(StandardCharsets.UTF_8)));
        return secrets.write(look.certificate(), TlsSecrets.nameFor(look.certificate()), TlsSecrets.TYPE, Map.of(MADE, made), files, live);
    }

    /** What a Secret's certificate was made from; empty where that is not known. */
    static String made(Secret secret) {
        String made = OwnSecrets.annotation(secret, MADE);
        return made == null ? "" : made;
    }

    static String chain(Secret secret) {
        return secret == null ? null : TlsSecrets.text(secret, TlsSecrets.CHAIN);
    }

    static String key(Secret secret) {
        return secret == null ? null : TlsSecrets.text(secret, TlsSecrets.KEY);
    }
}
