package dev.postern.gateway.tls;

import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.PolicyPlan;
import dev.postern.plan.SenderPattern;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What a listener's handshake asks of the client: nothing, or a certificate. The handshake takes any, and only proves that the client
 * has its key; whether it is one to trust is for {@link ClientVerifier} to say afterwards, off the event loop.
 *
 * @param authorities those that the client is told of, so that it can choose among its certificates (RFC 8446 section 4.2.4); empty: any
 */
record ClientRequest(boolean asks, List<X509Certificate> authorities) {
    static final ClientRequest NONE = new ClientRequest(false, List.of());
    private static final ClientRequest ANY = new ClientRequest(true, List.of());

    /** A list of names that is longer makes messages that some clients do not take. */
    private static final int MOST_NAME_BYTES = 8 * 1024;

    ClientRequest {
        authorities = List.copyOf(authorities);
    }

    /**
     * What the policies of a listener ask for, by the bundle of their authorities; the system's are under the key "".
     *
     * @throws IllegalArgumentException naming the bundle that cannot be read or that the plan does not have
     */
    static Map<String, ClientRequest> of(ListenerPlan listener, GatewayPlan plan) {
        Set<String> policies = listener.hostAccess().stream().map(ListenerPlan.SenderGroup::policy).collect(Collectors.toSet());
        Map<String, ClientRequest> requests = new HashMap<>();
        for (PolicyPlan policy : plan.policies()) {
            if (policies.contains(policy.name()) && policy.tls().clientCertificates() != ClientCertificates.None) {
                String bundle = policy.tls().clientTrustBundle();
                requests.computeIfAbsent(key(bundle), b -> bundle == null || anyKeyCounts(listener) ? ANY : naming(bundle, plan.trustBundles().get(bundle)));
            }
        }
        return requests;
    }

    /** The same in every process, and short. */
    @Override
    public String toString() {
        return "ClientRequest[" + asks + ", " + authorities.stream().map(Fingerprints::sha256).toList() + "]";
    }

    static String key(String bundle) {
        return bundle == null ? "" : bundle;
    }

    SslContextBuilder applyTo(SslContextBuilder context) {
        return asks ? context.clientAuth(ClientAuth.OPTIONAL).trustManager(new TakesAny(authorities)) : context;
    }

    /** Where a key is enough, a list would keep clients from showing a certificate of nobody that is in it. */
    private static boolean anyKeyCounts(ListenerPlan listener) {
        return listener.hostAccess().stream().flatMap(g -> g.senders().stream()).anyMatch(SenderPattern::isKey);
    }

    private static ClientRequest naming(String bundle, String pem) {
        if (pem == null) {
            throw new IllegalArgumentException("trust bundle " + bundle + " is named by a policy, and the plan does not have it");
        }
        List<X509Certificate> anchors;
        try {
            anchors = Chains.parse(pem);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("trust bundle " + bundle + ": " + e.getMessage(), e);
        }
        Set<Object> names = new HashSet<>();
        List<X509Certificate> authorities = anchors.stream().filter(a -> names.add(a.getSubjectX500Principal())).toList();
        // A client's own certificate in the bundle has an issuer that the list would not have; and half a list would hide clients.
        boolean whole = anchors.stream().allMatch(a -> a.getBasicConstraints() >= 0 || a.getIssuerX500Principal().equals(a.getSubjectX500Principal()));
        int bytes = authorities.stream().mapToInt(a -> a.getSubjectX500Principal().getEncoded().length).sum();
        return whole && bytes <= MOST_NAME_BYTES ? new ClientRequest(true, authorities) : ANY;
    }

    /** Takes any certificate, and tells the client of authorities. Extended, as the JDK would look at the algorithms of another. */
    private static final class TakesAny extends X509ExtendedTrustManager {
        private final List<X509Certificate> authorities;

        TakesAny(List<X509Certificate> authorities) {
            this.authorities = authorities;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            // verified afterwards
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
            // verified afterwards
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            // verified afterwards
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            throw new IllegalStateException("only clients are asked here");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
            throw new IllegalStateException("only clients are asked here");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            throw new IllegalStateException("only clients are asked here");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return authorities.toArray(X509Certificate[]::new);
        }
    }
}
