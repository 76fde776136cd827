package dev.postern.cli.cert;

import dev.postern.api.Certificate;
import dev.postern.cli.cert.look.Material;
import dev.postern.cli.cert.look.MaterialReader;
import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.tool.ToolException;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.issue.Answers;
import dev.postern.pki.issue.SigningRequests;
import dev.postern.pki.path.Arrangement;
import dev.postern.pki.path.SystemRoots;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The answer of an authority, put where it belongs. */
@Command(name = "sign", mixinStandardHelpOptions = true, exitCodeListHeading = CertCommand.EXIT_CODES,
        exitCodeList = {"0:the answer is installed", "1:it is not good, and nothing was changed; or --wait: it is not in use in time", CertCommand.USAGE},
        description = {"Installs an authority's answer to the signing request of a Certificate: PEM, DER or PKCS#7 (.p7b), with intermediates in any order or without.",
            "It is checked first, as the operator does: the key is the request's, all names are covered, it is in time."})
final class SignCommand extends StoreCommand {
    private static final List<String> PATH = List.of("spec", "source", "signingRequest", "signedCertificate");

    @Parameters(index = "0", paramLabel = "NAME", description = "The Certificate.")
    String name;
    @Parameters(index = "1", paramLabel = "ANSWER", description = "The answer; - is standard input.")
    String answer;
    @Option(names = "--chain", paramLabel = "FILE", description = "Intermediates, where they came in another file; repeatable.")
    List<String> chain = new ArrayList<>();
    @Mixin
    Waiting waiting;

    @Override
    int run(CertificateStore store) throws InterruptedException {
        Certificate certificate = get(store, name);
        var request = certificate.getSpec().source.signingRequest;
        if (request == null || request.signerName != null || request.issuerRef != null) {
            say("Certificate '" + name + "' is of source " + Row.source(certificate.getSpec().source) + (request == null ? ": it awaits no answer"
                    : " with " + (request.signerName != null ? "signerName" : "issuerRef") + ": a program signs it"));
            return CANNOT;
        }
        Set<X509Certificate> given = new LinkedHashSet<>(read(answer));
        chain.forEach(file -> given.addAll(read(file)));
        String pem = Chains.toPem(List.copyOf(given));
        List<KeyPair> keys = keys(store, certificate);
        if (keys.isEmpty()) {
            say("Certificate '" + name + "' has no signing request yet; nothing can be an answer to it");
            return CANNOT;
        }
        return switch (Answers.check(certificate.getSpec().dnsNames, keys, pem, clock.instant())) {
            case Answers.Refused refused -> {
                say(refused.message());
                yield NEGATIVE;
            }
            case Answers.Accepted accepted -> {
                X509Certificate leaf = accepted.certificates().getFirst();
                Arrangement.of(accepted.certificates(), leaf.getPublicKey(), SystemRoots.load(), clock.instant()).findings().forEach(f -> say("note: " + f.message()));
                out().println(store.set(certificate, PATH, pem));
                out().flush();
                yield waiting.until(this, store, name, now -> now.getStatus() != null && Fingerprints.sha256(leaf).equals(now.getStatus().fingerprint));
            }
        };
    }

    private static List<X509Certificate> read(String file) {
        try {
            Material material = MaterialReader.read(Input.read(file), () -> {
                throw new IllegalArgumentException("a PKCS#12 file is no answer to a signing request; postern cert import takes it");
            });
            return material.certificates();
        } catch (IllegalArgumentException e) {
            throw new ToolException(file + ": " + e.getMessage());
        }
    }

    /** The public halves of the keys that an answer may be for: the request's, and the one in use. */
    private List<KeyPair> keys(CertificateStore store, Certificate certificate) {
        List<PublicKey> keys = new ArrayList<>();
        try {
            if (certificate.getStatus() != null && certificate.getStatus().signingRequest != null) {
                keys.add(SigningRequests.parse(certificate.getStatus().signingRequest).publicKey());
            }
            store.pair(certificate).filter(pair -> pair.chain() != null).ifPresent(pair -> Chains.parse(pair.chain()).forEach(c -> keys.add(c.getPublicKey())));
        } catch (IllegalArgumentException | ToolException e) {
            say("note: the certificate in use is not looked at: " + e.getMessage());
        }
        return keys.stream().map(key -> new KeyPair(key, null)).toList();
    }
}
