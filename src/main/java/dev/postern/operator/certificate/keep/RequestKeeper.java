package dev.postern.operator.certificate.keep;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Rotation;
import dev.postern.api.CertificateSpec.SigningRequest;
import dev.postern.operator.certificate.keep.PendingRequest.Asked;
import dev.postern.operator.kube.NamedWatches;
import dev.postern.operator.kube.TransitionEvents;
import dev.postern.operator.status.Reasons;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.issue.Issuance;
import dev.postern.pki.issue.Requests;
import dev.postern.pki.issue.Requests.InUse;
import dev.postern.pki.issue.Requests.Outcome;
import dev.postern.pki.issue.Requests.Pending;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Keeps the signing request of a Certificate, sees to its answer, and takes that into use when it is good: {@link Requests} decides. */
final class RequestKeeper {
    private static final Logger LOG = Logger.getLogger(RequestKeeper.class);
    private static final String SIGNED_CERTIFICATE = "spec.source.signingRequest.signedCertificate";
    /** A signer that said no is asked again after this. */
    private static final Duration RETRY = Duration.ofHours(1);
    private static final int HASH = 16;
    /** Before the digest of what a pair was made from that answers a request. */
    private static final String MADE = "signingRequest/";
    /** Left of namespace and name in the name of an object, which has 253 characters. */
    private static final int MAX_PREFIX = 200;

    private final PendingRequest requests;
    private final TlsPair pairs;
    private final List<Signer> signers;
    private final TransitionEvents events;
    /** What is asked for each Certificate, to be taken back when it is gone. */
    private final Map<ResourceID, Asked> open = new ConcurrentHashMap<>();

    RequestKeeper(PendingRequest requests, TlsPair pairs, KubernetesClient client, TransitionEvents events) {
        this.requests = requests;
        this.pairs = pairs;
        this.events = events;
        signers = List.of(new KubernetesSigner(client), new CertManagerSigner(client));
    }

    void keep(Look look, Issuance.Request request) throws Unresolved {
        SigningRequest source = look.certificate().getSpec().source.signingRequest;
        new Exchange(look, request, source, signer(source)).run();
    }

    /** Takes back what was asked for a Certificate that makes no requests any more. */
    void rest(Look look) {
        Secret secret = requests.known(look);
        Asked asked = PendingRequest.asked(secret);
        Pending pending = PendingRequest.read(secret);
        if (asked != null && pending != null) {
            withdraw(look.certificate(), asked);
            requests.write(look, pending, null, secret);
        }
    }

    /** Takes back what was asked for a Certificate that is gone. Nobody waits for that. */
    void forget(Certificate certificate) {
        Asked asked = open.get(ResourceID.fromResource(certificate));
        if (asked != null) {
            Thread.ofVirtual().name("withdraw-" + asked.object()).start(() -> withdraw(certificate, asked));
        }
    }

    private void withdraw(Certificate certificate, Asked asked) {
        signers.stream().filter(s -> s.kind().equals(asked.kind())).forEach(s -> s.withdraw(certificate.getMetadata().getNamespace(), asked.object()));
        open.remove(ResourceID.fromResource(certificate), asked);
    }

    /** Who is to be asked; empty where a person is. */
    private Optional<Signer> signer(SigningRequest source) {
        return Optional.ofNullable(source.signerName != null ? signers.get(0) : source.issuerRef != null ? signers.get(1) : null);
    }

    /** One look at the request of one Certificate. */
    private final class Exchange {
        private final Look look;
        private final Issuance.Request request;
        private final SigningRequest source;
        private final Optional<Signer> signer;
        private Secret tls;
        private Secret secret;
        private Pending pending;
        private InUse inUse;

        private Exchange(Look look, Issuance.Request request, SigningRequest source, Optional<Signer> signer) throws Unresolved {
            this.look = look;
            this.request = request;
            this.source = source;
            this.signer = signer;
            tls = pairs.find(look);
            inUse = inUse(tls);
            secret = requests.find(look);
            pending = PendingRequest.read(secret);
        }

        private void run() throws Unresolved {
            if (pending != null && inUse != null && !Requests.open(pending, inUse) && !TlsPair.made(tls).startsWith(MADE)) {
                // Not an answer to it: meanwhile the certificate had another source.
                pending = new Pending(pending.digest(), Fingerprints.sha256(inUse.leaf()), pending.csr(), pending.key());
                secret = requests.write(look, pending, PendingRequest.asked(secret), secret);
            }
            // First the answer, which may be the one to a request that is about to be made anew.
            Outcome given = source.signedCertificate == null || pending == null ? null : take(source.signedCertificate);
            Optional<String> due = Requests.due(request, signer.isPresent(), pending, inUse, look.now());
            if (due.isPresent()) {
                make(due.get());
                given = source.signedCertificate == null ? null : take(source.signedCertificate);
            }
            look.status().signingRequest = pending.csr();
            look.status().signingRequestSecretName = PendingRequest.nameFor(look);
            if (given instanceof Requests.Refused refused) {
                look.issuing(Reasons.ANSWER_REFUSED, SIGNED_CERTIFICATE + ": " + refused.message());
            } else if (Requests.open(pending, inUse) && signer.isEmpty()) {
                look.issuing(Reasons.AWAITING_SIGNATURE, "have status.signingRequest signed by an authority (kubectl get mcert " + look.name()
                        + " -n " + look.namespace() + " -o jsonpath='{.status.signingRequest}'), and put its answer into " + SIGNED_CERTIFICATE);
            }
            Asked asked = PendingRequest.asked(secret);
            if (asked != null && (!Requests.open(pending, inUse) || signer.filter(s -> s.kind().equals(asked.kind())).isEmpty())) {
                answered(asked);
            }
            if (signer.isPresent() && Requests.open(pending, inUse)) {
                ask(signer.get());
            }
        }

