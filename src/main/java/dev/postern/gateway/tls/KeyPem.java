package dev.postern.gateway.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the PEM of a plan: chains, and keys in PKCS#8. Messages never hold what a key holds. */
final class KeyPem {
    private static final Pattern PKCS8 = Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private KeyPem() {
    }

    /** @throws CertificateException when there is no certificate or one cannot be read */
    static List<X509Certificate> chain(String pem) throws CertificateException {
        var chain = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))
                .stream().map(X509Certificate.class::cast).toList();
        if (chain.isEmpty()) {
            throw new CertificateException("the chain has no certificate");
        }
        return chain;
    }

    /** @throws GeneralSecurityException when it is not a key of PKCS#8 or does not fit {@code publicKey} */
    static PrivateKey privateKey(String pem, PublicKey publicKey) throws GeneralSecurityException {
        var matcher = PKCS8.matcher(pem);
        if (!matcher.find()) {
            throw new InvalidKeySpecException("the private key is not PEM of PKCS#8 (BEGIN PRIVATE KEY)");
        }
        PrivateKey key;
        try {
            key = KeyFactory.getInstance(publicKey.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1))));
        } catch (InvalidKeySpecException | IllegalArgumentException e) {
            // The cause is left out: it may quote what it could not read.
            throw new InvalidKeySpecException("the private key is not a key for " + publicKey.getAlgorithm() + " as the certificate needs");
        }
        if (!fits(key, publicKey)) {
            throw new InvalidKeySpecException("the private key does not fit the certificate");
        }
        return key;
    }

    private static boolean fits(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
        byte[] probe = {1, 2, 3, 4, 5, 6, 7, 8};
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> publicKey.getAlgorithm();
        };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(probe);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(probe);
        return signature.verify(signed);
    }
}
