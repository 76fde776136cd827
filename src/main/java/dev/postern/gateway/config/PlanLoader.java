package dev.postern.gateway.config;

import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.access.RecipientAccess;
import dev.postern.gateway.auth.Users;
import dev.postern.gateway.tls.ClientContext;
import dev.postern.gateway.tls.ListenerContexts;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.plan.CertificatePlan;
import dev.postern.plan.DestinationTable;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.PolicyPlan;
import dev.postern.plan.UserVerifiers;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes of a written plan the form that sessions use, or says why it cannot be used. No I/O. What did not change since the
 * previous plan is taken over from it. Used by one thread at a time.
 */
public final class PlanLoader {
    private final Contexts<ListenerContexts> listenerTls;
    private final Contexts<ClientContext> deliveryTls;
    private final Function<String, TrustAnchors> anchors;
    private final Supplier<TrustAnchors> systemAnchors;

    /** Makes TLS contexts, and checks that each key fits its chain. */
    @FunctionalInterface
    public interface Contexts<T> {
        /**
         * TLS contexts of a plan by name.
         *
         * @param keys private keys in PEM by certificate name
         * @throws IllegalArgumentException naming the certificate that cannot be used, and why
         */
        Map<String, T> build(GatewayPlan plan, Map<String, String> keys);
    }

    /**
     * @param listenerTls   by listener name; listeners without certificates are absent
     * @param deliveryTls   by certificate name, and without one under the key ""
     * @param anchors       reads a bundle in PEM; throws IllegalArgumentException where it is none
     * @param systemAnchors the system's authorities; asked once, by the first plan
     */
    public PlanLoader(Contexts<ListenerContexts> listenerTls, Contexts<ClientContext> deliveryTls, Function<String, TrustAnchors> anchors,
            Supplier<TrustAnchors> systemAnchors) {
        this.listenerTls = listenerTls;
        this.deliveryTls = deliveryTls;
        this.anchors = anchors;
        this.systemAnchors = systemAnchors;
    }

    /**
     * @param previous the plan in force, or null
     * @throws IllegalArgumentException saying what makes the plan unusable: a part that does not match the index, a key that does
     *         not fit its chain, a policy or trust bundle that is named but absent; never with what a key holds
     */
    public ActivePlan load(PlanSource.Written written, ActivePlan previous) {
        GatewayPlan plan = written.parts().join();
        checkFingerprints(plan, previous);
        Map<String, TrustAnchors> trust = trust(plan, previous);
        Map<String, ActiveListener> listeners = new HashMap<>();
        Map<String, PolicyPlan> policies = policies(plan);
        Map<String, HostAccess> hostAccess = new HashMap<>();
        for (ListenerPlan listener : plan.listeners()) {
            if (hostAccess.put(listener.name(), hostAccess(listener, policies)) != null) {
                throw new IllegalArgumentException("listener " + listener.name() + " is there twice");
            }
        }
        var tls = listenerTls.build(plan, written.keys());
        for (ListenerPlan listener : plan.listeners()) {
            String name = listener.name();
            listeners.put(name, new ActiveListener(listener, hostAccess.get(name), recipientAccess(listener), tls.get(name), users(listener, written.keys(), previous)));
        }
        return new ActivePlan(written.parts().index(), plan, listeners, new DestinationTable(plan.destinations()), trust,
                deliveryTls.build(plan, written.keys()), SigningKeys.of(plan, written.keys()));
    }

    /** The fingerprints are what the pod says that it serves: they must be those of the chains. */
    private static void checkFingerprints(GatewayPlan plan, ActivePlan previous) {
        Set<CertificatePlan> known = previous == null ? Set.of() : new HashSet<>(previous.plan().certificates());
        for (CertificatePlan certificate : plan.certificates()) {
            if (!known.contains(certificate) && !leafFingerprint(certificate).equals(certificate.fingerprint())) {
                throw new IllegalArgumentException("certificate " + certificate.name() + ": its chain does not begin with the leaf of fingerprint "
                        + certificate.fingerprint());
            }
        }
    }

    private static String leafFingerprint(CertificatePlan certificate) {
        try {
            return Fingerprints.sha256(Chains.parse(certificate.chainPem()).getFirst());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("certificate " + certificate.name() + ": its chain cannot be read: " + e.getMessage(), e);
        }
    }

    private Map<String, TrustAnchors> trust(GatewayPlan plan, ActivePlan previous) {
        Map<String, TrustAnchors> trust = new HashMap<>();
        trust.put("", previous == null ? systemAnchors.get() : previous.trust(null));
        plan.trustBundles().forEach((id, pem) -> {
            boolean same = previous != null && pem.equals(previous.plan().trustBundles().get(id));
            try {
                trust.put(id, same ? previous.trust(id) : anchors.apply(pem));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("trust bundle " + id + ": " + e.getMessage(), e);
            }
        });
        require(trust, plan.settings().trustBundle(), "the gateway's settings name");
        plan.policies().forEach(p -> require(trust, p.tls().clientTrustBundle(), "policy " + p.name() + " names"));
        plan.destinations().forEach(d -> require(trust, d.trustBundle(), "destination " + d.name() + " names"));
        return trust;
    }

    private static void require(Map<String, TrustAnchors> trust, String bundle, String who) {
        if (bundle != null && !trust.containsKey(bundle)) {
            throw new IllegalArgumentException(who + " trust bundle " + bundle + ", which the plan does not have");
        }
    }

    private static Map<String, PolicyPlan> policies(GatewayPlan plan) {
        Map<String, PolicyPlan> policies = new HashMap<>();
        plan.policies().forEach(p -> policies.put(p.name(), p));
        return policies;
    }

    private static HostAccess hostAccess(ListenerPlan listener, Map<String, PolicyPlan> policies) {
        for (var group : listener.hostAccess()) {
            if (!policies.containsKey(group.policy())) {
                throw new IllegalArgumentException("listener " + listener.name() + ", sender group " + group.name() + " names policy "
                        + group.policy() + ", which the plan does not have");
            }
        }
        try {
            return new HostAccess(listener.hostAccess(), policies);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("listener " + listener.name() + ", host access: " + e.getMessage(), e);
        }
    }

    /** Those of the previous plan where they are the same. Without its users a plan is refused: nobody could log in. */
    private static Users users(ListenerPlan listener, Map<String, String> keys, ActivePlan previous) {
        String digest = listener.authentication() == null ? null : listener.authentication().digest();
        ActiveListener before = previous == null ? null : previous.listeners().get(listener.name());
        if (digest == null) {
            return null;
        }
        if (before != null && before.plan().authentication() != null && digest.equals(before.plan().authentication().digest())) {
            return before.users();
        }
        String text = keys.get(UserVerifiers.name(digest));
        if (text == null) {
            throw new IllegalArgumentException("listener " + listener.name() + ": its users (" + UserVerifiers.name(digest) + ") are not beside the private keys");
        }
        try {
            return Users.of(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("listener " + listener.name() + ": a verifier of its users " + e.getMessage());
        }
    }

    private static RecipientAccess recipientAccess(ListenerPlan listener) {
        try {
            return new RecipientAccess(listener.recipientAccess());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("listener " + listener.name() + ", recipient access: " + e.getMessage(), e);
        }
    }
}
