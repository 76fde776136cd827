package dev.postern.gateway.tls;

import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import io.netty.internal.tcnative.SSL;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The one chain and key of a context. A key manager of the JDK answers by type of key and by issuer: native TLS asks for no type
 * that Ed25519 has, and a server's list of authorities (a hint, RFC 8446 section 4.2.4) would hide a certificate that the server
 * knows by its fingerprint.
 */
final class OneKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "key";

    private final PrivateKey key;
    private final X509Certificate[] chain;
    private final KeyType type;

    private OneKey(PrivateKey key, List<X509Certificate> chain) {
        this.key = key;
        this.chain = chain.toArray(X509Certificate[]::new);
        type = KeyType.of(chain.getFirst().getPublicKey());
    }

    /** For a context of either provider; native TLS reads chain and key once. */
    static KeyManagerFactory factory(PrivateKey key, List<X509Certificate> chain) {
        return new OpenSslCachingX509KeyManagerFactory(new KeyManagerFactoryWrapper(new OneKey(key, chain)));
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return ALIAS;
    }

    /** None where the server says that it cannot verify signatures of this key: to insist would fail the handshake. */
    @Override
    public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine nativeEngine) {
            // The JDK looks itself; native TLS does not, and its session does not tell of Ed25519.
            boolean asked = Arrays.asList(keyTypes).contains(type == KeyType.RSA ? "RSA" : "EC");   // TLS 1.2 names types, too
            return asked && type.verifiableBy(SSL.getSigAlgs(nativeEngine.sslPointer())) ? ALIAS : null;
        }
        return ALIAS;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return ALIAS;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return ALIAS;
    }
}
