package dev.postern.cli.cert.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec;
import dev.postern.api.Listener;
import dev.postern.api.SecretKeyRef;
import dev.postern.manifest.ManifestError;
import dev.postern.manifest.ManifestReader;
import dev.postern.manifest.Manifests;
import dev.postern.manifest.YamlEdit;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Pkcs12;
import dev.postern.plan.ResourceSet.KeyPairPem;
import dev.postern.plan.ServingReport;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Certificates of a folder of manifests. What is made of them is in the data folder of {@code postern run}, and is only read here. */
public final class FolderStore implements CertificateStore {
    private static final String DEFAULT_NAMESPACE = "default";
    private final Path folder;
    private final DataFolder data;
    private final String namespace;
    private final InstantSource clock;

    /** @param namespace of the Certificates meant, or null for all */
    public FolderStore(Path folder, Path data, String namespace, InstantSource clock) {
        this.folder = folder;
        this.data = new DataFolder(data);
        this.namespace = namespace;
        this.clock = clock;
    }

    @Override
    public String place() {
        return "folder " + folder + (namespace == null ? "" : ", namespace " + namespace);
    }

    @Override
    public List<Certificate> list() {
        Manifests manifests = read();
        var status = new FolderStatus(manifests, data, clock.instant());
        List<Certificate> certificates = mine(manifests);
        certificates.forEach(c -> c.setStatus(status.of(c, pair(manifests, c).orElse(null))));
        return certificates;
    }

    @Override
    public Optional<Certificate> find(String name) {
        List<Certificate> found = list().stream().filter(c -> c.getMetadata().getName().equals(name)).toList();
        if (found.size() > 1) {
            throw new StoreException("there are several Certificates " + name + ", in namespaces "
                    + found.stream().map(c -> c.getMetadata().getNamespace()).collect(Collectors.joining(", ")) + "; --namespace chooses one");
        }
        return found.stream().findFirst();
    }

    @Override
    public Optional<KeyPairPem> pair(Certificate certificate) {
        return pair(read(), certificate);
    }

    @Override
    public Optional<String> requestKey(Certificate certificate) {
        return Optional.ofNullable(data.readRequest(certificate.getMetadata().getName(), "tls.key"));
    }

    @Override
    public List<Listener> listeners(Certificate certificate) {
        return Uses.of(certificate, read().listeners());
    }

    @Override
    public Map<String, ServingReport> serving(Certificate certificate) {
        return Map.of();
    }

    @Override
    public Optional<String> hostname(String gateway) {
        return read().gateways().stream().filter(g -> g.getMetadata().getName().equals(gateway) && isMine(g.getMetadata().getNamespace()))
                .map(g -> g.getSpec().hostname).findFirst();
    }

    @Override
    public Optional<String> namespace() {
        return Optional.ofNullable(namespace);
    }

    @Override
    public List<String> add(ObjectNode certificate, List<ObjectNode> secrets, boolean replace) {
        Manifests manifests = read();
        List<NewFile> files = new ArrayList<>();
        String name = certificate.at("/metadata/name").asText();
        if (!secrets.isEmpty()) {
            files.add(new NewFile(folder.resolve(name + ".secret.yaml"), secrets, true));
        }
        files.add(new NewFile(folder.resolve(name + ".certificate.yaml"), List.of(certificate), false));
        String where = namespace == null ? DEFAULT_NAMESPACE : namespace;
        for (NewFile file : files) {
            file.check(manifests, where, replace);
        }
        files.forEach(NewFile::write);
        return files.stream().map(f -> f.path() + " written").toList();
    }

    @Override
    public String set(Certificate certificate, List<String> path, String value) {
        var meta = certificate.getMetadata();
        Path file = read().locate("Certificate", meta.getNamespace(), meta.getName(), "metadata.name").orElseThrow().file();
        try {
            YamlEdit.set(file, new YamlEdit.Resource("Certificate", meta.getNamespace(), meta.getName()), path, value);
        } catch (YamlEdit.Refused e) {
            throw new StoreException(file + " is not edited: " + e.getMessage());
        } catch (IOException e) {
            throw new StoreException(file + " cannot be edited: " + e);
        }
        return file + " edited: " + String.join(".", path);
    }

    @Override
    public void close() {
        // There is nothing open.
    }

    private Manifests read() {
        Manifests manifests = new ManifestReader(DEFAULT_NAMESPACE).read(folder);
        if (!manifests.errors().isEmpty()) {
            throw new StoreException("the manifests have errors:\n  " + manifests.errors().stream().map(ManifestError::toString).collect(Collectors.joining("\n  ")));
        }
        return manifests;
    }

    private List<Certificate> mine(Manifests manifests) {
        return manifests.certificates().stream().filter(c -> isMine(c.getMetadata().getNamespace())).sorted(Comparator.comparing(c -> c.getMetadata().getName())).toList();
    }

    private boolean isMine(String of) {
        return namespace == null || namespace.equals(of);
    }

    private Optional<KeyPairPem> pair(Manifests manifests, Certificate certificate) {
        CertificateSpec.Source source = certificate.getSpec().source;
        String name = certificate.getMetadata().getName();
        String of = certificate.getMetadata().getNamespace();
        if (source.secretRef != null) {
            return secret(manifests, of, source.secretRef.name)
                    .map(s -> new KeyPairPem(source.secretRef.name, text(s, "tls.crt"), text(s, "tls.key")));
        }
        if (source.pkcs12 != null) {
            return opened(manifests, of, source.pkcs12);
        }
        return Optional.ofNullable(data.read(name, "tls.crt")).map(chain -> new KeyPairPem(data.folder(name).toString(), chain, data.read(name, "tls.key")));
    }

    /** Empty too where the file does not open: the Certificate's conditions say why. */
    private static Optional<KeyPairPem> opened(Manifests manifests, String namespace, CertificateSpec.Pkcs12 source) {
        Optional<byte[]> file = bytes(manifests, namespace, source.secretRef, "keystore.p12");
        Optional<byte[]> password = bytes(manifests, namespace, source.passwordSecretRef, "password");
        if (file.isEmpty() || password.isEmpty()) {
            return Optional.empty();
        }
        try {
            Pkcs12.Contents contents = Pkcs12.read(file.get(), new String(password.get(), StandardCharsets.UTF_8).replaceAll("\\r?\\n\\z", "").toCharArray());
            return Optional.of(new KeyPairPem(source.secretRef.name, Chains.toPem(contents.certificates()), KeyPairs.toPem(contents.key().getPrivate())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> bytes(Manifests manifests, String namespace, SecretKeyRef ref, String key) {
        return secret(manifests, namespace, ref.name).map(s -> bytes(s, ref.keyOr(key)));
    }

    private static Optional<Secret> secret(Manifests manifests, String namespace, String name) {
        return manifests.secrets().stream().filter(s -> s.getMetadata().getName().equals(name) && s.getMetadata().getNamespace().equals(namespace)).findFirst();
    }

    private static String text(Secret secret, String key) {
        byte[] bytes = bytes(secret, key);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Secret secret, String key) {
        String value = secret.getData() == null ? null : secret.getData().get(key);
        return value == null ? null : Base64.getMimeDecoder().decode(value);
    }
}
