package dev.postern.cli.standalone;

import dev.postern.api.Certificate;
import dev.postern.api.SecretKeyRef;
import dev.postern.manifest.Manifests;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Passwords;
import dev.postern.pki.Pkcs12;
import dev.postern.plan.ResourceSet.KeyPairPem;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The Secrets of a folder of manifests. What is in stringData counts before what is in data, as it does for the API server. */
public final class FolderSecrets {
    private final Map<String, Secret> byName = new HashMap<>();

    public FolderSecrets(Manifests manifests) {
        manifests.secrets().forEach(secret -> byName.put(id(secret.getMetadata().getNamespace(), secret.getMetadata().getName()), secret));
    }

    /** The pair of a kubernetes.io/tls Secret; empty where the folder does not have it. */
    Optional<KeyPairPem> pair(Certificate certificate, String name) {
        return find(certificate, name).map(secret -> new KeyPairPem(name, text(secret, "tls.crt"), text(secret, "tls.key")));
    }

    /** Values by key, by name of the Secret; null for what is not text in UTF-8, or not Base64. */
    Map<String, Map<String, String>> all(String namespace) {
        Map<String, Map<String, String>> all = new HashMap<>();
        byName.values().stream().filter(secret -> namespace.equals(secret.getMetadata().getNamespace())).forEach(secret -> {
            Map<String, String> entries = new HashMap<>();
            Stream.of(secret.getData(), secret.getStringData()).filter(Objects::nonNull).flatMap(data -> data.keySet().stream()).forEach(key -> entries.put(key, value(secret, key)));
            all.put(secret.getMetadata().getName(), entries);
        });
        return all;
    }

    private static String value(Secret secret, String key) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(secret, key))).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return null;
        }
    }

    boolean has(Certificate certificate, String name) {
        return find(certificate, name).isPresent();
    }

    /**
     * The bytes of one key of a Secret.
     *
     * @param field of the Certificate, for the message
     * @throws IllegalArgumentException where there is no such Secret or key, or its data is not Base64
     */
    private byte[] bytes(Certificate certificate, SecretKeyRef ref, String defaultKey, String field) {
        String key = ref.keyOr(defaultKey);
        Secret secret = find(certificate, ref.name).orElseThrow(() -> new IllegalArgumentException(field + ".name: there is no Secret '" + ref.name + "' in the folder"));
        byte[] bytes = bytes(secret, key);
        if (bytes == null) {
            throw new IllegalArgumentException(field + ".key: Secret '" + ref.name + "' has no key '" + key + "'");
        }
        return bytes;
    }

    /** The PKCS#12 file of a Certificate of that source. Errors as of {@link #bytes}. */
    byte[] pkcs12File(Certificate certificate) {
        return bytes(certificate, certificate.getSpec().source.pkcs12.secretRef, SecretKeyRef.PKCS12_FILE, "spec.source.pkcs12.secretRef");
    }

    /**
     * What is in that file.
     *
     * @throws IllegalArgumentException also where it cannot be opened
     */
    KeyPairPem unpacked(Certificate certificate, byte[] file) {
        var source = certificate.getSpec().source.pkcs12;
        Pkcs12.Contents contents = Pkcs12.read(file, password(certificate, source.passwordSecretRef, "spec.source.pkcs12.passwordSecretRef"));
        return new KeyPairPem(source.secretRef.name, Chains.toPem(contents.certificates()), KeyPairs.toPem(contents.key().getPrivate()));
    }

    /** A password. Errors as of {@link #bytes}. */
    char[] password(Certificate certificate, SecretKeyRef ref, String field) {
        return Passwords.of(bytes(certificate, ref, SecretKeyRef.PASSWORD, field));
    }

    private Optional<Secret> find(Certificate certificate, String name) {
        return Optional.ofNullable(byName.get(id(certificate.getMetadata().getNamespace(), name)));
    }

    private static String text(Secret secret, String key) {
        byte[] bytes = bytes(secret, key);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Secret secret, String key) {
        if (secret.getStringData() != null && secret.getStringData().containsKey(key)) {
            return secret.getStringData().get(key).getBytes(StandardCharsets.UTF_8);
        }
        String data = secret.getData() == null ? null : secret.getData().get(key);
        try {
            return data == null ? null : Base64.getMimeDecoder().decode(data);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Secret '" + secret.getMetadata().getName() + "', key '" + key + "' is not Base64");
        }
    }

    private static String id(String namespace, String name) {
        return namespace + "/" + name;
    }
}
