package dev.postern.pki;

import dev.postern.pki.KeyPairs.Refused;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;

/** Private keys as PKCS#8 structures. */
final class PrivateKeys {
    private PrivateKeys() {
    }

    /**
     * The key with its public half, which is computed. Of one key there is one form, whatever the structure has beside it (attributes, the public
     * half), so that keys can be compared.
     *
     * @param info of version 1 or 2 (RFC 5958)
     * @throws Refused where it is damaged, or of a type that is not for mail servers
     */
    static KeyPair complete(PrivateKeyInfo info) {
        try {
            Asn1.checkDepth(info.getPrivateKey().getOctets());
            AsymmetricKeyParameter secret = PrivateKeyFactory.createKey(info);
            return switch (secret) {
                case RSAPrivateCrtKeyParameters rsa when !rsa.getP().multiply(rsa.getQ()).equals(rsa.getModulus()) ->
                        throw new Refused("the private key is damaged: its factors do not fit its modulus");
                case RSAPrivateCrtKeyParameters rsa -> pair("RSA", new RSAKeyParameters(false, rsa.getModulus(), rsa.getPublicExponent()), bare(info));
                case ECPrivateKeyParameters ec -> {
                    KeyFactory factory = KeyFactory.getInstance("EC");
                    PublicKey open = open(factory, new ECPublicKeyParameters(ec.getParameters().getG().multiply(ec.getD()), ec.getParameters()));
                    yield new KeyPair(open, factory.generatePrivate(new ECPrivateKeySpec(ec.getD(), ((ECPublicKey) open).getParams())));
                }
                case Ed25519PrivateKeyParameters ed -> {
                    Ed25519PublicKeyParameters open = ed.generatePublicKey();
                    if (info.hasPublicKey() && !Arrays.equals(info.getPublicKeyData().getOctets(), open.getEncoded())) {
                        throw new Refused("the private key is damaged: the public key beside it is another's");
                    }
                    yield pair(KeyPairs.ED25519, open, bare(info));
                }
                default -> throw new Refused("the private key is of a type that mail servers do not take; " + KeyPairs.SUPPORTED);
            };
        } catch (Refused e) {
            throw e;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {   // no cause: it could quote the key
            throw new Refused("the private key is damaged, or of a kind that cannot be used; " + KeyPairs.SUPPORTED);
        }
    }

    /** The key to be written. One on an elliptic curve has its public half in it (RFC 5915, section 3): without it GnuTLS does not take the key. */
    static PrivateKeyInfo structure(PrivateKey key) {
        try {
            var info = PrivateKeyInfo.getInstance(key.getEncoded());
            if (PrivateKeyFactory.createKey(info) instanceof ECPrivateKeyParameters ec) {
                var open = new DERBitString(ec.getParameters().getG().multiply(ec.getD()).getEncoded(false));
                return new PrivateKeyInfo(info.getPrivateKeyAlgorithm(), new ECPrivateKey(ec.getParameters().getN().bitLength(), ec.getD(), open, null));
            }
            return info;
        } catch (IOException e) {
            throw new IllegalArgumentException("the private key has no encoding that can be written");
        }
    }

    private static KeyPair pair(String algorithm, AsymmetricKeyParameter open, KeySpec secret) throws GeneralSecurityException, IOException {
        KeyFactory factory = KeyFactory.getInstance(algorithm);
        return new KeyPair(open(factory, open), factory.generatePrivate(secret));
    }

    private static PublicKey open(KeyFactory factory, AsymmetricKeyParameter key) throws GeneralSecurityException, IOException {
        return factory.generatePublic(new X509EncodedKeySpec(SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key).getEncoded()));
    }

    private static KeySpec bare(PrivateKeyInfo info) throws IOException {
        return new PKCS8EncodedKeySpec(new PrivateKeyInfo(info.getPrivateKeyAlgorithm(), info.parsePrivateKey()).getEncoded());
    }
}
