package dev.postern.cli.cert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.api.Certificate;
import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.tool.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A new Certificate. */
@Command(name = "create", mixinStandardHelpOptions = true, sortOptions = false, exitCodeListHeading = CertCommand.EXIT_CODES,
        exitCodeList = {"0:it is written", "1:it would be refused; or --wait: it is not ready in time", CertCommand.USAGE},
        description = "Makes a Certificate in the cluster, or NAME.certificate.yaml in the folder. Nothing that exists is overwritten without --replace.")
final class CreateCommand extends StoreCommand {
    @Parameters(paramLabel = "NAME", description = "Name of the Certificate.")
    String name;
    @ArgGroup(multiplicity = "1")
    Source source;

    static final class Source {
        @Option(names = "--self-signed", required = true, description = "Made and renewed here, signed by its own key.")
        boolean selfSigned;
        @Option(names = "--demo", required = true, description = "Made here for trying things out; nobody can verify it.")
        boolean demo;
        @ArgGroup(exclusive = false)
        Request request;
        @Option(names = "--secret", required = true, paramLabel = "SECRET", description = "In a kubernetes.io/tls Secret that someone else keeps.")
        String secret;
        @ArgGroup(exclusive = false)
        Pkcs12 pkcs12;
    }

    static final class Request {
        @Option(names = "--signing-request", required = true, description = "Key and signing request are made here; an authority signs. Without a signer, postern cert csr and sign.")
        boolean signingRequest;
        @ArgGroup
        Signer signer;
    }

    static final class Signer {
        @Option(names = "--signer", required = true, paramLabel = "NAME", description = "A signer of certificates.k8s.io, such as example.com/mail.")
        String signer;
        @Option(names = "--issuer", required = true, paramLabel = "[KIND/]NAME", description = "An issuer of cert-manager, such as ClusterIssuer/letsencrypt.")
        String issuer;
    }

    static final class Pkcs12 {
        @Option(names = "--pkcs12", required = true, paramLabel = "SECRET[/KEY]", description = "A PKCS#12 file in a Secret; KEY is keystore.p12 where absent.")
        String secret;
        @Option(names = "--password-secret", required = true, paramLabel = "SECRET[/KEY]", description = "The Secret with its password; KEY is password where absent.")
        String password;
    }

    @Option(names = "--dns-name", paramLabel = "NAME", description = "A DNS name; repeatable.")
    List<String> dnsNames = new ArrayList<>();
    @Mixin
    SubjectOptions subject;
    @Option(names = "--algorithm", paramLabel = "NAME", description = "RSA-2048, RSA-3072, RSA-4096, ECDSA-P256, ECDSA-P384 or Ed25519.")
    String algorithm;
    @Option(names = "--rotation", paramLabel = "WHEN", description = "Always: renewal makes a new key. Never: it keeps the key.")
    String rotation;
    @Option(names = "--duration", paramLabel = "TIME", description = "Validity, such as 90d.")
    String duration;
    @Option(names = "--renew-before", paramLabel = "TIME", description = "How long before its end it is renewed.")
    String renewBefore;
    @Option(names = "--gateway", paramLabel = "NAME", description = "The MailGateway that may use it.")
    String gateway;
    @Option(names = "--replace", description = "Overwrites a Certificate of this name.")
    boolean replace;
    @Option(names = "--dry-run", description = "Prints the manifest, and writes nothing.")
    boolean dryRun;
    @Mixin
    Waiting waiting;

    @Override
    int run(CertificateStore store) throws InterruptedException {
        ObjectNode manifest = manifest(store);
        List<String> wrong = ManifestCheck.of(manifest, clock.instant());
        if (!wrong.isEmpty()) {
            wrong.forEach(this::say);
            return NEGATIVE;
        }
        if (dryRun) {
            out().print(Yaml.of(manifest));
            return OK;
        }
        store.add(manifest, List.of(), replace).forEach(out()::println);
        out().flush();
        Predicate<Certificate> requested = c -> c.getStatus() != null && c.getStatus().signingRequest != null;
        boolean signedByHand = source.request != null && source.request.signer == null;
        return waiting.until(this, store, name, signedByHand ? requested : Waiting::ready);
    }

    private ObjectNode manifest(CertificateStore store) {
        ObjectNode manifest = Draft.certificate(name, store.namespace());
        Draft.put(manifest, List.of("spec", "gatewayRef", "name"), gateway);
        ObjectNode at = ((ObjectNode) manifest.get("spec")).putObject("source");
        if (source.selfSigned) {
            at.putObject("selfSigned");
        } else if (source.demo) {
            at.putObject("demo");
        } else if (source.request != null) {
            at.putObject("signingRequest");
            signer(manifest);
        } else if (source.secret != null) {
            at.putObject("secretRef").put("name", source.secret);
        } else {
            reference(manifest, "secretRef", source.pkcs12.secret);
            reference(manifest, "passwordSecretRef", source.pkcs12.password);
        }
        if (!dnsNames.isEmpty()) {
            dnsNames.forEach(((ObjectNode) manifest.get("spec")).withArrayProperty("dnsNames")::add);
        }
        subject.fields().forEach((field, value) -> Draft.put(manifest, List.of("spec", "subject", field), value));
        Draft.put(manifest, List.of("spec", "privateKey", "algorithm"), algorithm);
        Draft.put(manifest, List.of("spec", "privateKey", "rotation"), rotation);
        Draft.put(manifest, List.of("spec", "duration"), duration);
        Draft.put(manifest, List.of("spec", "renewBefore"), renewBefore);
        return manifest;
    }

    private void signer(ObjectNode manifest) {
        Signer signer = source.request.signer;
        if (signer != null) {
            Draft.put(manifest, List.of("spec", "source", "signingRequest", "signerName"), signer.signer);
            if (signer.issuer != null) {
                int slash = signer.issuer.indexOf('/');
                Draft.put(manifest, List.of("spec", "source", "signingRequest", "issuerRef", "kind"), slash < 0 ? null : signer.issuer.substring(0, slash));
                Draft.put(manifest, List.of("spec", "source", "signingRequest", "issuerRef", "name"), signer.issuer.substring(slash + 1));
            }
        }
    }

    private static void reference(ObjectNode manifest, String field, String secretAndKey) {
        int slash = secretAndKey.indexOf('/');
        Map<String, String> parts = slash < 0 ? Map.of("name", secretAndKey) : Map.of("name", secretAndKey.substring(0, slash), "key", secretAndKey.substring(slash + 1));
        parts.forEach((part, value) -> Draft.put(manifest, List.of("spec", "source", "pkcs12", field, part), value));
    }
}
