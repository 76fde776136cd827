package dev.postern.cli.cert.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.api.Certificate;
import dev.postern.api.Listener;
import dev.postern.cli.standalone.FolderSecrets;
import dev.postern.cli.standalone.KeptCertificates;
import dev.postern.cli.tool.ToolException;
import dev.postern.manifest.ManifestError;
import dev.postern.manifest.ManifestReader;
import dev.postern.manifest.Manifests;
import dev.postern.manifest.YamlEdit;
import dev.postern.plan.ResourceSet.KeyPairPem;
import dev.postern.plan.ServingReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Certificates of a folder of manifests. What is made of them is in the data folder of {@code postern run}, and is only read here. */
public final class FolderStore implements CertificateStore {
    private static final String DEFAULT_NAMESPACE = "default";
    private final ManifestReader reader = new ManifestReader(DEFAULT_NAMESPACE);
    private final Path folder;
    private final Path data;
    private final String namespace;
    private final InstantSource clock;

    /** @param namespace of the Certificates meant, or null for all */
    public FolderStore(Path folder, Path data, String namespace, InstantSource clock) {
        this.folder = folder;
        this.data = data;
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
        try {
            for (Certificate certificate : certificates) {
                certificate.setStatus(status.of(certificate, pair(manifests, certificate).orElse(null)));
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        return certificates;
    }

    @Override
    public Optional<Certificate> find(String name) {
        List<Certificate> found = list().stream().filter(c -> c.getMetadata().getName().equals(name)).toList();
        if (found.size() > 1) {
            throw new ToolException("there are several Certificates " + name + ", in namespaces "
                    + found.stream().map(c -> c.getMetadata().getNamespace()).collect(Collectors.joining(", ")) + "; --namespace chooses one");
        }
        return found.stream().findFirst();
    }

    @Override
    public Optional<KeyPairPem> pair(Certificate certificate) {
        return pair(read(), certificate);
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
            throw new ToolException(file + " is not edited: " + e.getMessage());
        } catch (IOException e) {
            throw new ToolException(file + " cannot be edited: " + e);
        }
        return file + " edited: " + String.join(".", path);
    }

    @Override
    public void close() {
        // There is nothing open.
    }

    private Manifests read() {
        Manifests manifests = reader.read(folder);
        if (!manifests.errors().isEmpty()) {
            throw new ToolException("the manifests have errors:\n  " + manifests.errors().stream().map(ManifestError::toString).collect(Collectors.joining("\n  ")));
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
        try {
            return new KeptCertificates(data).pair(certificate, new FolderSecrets(manifests));
        } catch (IllegalArgumentException e) {
            return Optional.empty();   // the Certificate's conditions say it
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private ToolException unreadable(IOException e) {
        return new ToolException("the data folder " + data + " cannot be read: " + e + "; --data names the one of postern run");
    }
}
