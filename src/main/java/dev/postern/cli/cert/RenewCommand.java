package dev.postern.cli.cert;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec.Rotation;
import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.pki.issue.Issuance;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A new certificate before the old one is due. */
@Command(name = "renew", mixinStandardHelpOptions = true, exitCodeListHeading = CertCommand.EXIT_CODES,
        exitCodeList = {"0:renewal is asked for, or done", "1:--wait: it is not done in time", CertCommand.USAGE},
        description = "Has a certificate made or requested anew, by a new value of the annotation " + Issuance.RENEW + ". The old one is served until the new one is there.")
final class RenewCommand extends StoreCommand {
    @Parameters(paramLabel = "NAME", description = "The Certificate.")
    String name;
    @Mixin
    Waiting waiting;

    @Override
    int run(CertificateStore store) throws InterruptedException {
        Certificate before = get(store, name);
        var source = before.getSpec().source;
        if (source.secretRef != null || source.pkcs12 != null) {
            say("Certificate '" + name + "' is of source " + Row.source(source) + ": whoever keeps that Secret renews it; postern cert import replaces it");
            return CANNOT;
        }
        out().println(store.set(before, List.of("metadata", "annotations", Issuance.RENEW), clock.instant().truncatedTo(ChronoUnit.MILLIS).toString()));
        out().flush();
        var request = source.signingRequest;
        if (request != null && request.signerName == null && request.issuerRef == null) {
            // A person answers. A key that stays may give the very same request again.
            boolean same = before.getSpec().privateKey.rotation == Rotation.Never;
            return waiting.until(this, store, name, now -> !requestOf(now).isEmpty() && (same || !requestOf(now).equals(requestOf(before))));
        }
        String old = before.getStatus() == null ? null : before.getStatus().fingerprint;
        return waiting.until(this, store, name, now -> Waiting.ready(now) && !Objects.equals(now.getStatus().fingerprint, old));
    }

    private static String requestOf(Certificate certificate) {
        String request = certificate.getStatus() == null ? null : certificate.getStatus().signingRequest;
        return request == null ? "" : request;
    }
}
