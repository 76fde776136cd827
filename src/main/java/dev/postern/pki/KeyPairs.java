package dev.postern.pki;

import dev.postern.api.CertificateSpec.Algorithm;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.EllipticCurve;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** Private keys with their public halves: made, written and read. Messages say what is wrong and never what the key is. */
public final class KeyPairs {
    /** What {@link #unsupported} allows, for messages. */
    public static final String SUPPORTED = "allowed are RSA with 2048 to 8192 bits, ECDSA on P-256, P-384 or P-521, and Ed25519";
    private static final String READABLE = "needed is one unencrypted private key in PEM (PKCS#8, PKCS#1 or SEC1)";
    private static final Map<EllipticCurve, String> CURVES = Map.of(curve("secp256r1"), "P256", curve("secp384r1"), "P384", curve("secp521r1"), "P521");
    static final String ED25519 = "Ed25519";
    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 8192;

    private KeyPairs() {
    }

    public static KeyPair generate(Algorithm algorithm) {
        try {
            KeyPairGenerator generator = switch (algorithm) {
                case RSA_2048 -> rsa(2048);
                case RSA_3072 -> rsa(3072);
                case RSA_4096 -> rsa(4096);
                case ECDSA_P256 -> ec("secp256r1");
                case ECDSA_P384 -> ec("secp384r1");
                case ED25519 -> KeyPairGenerator.getInstance(ED25519);
            };
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has RSA, EC and Ed25519", e);
        }
    }

    /** The key as unencrypted PKCS#8 in PEM. */
    public static String toPem(PrivateKey key) {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            writer.writeObject(new PemObject("PRIVATE KEY", PrivateKeys.structure(key).getEncoded()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString().replace("\r\n", "\n");
    }

    /**
     * Reads a private key and computes its public half, whether or not the file has it.
     *
     * @param pem PKCS#8, PKCS#1 or SEC1
     * @throws IllegalArgumentException when there is no key, more than one, an encrypted one, or one that TLS servers here cannot use
     */
    public static KeyPair parse(String pem) {
        List<PrivateKeyInfo> found = new ArrayList<>();
        try (var parser = new PEMParser(new StringReader(pem)) {
            @Override
            public PemObject readPemObject() throws IOException {
                PemObject object = super.readPemObject();
                if (object != null) {
                    Asn1.checkDepth(object.getContent());
                }
                return object;
            }
        }) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                switch (object) {
                    case PEMKeyPair pair -> found.add(pair.getPrivateKeyInfo());
                    case PrivateKeyInfo info -> found.add(info);
                    case PEMEncryptedKeyPair encrypted -> throw encrypted();
                    case PKCS8EncryptedPrivateKeyInfo encrypted -> throw encrypted();
                    default -> { }   // EC PARAMETERS, certificates of a combined file
                }
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof Refused refused) {
                throw refused;
            }
            throw new Refused("the private key cannot be read; " + READABLE);   // no cause: it could quote the key
        }
        if (found.size() != 1) {
            throw new Refused("there " + (found.isEmpty() ? "is no private key" : "are " + found.size() + " private keys") + "; " + READABLE);
        }
        return of(found.getFirst());
    }

    /**
     * A private key with its public half, which is computed. Attributes that the structure may have are left behind.
     *
     * @param info PKCS#8, of version 1 or 2 (RFC 5958)
     * @throws IllegalArgumentException when TLS servers here cannot use it
     */
    static KeyPair of(PrivateKeyInfo info) {
        KeyPair pair = PrivateKeys.complete(info);
        String why = unsupported(pair.getPublic());
        if (why != null) {
            throw new Refused("the private key " + why);
        }
        return pair;
    }

    /** Null where TLS servers here can use such a key, else a phrase such as {@code "is RSA with 1024 bits; allowed are …"}. */
    public static String unsupported(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> {
                int bits = rsa.getModulus().bitLength();
                yield bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS ? null : "is RSA with " + bits + " bits; " + SUPPORTED;
            }
            case ECPublicKey ec -> {
                EllipticCurve curve = ec.getParams().getCurve();
                yield CURVES.containsKey(curve) ? null : "is on another curve of " + curve.getField().getFieldSize() + " bits; " + SUPPORTED;
            }
            case EdECPublicKey ed when ed.getParams().getName().equals(ED25519) -> null;
            default -> "is of type " + algorithm(key) + "; " + SUPPORTED;
        };
    }

    /** Algorithm and size as the API names them, such as {@code RSA-3072}, {@code ECDSA-P256} or {@code Ed25519}; of other keys a name for messages. */
    public static String algorithm(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> "RSA-" + rsa.getModulus().bitLength();
            case ECPublicKey ec -> {
                EllipticCurve curve = ec.getParams().getCurve();
                String name = CURVES.get(curve);
                yield name == null ? "ECDSA on another curve of " + curve.getField().getFieldSize() + " bits" : "ECDSA-" + name;
            }
            case EdECPublicKey ed -> ed.getParams().getName();
            default -> key.getAlgorithm();
        };
    }

    /** Whether two public keys are the same key, whatever provider made them. */
    public static boolean same(PublicKey a, PublicKey b) {
        if (a instanceof RSAPublicKey x && b instanceof RSAPublicKey y) {
            return x.getModulus().equals(y.getModulus()) && x.getPublicExponent().equals(y.getPublicExponent());
        }
        if (a instanceof ECPublicKey x && b instanceof ECPublicKey y) {
            return x.getW().equals(y.getW()) && x.getParams().getCurve().equals(y.getParams().getCurve());
        }
        if (a instanceof EdECPublicKey x && b instanceof EdECPublicKey y) {
            return x.getPoint().isXOdd() == y.getPoint().isXOdd() && x.getPoint().getY().equals(y.getPoint().getY())
                    && x.getParams().getName().equals(y.getParams().getName());
        }
        return false;
    }

    private static KeyPairGenerator rsa(int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator;
    }

    private static KeyPairGenerator ec(String curve) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator;
    }

    private static EllipticCurve curve(String name) {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class).getCurve();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has the curve " + name, e);
        }
    }

    private static Refused encrypted() {
        return new Refused("the private key is encrypted; " + READABLE);
    }

    /** Thrown by this package alone, so that no message of a library gets out. */
    static final class Refused extends IllegalArgumentException {
        Refused(String message) {
            super(message);
        }
    }
}
