package dev.postern.pki.path;

import dev.postern.pki.HostNames;
import dev.postern.pki.path.LimboCases.Case;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Validators that ours is measured by, used as a program would. */
final class OtherValidators {
    private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    /** A hundred authorities of one name that sign each other: BouncyCastle had no answer after 12 seconds, and a thread cannot be stopped. */
    private static final Set<String> ENDLESS = Set.of("pathological::pathological-chain-same-subject-distinct-key", "pathological::pathological-chain-same-subject-same-key");

    private OtherValidators() {
    }

    /** The JDK's trust manager, with the host name checked as for HTTPS. */
    static boolean jdk(Case limbo) {
        try {
            List<X509Certificate> presented = limbo.presented(null);
            var parameters = parameters(limbo, null);
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            var manager = (X509ExtendedTrustManager) factory.getTrustManagers()[0];
            manager.checkServerTrusted(presented.toArray(X509Certificate[]::new), "ECDHE_ECDSA", new HandshakeOf(limbo.name()));
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    /** BouncyCastle's PKIX, which has no host names: with ours. */
    static boolean bouncyCastle(Case limbo) {
        if (ENDLESS.contains(limbo.id())) {
            return !limbo.good();
        }
        try {
            List<X509Certificate> presented = limbo.presented(BOUNCY_CASTLE);
            var parameters = parameters(limbo, BOUNCY_CASTLE);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(presented), BOUNCY_CASTLE));
            CertPathBuilder.getInstance("PKIX", BOUNCY_CASTLE).build(parameters);
            return limbo.name() == null || HostNames.matches(presented.getFirst(), limbo.name());
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    private static PKIXBuilderParameters parameters(Case limbo, Provider provider) throws GeneralSecurityException {
        Set<TrustAnchor> anchors = limbo.anchors(provider).stream().map(a -> new TrustAnchor(a, null)).collect(Collectors.toSet());
        X509CertSelector leaf = null;
        if (provider != null) {
            leaf = new X509CertSelector();
            leaf.setCertificate(limbo.presented(provider).getFirst());
            try {
                leaf.setExtendedKeyUsage(Set.of(SERVER_AUTH));
            } catch (IOException e) {
                throw new IllegalStateException("an object identifier can be read", e);
            }
        }
        var parameters = new PKIXBuilderParameters(anchors, leaf);
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(limbo.at()));
        return parameters;
    }

    /** A handshake with a host, so far as a trust manager looks at it. */
    private static final class HandshakeOf extends SSLEngine {
        private final String host;

        HandshakeOf(String host) {
            this.host = host;
        }

        @Override
        public SSLSession getHandshakeSession() {
            return (SSLSession) Proxy.newProxyInstance(SSLSession.class.getClassLoader(), new Class<?>[] {SSLSession.class}, (proxy, method, arguments) -> switch (method.getName()) {
                case "getPeerHost" -> host;
                case "getProtocol" -> "TLSv1.3";
                default -> throw new UnsupportedOperationException(method.getName());
            });
        }

        @Override
        public SSLParameters getSSLParameters() {
            var parameters = new SSLParameters();
            parameters.setEndpointIdentificationAlgorithm(host == null ? null : "HTTPS");
            return parameters;
        }

        @Override
        public SSLSession getSession() {
            return getHandshakeSession();
        }

        @Override
        public SSLEngineResult wrap(ByteBuffer[] from, int offset, int length, ByteBuffer to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] to, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Runnable getDelegatedTask() {
            return null;
        }

        @Override
        public void closeInbound() {
        }

        @Override
        public boolean isInboundDone() {
            return false;
        }

        @Override
        public void closeOutbound() {
        }

        @Override
        public boolean isOutboundDone() {
            return false;
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return new String[0];
        }

        @Override
        public String[] getEnabledCipherSuites() {
            return new String[0];
        }

        @Override
        public void setEnabledCipherSuites(String[] suites) {
        }

        @Override
        public String[] getSupportedProtocols() {
            return new String[0];
        }

        @Override
        public String[] getEnabledProtocols() {
            return new String[0];
        }

        @Override
        public void setEnabledProtocols(String[] protocols) {
        }

        @Override
        public void beginHandshake() {
        }

        @Override
        public SSLEngineResult.HandshakeStatus getHandshakeStatus() {
            return SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING;
        }

        @Override
        public void setUseClientMode(boolean mode) {
        }

        @Override
        public boolean getUseClientMode() {
            return true;
        }

        @Override
        public void setNeedClientAuth(boolean need) {
        }

        @Override
        public boolean getNeedClientAuth() {
            return false;
        }

        @Override
        public void setWantClientAuth(boolean want) {
        }

        @Override
        public boolean getWantClientAuth() {
            return false;
        }

        @Override
        public void setEnableSessionCreation(boolean flag) {
        }

        @Override
        public boolean getEnableSessionCreation() {
            return true;
        }
    }
}
