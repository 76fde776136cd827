package dev.postern.gateway.tls;

import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.plan.CertificatePlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanParts;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;

/** The chains and keys of a plan, by certificate name. */
final class Credentials {
    private final Map<String, CertificatePlan> certificates = new HashMap<>();
    private final Map<String, String> keys;

    /** @param keys private keys (PKCS#8 in PEM) by certificate name */
    Credentials(GatewayPlan plan, Map<String, String> keys) {
        plan.certificates().forEach(c -> certificates.put(c.name(), c));
        this.keys = keys;
    }

    /**
     * @param who who names the certificate, for the message
     * @throws IllegalArgumentException where the plan does not have it whole, or its chain cannot be read
     */
    Credential get(String name, String who) {
        CertificatePlan certificate = certificates.get(name);
        String key = keys.get(name);
        if (certificate == null || key == null) {
            throw new IllegalArgumentException(who + " names certificate " + name + ", which the plan has no "
                    + (certificate == null ? "chain of" : "private key of"));
        }
        try {
            return new Credential(Chains.parse(certificate.chainPem()), key, PlanParts.sha256(certificate.chainPem()) + PlanParts.sha256(key));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("certificate " + name + ": its chain cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * A chain and its key, which is not read before it is needed.
     *
     * @param id digests of both
     */
    record Credential(List<X509Certificate> chain, String keyPem, String id) {

        X509Certificate leaf() {
            return chain.getFirst();
        }

        /** @throws IllegalArgumentException where the key cannot be read or is another certificate's; never with what it holds */
        KeyManagerFactory keyManagers() {
            KeyPair pair = KeyPairs.parse(keyPem);
            if (!KeyPairs.same(pair.getPublic(), leaf().getPublicKey())) {
                throw new IllegalArgumentException("the private key does not fit the certificate");
            }
            return OneKey.factory(pair.getPrivate(), chain);
        }

        @Override
        public String toString() {
            return "Credential[" + leaf().getSubjectX500Principal() + "]";
        }
    }
}
