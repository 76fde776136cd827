package dev.postern.operator.gateway;

import dev.postern.api.Certificate;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailGateway;
import dev.postern.api.TrustBundleRef;
import dev.postern.operator.kube.Caches;
import dev.postern.operator.kube.NamedWatches.Holder;
import dev.postern.operator.kube.NamedWatches.Name;
import dev.postern.operator.kube.NamedWatches;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.operator.kube.Types;
import dev.postern.pki.Fingerprints;
import dev.postern.plan.ResourceSet.KeyPairPem;
import dev.postern.plan.ResourceSet;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Everything that the plan of one gateway is compiled from, read from the informers' caches. */
@Singleton
public final class Gatherer {
    private final Caches caches;
    private final TlsSecrets secrets;
    private final NamedWatches watches;

    public Gatherer(Caches caches, TlsSecrets secrets, NamedWatches watches) {
        this.caches = caches;
        this.secrets = secrets;
        this.watches = watches;
    }

    /**
     * What was read.
     *
     * @param versions of each object, in order: equal versions mean equal contents
     */
    record Gathered(ResourceSet resources, List<String> versions) {
    }

    /** @param tickets session ticket keys of the gateway, the one in use first */
    Gathered gather(MailGateway gateway, List<String> tickets) {
        String namespace = gateway.getMetadata().getNamespace();
        String name = gateway.getMetadata().getName();
        List<Listener> listeners = caches.attached(Listener.class, namespace, name);
        List<DestinationControl> destinations = caches.attached(DestinationControl.class, namespace, name);
        // Those of other gateways too: naming one of them gets a better message than that it does not exist.
        List<MailFlowPolicy> policies = caches.in(MailFlowPolicy.class, namespace);
        List<Certificate> certificates = caches.in(Certificate.class, namespace);
        List<String> versions = new ArrayList<>();
        for (List<? extends HasMetadata> list : List.of(List.of(gateway), listeners, policies, destinations, certificates)) {
            list.forEach(resource -> versions.add(resource.getMetadata().getUid() + "/" + resource.getMetadata().getGeneration()));
        }
        Map<String, KeyPairPem> keyPairs = keyPairs(caches.attached(Certificate.class, namespace, name), versions);
        Set<TrustBundleRef> refs = bundleRefs(gateway, destinations, caches.attached(MailFlowPolicy.class, namespace, name));
        Set<String> userSecrets = userSecrets(listeners);
        watches.keep(Holder.of(gateway), Stream.concat(refs.stream().map(ref -> configMap(namespace, ref.name)), userSecrets.stream().map(secret -> secret(namespace, secret)))
                .collect(Collectors.toSet()));
        Map<String, String> trust = trustBundles(gateway, refs, versions);
        Map<String, Map<String, String>> users = users(gateway, userSecrets, versions);
        tickets.forEach(key -> versions.add(Fingerprints.sha256(key)));
        return new Gathered(new ResourceSet(gateway, listeners, policies, destinations, certificates, keyPairs, trust, tickets, users), versions);
    }

    /** Ends what is followed on behalf of a gateway that is gone. */
    void forget(ResourceID gateway) {
        watches.keep(new Holder(MailGateway.class, gateway), Set.of());
    }

    /** Whether a change of anything that was gathered makes the gateway be looked at. */
    boolean followsAll(MailGateway gateway) {
        return watches.watchesAll(Holder.of(gateway));
    }

    private Map<String, KeyPairPem> keyPairs(List<Certificate> certificates, List<String> versions) {
        Map<String, KeyPairPem> keyPairs = new HashMap<>();
        for (Certificate certificate : certificates) {
            String name = TlsSecrets.nameFor(certificate);
            secrets.of(certificate).ifPresent(secret -> {
                keyPairs.put(certificate.getMetadata().getName(),
                        new KeyPairPem(name, TlsSecrets.text(secret, TlsSecrets.CHAIN), TlsSecrets.text(secret, TlsSecrets.KEY)));
                versions.add(version(certificate.getMetadata().getName(), secret));
            });
        }
        return keyPairs;
    }

    private static Set<TrustBundleRef> bundleRefs(MailGateway gateway, List<DestinationControl> destinations, List<MailFlowPolicy> policies) {
        Set<TrustBundleRef> refs = new LinkedHashSet<>();
        refs.add(gateway.getSpec().delivery == null ? null : gateway.getSpec().delivery.trustBundleRef);
        destinations.forEach(d -> refs.add(d.getSpec().tls == null ? null : d.getSpec().tls.trustBundleRef));
        policies.forEach(p -> refs.add(p.getSpec().tls == null ? null : p.getSpec().tls.clientTrustBundleRef));
        refs.remove(null);
        return refs;
    }

    private static Set<String> userSecrets(List<Listener> listeners) {
        return listeners.stream().map(l -> l.getSpec().authentication).filter(a -> a != null && a.usersSecretRef != null && a.usersSecretRef.name != null)
                .map(a -> a.usersSecretRef.name).collect(Collectors.toSet());
    }

    private Map<String, String> trustBundles(MailGateway gateway, Set<TrustBundleRef> refs, List<String> versions) {
        Map<String, Set<String>> keys = refs.stream()
                .collect(Collectors.groupingBy(ref -> ref.name, Collectors.mapping(ref -> ref.key, Collectors.toSet())));
        Map<String, String> contents = new HashMap<>();
        keys.forEach((name, wanted) -> watches.get(Holder.of(gateway), configMap(gateway.getMetadata().getNamespace(), name)).ifPresent(configMap -> {
            versions.add(version("", configMap));
            for (String key : wanted) {
                String pem = configMap.getData() == null ? null : configMap.getData().get(key);
                if (pem != null) {
                    contents.put(name + "/" + key, pem);
                }
            }
        }));
        return contents;
    }

    private Map<String, Map<String, String>> users(MailGateway gateway, Set<String> secrets, List<String> versions) {
        Map<String, Map<String, String>> users = new HashMap<>();
        for (String name : secrets) {
            watches.get(Holder.of(gateway), secret(gateway.getMetadata().getNamespace(), name)).ifPresent(secret -> {
                versions.add(version("users", secret));
                Map<String, String> entries = new HashMap<>();
                Optional.ofNullable(secret.getData()).orElse(Map.of()).keySet().forEach(key -> entries.put(key, TlsSecrets.text(secret, key)));
                users.put(name, entries);
            });
        }
        return users;
    }

    private static Name<ConfigMap> configMap(String namespace, String name) {
        return new Name<>(Types.CONFIG_MAP, namespace, name);
    }

    private static Name<Secret> secret(String namespace, String name) {
        return new Name<>(Types.SECRET, namespace, name);
    }

    private static String version(String user, HasMetadata object) {
        return user + "/" + object.getMetadata().getUid() + "/" + object.getMetadata().getResourceVersion();
    }
}
