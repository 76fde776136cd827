package dev.postern.cli.standalone;

import dev.postern.api.Certificate;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where the pairs of Certificates come from that no Secret of the folder has as they are: all sources but secretRef. */
@FunctionalInterface
public interface CertificateMaker {
    /**
     * The pair of a Certificate.
     *
     * @param hostname the gateway's
     * @throws IOException              where it cannot be kept
     * @throws IllegalArgumentException where the Certificate asks for what cannot be made, or names what cannot be read
     */
    Provided provide(Certificate certificate, String hostname, FolderSecrets secrets, Instant now) throws IOException;

    /**
     * What there is for a Certificate.
     *
     * @param pair       empty where it awaits its signature
     * @param complaints what is wrong although there is a pair: an answer that was refused, an export that failed
     * @param notes      what a person should know, such as where the signing request lies
     * @param again      when to ask again though nothing changed; empty: no need
     */
    record Provided(Optional<KeyPairPem> pair, List<String> complaints, List<String> notes, Optional<Instant> again) {
        static Provided of(KeyPairPem pair) {
            return new Provided(Optional.of(pair), List.of(), List.of(), Optional.empty());
        }
    }
}
