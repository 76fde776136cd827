package dev.postern.cli.cert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.api.SecretKeyRef;
import dev.postern.cli.cert.look.Material;
import dev.postern.cli.cert.look.MaterialReader;
import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.tool.ToolException;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.path.Arrangement.Kind;
import dev.postern.pki.path.Arrangement;
import dev.postern.pki.path.SystemRoots;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** A certificate and its key that someone has in files. */
@Command(name = "import", mixinStandardHelpOptions = true, exitCodeListHeading = CertCommand.EXIT_CODES,
        exitCodeList = {"0:it is imported", "1:it cannot be served, and nothing was written; or --wait: it is not in force in time", CertCommand.USAGE},
        description = {"Makes a Certificate, and the Secrets that it needs, of a PKCS#12 file, or of PEM files with the certificates and the key.",
            "In a folder the Secrets are written into NAME.secret.yaml, which only you can read."})
final class ImportCommand extends StoreCommand {
    private static final List<Kind> FATAL = List.of(Kind.KEY_MISMATCH, Kind.UNSUPPORTED_KEY);

    /** How it is kept. */
    enum Form { secret, pkcs12 }

    @Parameters(index = "0", paramLabel = "NAME", description = "Name of the Certificate.")
    String name;
    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE", description = "One PKCS#12 file, or PEM files; - is standard input.")
    List<String> files;
    @Option(names = "--as", paramLabel = "FORM", defaultValue = "secret",
            description = "secret: as a kubernetes.io/tls Secret; pkcs12: the file as it is, with its password in another Secret. Default: ${DEFAULT-VALUE}")
    Form form;
    @Option(names = "--gateway", paramLabel = "NAME", description = "The MailGateway that may use it.")
    String gateway;
    @Option(names = "--replace", description = "Overwrites a Certificate and Secrets of these names: a renewal.")
    boolean replace;
    @Mixin
    PasswordOption password;
    @Mixin
    Waiting waiting;

    @Override
    int run(CertificateStore store) throws InterruptedException {
        List<byte[]> contents = files.stream().map(Input::read).toList();
        var once = new Object() {
            char[] password;
        };
        Material material;
        try {
            material = MaterialReader.readAll(contents, () -> once.password = password.get(String.join(", ", files)));
        } catch (IllegalArgumentException e) {
            throw new ToolException(String.join(", ", files) + ": " + e.getMessage());
        }
        if (material.key() == null) {
            say(material.keyTrouble() == null ? "there is no private key in " + String.join(", ", files) + "; give its file too" : material.keyTrouble());
            return NEGATIVE;
        }
        var arranged = Arrangement.of(material.certificates(), material.key().getPublic(), SystemRoots.load(), clock.instant());
        boolean fatal = arranged.findings().stream().anyMatch(f -> FATAL.contains(f.kind()));
        arranged.findings().forEach(f -> say((fatal ? "" : "note: ") + f.message()));
        if (fatal) {
            return NEGATIVE;
        }
        if (form == Form.pkcs12 && (contents.size() > 1 || !material.form().equals(MaterialReader.PKCS12))) {
            throw new ParameterException(spec.commandLine(), "--as pkcs12: needed is one PKCS#12 file, but given is " + material.form());
        }
        return write(store, form == Form.pkcs12 ? kept(store, contents.getFirst(), once.password) : split(store, material));
    }

    /** What is to be written. */
    private record Drafts(ObjectNode certificate, List<ObjectNode> secrets) {
    }

    private int write(CertificateStore store, Drafts drafts) throws InterruptedException {
        List<String> wrong = ManifestCheck.of(drafts.certificate(), clock.instant());
        if (!wrong.isEmpty()) {
            wrong.forEach(this::say);
            return NEGATIVE;
        }
        store.add(drafts.certificate(), drafts.secrets(), replace).forEach(out()::println);
        out().flush();
        if (where.folder != null) {
            say("warning: " + where.folder.resolve(name + ".secret.yaml") + " holds a private key. Do not commit it to a repository in clear");
        }
        return waiting.until(this, store, name, Waiting::ready);
    }

    private Drafts split(CertificateStore store, Material material) {
        Map<String, byte[]> pair = new LinkedHashMap<>();
        pair.put("tls.crt", Chains.toPem(material.certificates()).getBytes(StandardCharsets.US_ASCII));
        pair.put("tls.key", KeyPairs.toPem(material.key().getPrivate()).getBytes(StandardCharsets.US_ASCII));
        String secret = name + "-imported";
        ObjectNode certificate = certificate(store);
        Draft.put(certificate, List.of("spec", "source", "secretRef", "name"), secret);
        return new Drafts(certificate, List.of(Draft.secret(secret, store.namespace(), "kubernetes.io/tls", pair)));
    }

    private Drafts kept(CertificateStore store, byte[] file, char[] password) {
        String secret = name + "-file";
        ObjectNode certificate = certificate(store);
        Draft.put(certificate, List.of("spec", "source", "pkcs12", "secretRef", "name"), secret);
        Draft.put(certificate, List.of("spec", "source", "pkcs12", "passwordSecretRef", "name"), secret + "-password");
        List<ObjectNode> secrets = new ArrayList<>();
        secrets.add(Draft.secret(secret, store.namespace(), "Opaque", Map.of(SecretKeyRef.PKCS12_FILE, file)));
        secrets.add(Draft.secret(secret + "-password", store.namespace(), "Opaque", Map.of(SecretKeyRef.PASSWORD, new String(password).getBytes(StandardCharsets.UTF_8))));
        return new Drafts(certificate, secrets);
    }

    private ObjectNode certificate(CertificateStore store) {
        ObjectNode certificate = Draft.certificate(name, store.namespace());
        Draft.put(certificate, List.of("spec", "gatewayRef", "name"), gateway);
        return certificate;
    }
}
