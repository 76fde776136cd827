package dev.postern.gateway.config;

import dev.postern.pki.KeyPairs;
import dev.postern.plan.GatewayPlan;
import java.security.PrivateKey;
import java.util.Map;

/** The private keys that sign mail, by certificate name. Immutable; never printed. */
public final class SigningKeys {
    /** Signs nothing. */
    public static final SigningKeys NONE = new SigningKeys(Map.of());
    private final Map<String, PrivateKey> byName;

    private SigningKeys(Map<String, PrivateKey> byName) {
        this.byName = Map.copyOf(byName);
    }

    /**
     * Those that a plan names.
     *
     * @param keys private keys in PEM by certificate name
     * @throws IllegalArgumentException naming the certificate whose key is absent or cannot be read; never with what it holds
     */
    public static SigningKeys of(GatewayPlan plan, Map<String, String> keys) {
        var reporting = plan.settings().tlsReporting();
        if (reporting == null || reporting.dkimCertificate() == null) {
            return NONE;
        }
        String name = reporting.dkimCertificate();
        if (!keys.containsKey(name)) {
            throw new IllegalArgumentException("TLS reporting names certificate " + name + ", which the plan has no private key of");
        }
        try {
            return new SigningKeys(Map.of(name, KeyPairs.parse(keys.get(name)).getPrivate()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("certificate " + name + ": " + e.getMessage(), e);
        }
    }

    PrivateKey get(String name) {
        return byName.get(name);
    }

    @Override
    public String toString() {
        return "SigningKeys" + byName.keySet();
    }
}
