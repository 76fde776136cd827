package dev.postern.operator.certificate.keep;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import dev.postern.api.SecretKeyRef;
import dev.postern.operator.kube.NamedWatches;
import dev.postern.operator.kube.NamedWatches.Holder;
import dev.postern.operator.kube.NamedWatches.Name;
import dev.postern.operator.kube.NamedWatches.Type;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.operator.kube.Types;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.Reasons;
import dev.postern.pki.issue.Issuance;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One look at a Certificate: what it names, what was found wrong, and when to look again. */
public final class Look {
    private final Certificate certificate;
    private final CertificateStatus status;
    private final ConditionSet conditions;
    private final Instant now;
    private final NamedWatches watches;
    private final Set<Name<?>> named = new HashSet<>();
    private final List<Problem> problems = new ArrayList<>();
    private Issuance.Request request;
    private Duration next;

    /** One key of a Secret that the Certificate names; the version is another where the Secret is. */
    record Named(byte[] bytes, String version) {
        @Override
        public String toString() {
            return "Named[" + version + "]";
        }
    }

    public Look(Certificate certificate, CertificateStatus status, ConditionSet conditions, Instant now, NamedWatches watches) {
        this.certificate = certificate;
        this.status = status;
        this.conditions = conditions;
        this.now = now;
        this.watches = watches;
    }

    Certificate certificate() {
        return certificate;
    }

    public String namespace() {
        return certificate.getMetadata().getNamespace();
    }

    public String name() {
        return certificate.getMetadata().getName();
    }

    /** The one that is being made. */
    CertificateStatus status() {
        return status;
    }

    Instant now() {
        return now;
    }

    /** Says what is made or requested here for the Certificate. */
    public Issuance.Request request(Issuance.Request wanted) {
        request = wanted;
        return wanted;
    }

    /** Empty where nothing is made or requested here. */
    public Optional<Issuance.Request> request() {
        return Optional.ofNullable(request);
    }

    /** An object that may be someone else's; its changes lead to another look. */
    <T extends HasMetadata> Optional<T> read(Type<T> type, String namespace, String name) {
        var id = new Name<>(type, namespace, name);
        named.add(id);
        return watches.get(Holder.of(certificate), id);
    }

    /** The same, as far as it is known, and without another look. */
    <T extends HasMetadata> Optional<T> peek(Type<T> type, String namespace, String name) {
        return watches.peek(new Name<>(type, namespace, name));
    }

    /** A Secret of the Certificate's namespace. */
    public Optional<Secret> secret(String name) {
        return read(Types.SECRET, namespace(), name);
    }

    /**
     * @param byDefault key of the Secret where the reference names none
     * @param field     that has the reference
     */
    Named key(SecretKeyRef ref, String byDefault, String field) throws Unresolved {
        Secret secret = secret(ref.name).orElseThrow(() -> new Unresolved(field, Problem.Reason.SECRET_NOT_FOUND, "there is no Secret '" + ref.name + "'"));
        String key = ref.keyOr(byDefault);
        byte[] bytes = TlsSecrets.bytes(secret, key);
        if (bytes == null || bytes.length == 0) {
            throw new Unresolved(field, Reasons.SECRET_KEY_NOT_FOUND, "Secret '" + ref.name + "' has no key '" + key + "'" + (bytes == null ? "" : ", or it is empty"));
        }
        return new Named(bytes, secret.getMetadata().getUid() + "/" + secret.getMetadata().getResourceVersion() + "/" + key);
    }

    void unresolved(Unresolved e) {
        problems.add(new Problem(ResourceRef.of(certificate), e.field(), Problem.Severity.UNRESOLVED, e.reason(), e.getMessage()));
    }

    void invalid(String field, String message) {
        problems.add(new Problem(ResourceRef.of(certificate), field, Problem.Severity.INVALID, Problem.Reason.INVALID_VALUE, message));
    }

    public List<Problem> problems() {
        return problems;
    }

    /** Says that a signing request is open, or was refused. */
    void issuing(String reason, String message) {
        conditions.put(ConditionTypes.ISSUING, true, reason, message);
    }

    void exported(boolean done, String reason, String message) {
        conditions.put(ConditionTypes.EXPORTED, done, reason, message);
    }

    /** Asks for another look no later than this. */
    void again(Duration wait) {
        next = next == null || wait.compareTo(next) < 0 ? wait : next;
    }

    /**
     * Ends the watches of what is no longer named.
     *
     * @return when to look again though nothing changed
     */
    public Optional<Duration> finish() {
        Holder holder = Holder.of(certificate);
        watches.keep(holder, named);
        if (!watches.watchesAll(holder)) {
            again(NamedWatches.RELOOK);
        }
        return Optional.ofNullable(next);
    }
}
