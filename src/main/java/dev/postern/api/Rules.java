package dev.postern.api;

import dev.postern.api.ListenerSpec.HostAccess;
import dev.postern.api.ListenerSpec.RecipientAccess;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The rules that take more than one field of a resource, or its name. The API server enforces them as the CEL rules of the
 * CRDs, which carry the messages of this class; here they hold where no API server was asked. Pure. What the schema alone
 * says (that a field is required, its bounds) is not said again: a field that is null counts as absent.
 *
 * <p>What may not change after creation ({@link #STORAGE_SIZE}, {@link #STORAGE_CLASS}) is the API server's alone: there is
 * no earlier form here.
 */
public final class Rules {
    static final String SOURCE = "set exactly one of selfSigned, signingRequest, pkcs12, secretRef and demo";
    static final String NAMES = "a certificate that is made or requested here needs a name: add one to dnsNames, or set subject.commonName";
    static final String NO_TLS = "mode None never tries TLS, which dane and mtaSTS would ask for; choose another mode, or set both to None";
    static final String CIPHER_SUITES = "are for cipherProfile Custom; remove them, or set cipherProfile: Custom";
    static final String CUSTOM_CIPHERS = "Custom needs at least one of cipherSuites";
    static final String DNS_NAMES_UNUSED = "dnsNames are for certificates that are made or requested here; remove them, or set source.selfSigned or source.signingRequest";
    static final String SUBJECT_UNUSED = "the subject is for certificates that are made or requested here; remove it, or set source.selfSigned or source.signingRequest";
    static final String SIGNER = "set at most one of signedCertificate, signerName and issuerRef: who signs it";
    static final String CERTIFICATE_NAME = "metadata.name must have at most 63 characters, as it becomes the value of a label";
    static final String PRIVATE = "a Private listener relays for its sender groups and has no recipientAccess; remove it, or set type: Public";
    static final String PUBLIC = "a Public listener needs at least one entry in recipientAccess: the recipients that it takes mail for";
    static final String AUTHENTICATION_PRIVATE = "authentication is for Private listeners; remove it, or set type: Private";
    static final String AUTHENTICATION_TLS = "clients log in over TLS only; name at least one certificate in certificateRefs";
    static final String AUTHENTICATION_USERS = "PLAIN and SCRAM-SHA-256 need users; name their Secret in usersSecretRef, or leave EXTERNAL alone in mechanisms";
    static final String AUTHENTICATION_EXTERNAL = "EXTERNAL asks nobody for a password; remove usersSecretRef, or add PLAIN or SCRAM-SHA-256 to mechanisms";
    static final String MECHANISMS = "each of mechanisms may be there once";
    static final String AUTHENTICATION_RELAY = "clients log in to relay; remove authentication, or set behavior: Relay";
    static final String SENDER_GROUPS = "each senderGroup of hostAccess needs a name of its own";
    static final String LISTENER_NAME = "metadata.name must be at most 63 lower-case letters, digits and '-', beginning with a letter and not ending with '-', as it becomes part of a Service's name";
    static final String DESTINATIONS = "give either destinations or default: true";
    static final String REJECT_TEXT = "rejectText is the answer of behavior: Reject; remove it, or set behavior: Reject";
    static final String REJECT_AT = "rejectAt: Recipient is for behavior: Reject; remove it, or set behavior: Reject";
    static final String RECIPIENT_TEXT = "rejectText is the answer of access: Reject; remove it, or set access: Reject";
    static final String MESSAGE_SIZE = "maxMessageSize must be from 1Ki to 1Gi";
    static final String GATEWAY_NAME = "metadata.name must be at most 50 lower-case letters, digits and '-', beginning with a letter and not ending with '-', as it becomes part of the names of pods and Services";
    static final String STORAGE_SIZE = "storage.size cannot change after creation, as the volume claims of a StatefulSet are fixed; resize the claims themselves, or make another MailGateway";
    static final String STORAGE_CLASS = "storage.storageClassName cannot change after creation, as the volume claims of a StatefulSet are fixed; make another MailGateway";

    private static final Pattern QUANTITY = Pattern.compile(Api.QUANTITY);
    private static final Pattern DNS_LABEL = Pattern.compile(Api.DNS_LABEL);
    private static final BigDecimal SMALLEST_MESSAGE = BigDecimal.valueOf(1L << 10);
    private static final BigDecimal LARGEST_MESSAGE = BigDecimal.valueOf(1L << 30);

    private Rules() {
    }

    /**
     * A rule that does not hold.
     *
     * @param field path in the resource, such as {@code spec.hostAccess[1].senderGroup}
     */
    public record Violation(String field, String message) {
    }

    /** Checks a resource of any of the five kinds; there is nothing to check in others. */
    public static List<Violation> check(HasMetadata resource) {
        List<Violation> violations = new ArrayList<>();
        switch (resource) {
            case Certificate certificate when certificate.getSpec() != null && certificate.getSpec().source != null -> certificate(certificate, violations);
            case Listener listener when listener.getSpec() != null -> listener(listener, violations);
            case DestinationControl control when control.getSpec() != null -> destination(control.getSpec(), violations);
            case MailFlowPolicy policy when policy.getSpec() != null -> policy(policy.getSpec(), violations);
            case MailGateway gateway -> name(gateway, 50, GATEWAY_NAME, violations);
            default -> { }
        }
        return violations;
    }

    private static void certificate(Certificate certificate, List<Violation> violations) {
        CertificateSpec spec = certificate.getSpec();
        CertificateSpec.Source source = spec.source;
        int sources = count(source.selfSigned, source.signingRequest, source.pkcs12, source.secretRef, source.demo);
        CertificateSpec.SigningRequest request = source.signingRequest;
        boolean named = source.selfSigned != null || request != null;
        require(sources == 1, "spec.source", SOURCE, violations);
        require(!named || !isEmpty(spec.dnsNames) || spec.subject != null && spec.subject.commonName != null, "spec.dnsNames", NAMES, violations);
        require(named || isEmpty(spec.dnsNames), "spec.dnsNames", DNS_NAMES_UNUSED, violations);
        require(named || spec.subject == null || spec.subject.isEmpty(), "spec.subject", SUBJECT_UNUSED, violations);
        require(request == null || count(request.signedCertificate, request.signerName, request.issuerRef) <= 1, "spec.source.signingRequest", SIGNER, violations);
        require(certificate.getMetadata().getName().length() <= 63, "metadata.name", CERTIFICATE_NAME, violations);
    }

    private static void listener(Listener listener, List<Violation> violations) {
        ListenerSpec spec = listener.getSpec();
        require(spec.type != Type.Private || isEmpty(spec.recipientAccess), "spec.recipientAccess", PRIVATE, violations);
        require(spec.type != Type.Public || !isEmpty(spec.recipientAccess), "spec.recipientAccess", PUBLIC, violations);
        boolean custom = spec.tls != null && spec.tls.cipherProfile == ListenerSpec.CipherProfile.Custom;
        require(spec.tls == null || custom || isEmpty(spec.tls.cipherSuites), "spec.tls.cipherSuites", CIPHER_SUITES, violations);
        require(!custom || !isEmpty(spec.tls.cipherSuites), "spec.tls.cipherProfile", CUSTOM_CIPHERS, violations);
        authentication(spec, violations);
        Set<String> groups = new HashSet<>();
        for (int i = 0; !isEmpty(spec.hostAccess) && i < spec.hostAccess.size(); i++) {
            HostAccess entry = spec.hostAccess.get(i);
            require(entry == null || entry.senderGroup == null || groups.add(entry.senderGroup), "spec.hostAccess[" + i + "].senderGroup", SENDER_GROUPS, violations);
        }
        for (int i = 0; !isEmpty(spec.recipientAccess) && i < spec.recipientAccess.size(); i++) {
            RecipientAccess entry = spec.recipientAccess.get(i);
            require(entry == null || entry.rejectText == null || entry.access == ListenerSpec.Access.Reject, "spec.recipientAccess[" + i + "].rejectText", RECIPIENT_TEXT, violations);
        }
        name(listener, 63, LISTENER_NAME, violations);
    }

    private static void authentication(ListenerSpec spec, List<Violation> violations) {
        ListenerSpec.Authentication authentication = spec.authentication;
        if (authentication == null) {
            return;
        }
        List<ListenerSpec.Mechanism> mechanisms = authentication.mechanisms == null ? new ListenerSpec.Authentication().mechanisms : authentication.mechanisms;
        boolean external = !mechanisms.isEmpty() && mechanisms.stream().allMatch(m -> m == ListenerSpec.Mechanism.EXTERNAL);
        require(spec.type == Type.Private, "spec.authentication", AUTHENTICATION_PRIVATE, violations);
        require(!isEmpty(spec.certificateRefs), "spec.certificateRefs", AUTHENTICATION_TLS, violations);
        require(external || authentication.usersSecretRef != null, "spec.authentication.usersSecretRef", AUTHENTICATION_USERS, violations);
        require(!external || authentication.usersSecretRef == null, "spec.authentication.usersSecretRef", AUTHENTICATION_EXTERNAL, violations);
        require(new HashSet<>(mechanisms).size() == mechanisms.size(), "spec.authentication.mechanisms", MECHANISMS, violations);
    }

    private static void destination(DestinationControlSpec spec, List<Violation> violations) {
        require(isEmpty(spec.destinations) == Boolean.TRUE.equals(spec.isDefault), "spec.destinations", DESTINATIONS, violations);
        require(spec.tls == null || spec.tls.mode != DestinationControlSpec.TlsMode.None || spec.tls.dane == DestinationControlSpec.Dane.None
                && spec.tls.mtaSTS == DestinationControlSpec.MtaSts.None, "spec.tls.mode", NO_TLS, violations);
    }

    private static void policy(MailFlowPolicySpec spec, List<Violation> violations) {
        require(spec.rejectAt != MailFlowPolicySpec.RejectAt.Recipient || spec.behavior == Behavior.Reject, "spec.rejectAt", REJECT_AT, violations);
        require(spec.rejectText == null || spec.behavior == Behavior.Reject, "spec.rejectText", REJECT_TEXT, violations);
        require(spec.authentication == null || spec.authentication == MailFlowPolicySpec.Authentication.None || spec.behavior == Behavior.Relay,
                "spec.authentication", AUTHENTICATION_RELAY, violations);
        Quantity size = spec.limits == null ? null : spec.limits.maxMessageSize;
        require(size == null || isMessageSize(size), "spec.limits.maxMessageSize", MESSAGE_SIZE, violations);
    }

    private static int count(Object... alternatives) {
        return (int) Stream.of(alternatives).filter(Objects::nonNull).count();
    }

    private static boolean isMessageSize(Quantity size) {
        if (!QUANTITY.matcher(size.toString()).matches()) {
            return false;
        }
        BigDecimal bytes = Quantity.getAmountInBytes(size);
        return bytes.compareTo(SMALLEST_MESSAGE) >= 0 && bytes.compareTo(LARGEST_MESSAGE) <= 0;
    }

    private static boolean isEmpty(List<?> list) {
        return list == null || list.isEmpty();
    }

    private static void name(HasMetadata resource, int longest, String message, List<Violation> violations) {
        String name = resource.getMetadata().getName();
        require(name.length() <= longest && DNS_LABEL.matcher(name).matches(), "metadata.name", message, violations);
    }

    private static void require(boolean holds, String field, String message, List<Violation> violations) {
        if (!holds) {
            violations.add(new Violation(field, message));
        }
    }
}
