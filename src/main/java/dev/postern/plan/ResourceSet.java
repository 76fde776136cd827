package dev.postern.plan;

import dev.postern.api.Certificate;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailGateway;
import java.util.List;
import java.util.Map;

/**
 * What a plan is compiled from: one gateway, what attaches to it, and the contents of what those name.
 *
 * @param keyPairs     by Certificate name: what its Secret holds; absent where the Secret does not exist
 * @param ticketKeys   session ticket keys in base64, the one in use first; empty: sessions are not resumed
 * @param users        by name of the Secret: what it holds by key, null for what is not text; absent where the Secret does not exist
 * @param trustBundles by bundle ID ({@code ConfigMap name/key}): PEM; absent where ConfigMap or key do not exist
 */
public record ResourceSet(MailGateway gateway, List<Listener> listeners, List<MailFlowPolicy> policies, List<DestinationControl> destinations,
        List<Certificate> certificates, Map<String, KeyPairPem> keyPairs, Map<String, String> trustBundles,
        List<String> ticketKeys, Map<String, Map<String, String>> users) {

    /** Without users. */
    public ResourceSet(MailGateway gateway, List<Listener> listeners, List<MailFlowPolicy> policies, List<DestinationControl> destinations,
            List<Certificate> certificates, Map<String, KeyPairPem> keyPairs, Map<String, String> trustBundles, List<String> ticketKeys) {
        this(gateway, listeners, policies, destinations, certificates, keyPairs, trustBundles, ticketKeys, Map.of());
    }

    /** Without users and session tickets. */
    public ResourceSet(MailGateway gateway, List<Listener> listeners, List<MailFlowPolicy> policies, List<DestinationControl> destinations,
            List<Certificate> certificates, Map<String, KeyPairPem> keyPairs, Map<String, String> trustBundles) {
        this(gateway, listeners, policies, destinations, certificates, keyPairs, trustBundles, List.of());
    }

    /** Without the contents of Secrets. */
    @Override
    public String toString() {
        return "ResourceSet[" + gateway.getMetadata().getName() + ", " + listeners.size() + " listeners, " + destinations.size() + " destinations, "
                + certificates.size() + " certificates]";
    }

    /**
     * The two files of a kubernetes.io/tls Secret, as they are.
     *
     * @param secretName the Secret, for messages
     * @param chain      tls.crt, or null where the key is absent
     * @param key        tls.key, or null where the key is absent; never printed
     */
    public record KeyPairPem(String secretName, String chain, String key) {
        @Override
        public String toString() {
            return "KeyPairPem[" + secretName + "]";
        }
    }
}