        /** Makes a request, with a key where it does not keep the old one. */
        private void make(String why) {
            boolean lost = pending == null && look.certificate().getStatus() != null && look.certificate().getStatus().signingRequest != null;
            Asked asked = PendingRequest.asked(secret);
            if (asked != null) {
                withdraw(look.certificate(), asked);
            }
            LOG.infof("A signing request of Certificate %s/%s is made: %s", look.namespace(), look.name(), why);
            pending = Requests.make(request, pending, inUse);
            secret = requests.write(look, pending, null, secret);
            if (lost && !(request.rotation() == Rotation.Never && inUse != null)) {
                events.warn(look.certificate(), Reasons.REQUEST_LOST, "Secret '" + PendingRequest.nameFor(look)
                        + "' with the signing request and its key was gone; another request was made, and an answer to the earlier one cannot be used unless it is for the key in use");
            }
        }

        private void ask(Signer signer) throws Unresolved {
            Asked asked = PendingRequest.asked(secret);
            if (asked == null) {
                asked = begin(signer);
            }
            open.put(ResourceID.fromResource(look.certificate()), asked);
            try {
                Signer.Reply reply = signer.ask(look, question(asked));
                if (reply instanceof Signer.Superseded) {
                    withdraw(look.certificate(), asked);
                    asked = begin(signer);
                    reply = signer.ask(look, question(asked));
                }
                switch (reply) {
                    case Signer.Waiting waiting -> look.issuing(Reasons.AWAITING_SIGNATURE, waiting.message());
                    case Signer.Signed signed -> {
                        if (take(signed.pem()) instanceof Requests.Refused refused) {
                            refused(signer, asked, Reasons.ANSWER_REFUSED, refused.message(), signed.since());
                        } else if (Requests.open(pending, inUse)) {
                            refused(signer, asked, Reasons.ANSWER_REFUSED, "the signer gave the very certificate that is in use already", signed.since());
                        } else {
                            answered(asked);
                        }
                    }
                    case Signer.Refused refused -> refused(signer, asked, refused.reason(), refused.message(), refused.since());
                    case Signer.Superseded superseded -> throw new IllegalStateException("object of a name that nobody had: " + asked.object());
                }
            } catch (Unresolved e) {
                look.issuing(e.reason(), e.getMessage());
                look.again(NamedWatches.RELOOK);
                throw e;
            }
        }

        private void refused(Signer signer, Asked asked, String reason, String message, Instant since) throws Unresolved {
            Instant retry = since.plus(RETRY);
            look.issuing(reason, message + "; it is asked again when the request changes, or at " + retry);
            if (look.now().isBefore(retry)) {
                look.again(Duration.between(look.now(), retry));
                return;
            }
            withdraw(look.certificate(), asked);
            signer.ask(look, question(begin(signer)));
        }

        /** Names the object before it is made, so that it is found again whatever happens meanwhile. */
        private Asked begin(Signer signer) {
            String prefix = "postern-" + look.namespace() + "-" + look.name();
            String hash = Fingerprints.sha256(String.join("\n", look.namespace(), look.name(), pending.csr(), look.now().toString())).substring(0, HASH);
            var asked = new Asked(signer.kind(), prefix.substring(0, Math.min(MAX_PREFIX, prefix.length())).replaceAll("[.-]+$", "") + "-" + hash);
            secret = requests.write(look, pending, asked, secret);
            open.put(ResourceID.fromResource(look.certificate()), asked);
            return asked;
        }

        private Signer.Ask question(Asked asked) {
            List<String> usages = new ArrayList<>(Signer.USAGES);
            if (request.algorithm() == Algorithm.RSA_2048 || request.algorithm() == Algorithm.RSA_3072 || request.algorithm() == Algorithm.RSA_4096) {
                usages.add(1, Signer.ENCIPHERMENT);
            }
            return new Signer.Ask(asked.object(), pending.csr(), request.duration(), usages);
        }

        private void answered(Asked asked) {
            withdraw(look.certificate(), asked);
            secret = requests.write(look, pending, null, secret);
        }

        /** Takes an answer into use where it is good and new. */
        private Outcome take(String answer) {
            Outcome outcome = Requests.take(request, pending, inUse, answer, look.now());
            if (outcome instanceof Requests.Taken taken) {
                inUse = taken.pair();
                LOG.infof("Certificate %s/%s: the answer to its signing request is in use", look.namespace(), look.name());
                tls = pairs.write(look, inUse.chain(), inUse.key(), MADE + pending.digest(), tls);
            }
            return outcome;
        }
    }

    /** Null where there is none, or one that cannot be read or does not fit its key. */
    private static InUse inUse(Secret secret) {
        String chain = TlsPair.chain(secret);
        String key = TlsPair.key(secret);
        try {
            if (chain == null || key == null) {
                return null;
            }
            var inUse = new InUse(chain, key);
            inUse.leaf();
            return inUse;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
