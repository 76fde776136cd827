package dev.postern.cli.tool;

import dev.postern.pki.KeyPairs;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.util.Base64;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** The client key of a kubeconfig. The library reads EC keys in the form of SEC1 only; most tools write PKCS#8. */
final class ClientKey {
    private ClientKey() {
    }

    /** Gives the library an EC key in the form that it reads; every other key stays as it is. */
    static void readable(Config config) {
        String pem = pem(config);
        if (pem == null || !pem.contains("-----BEGIN PRIVATE KEY-----")) {
            return;
        }
        KeyPair pair = KeyPairs.parse(pem);
        if (pair.getPrivate() instanceof ECPrivateKey) {
            config.setClientKeyFile(null);
            config.setClientKeyData(Base64.getEncoder().encodeToString(sec1(pair).getBytes(StandardCharsets.US_ASCII)));
            config.setClientKeyAlgo("EC");
        }
    }

    /** With curve and public half, which are optional in SEC1 and which the library needs. */
    private static String sec1(KeyPair pair) {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            PrivateKeyInfo key = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
            var scalar = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(key.parsePrivateKey()).getKey();
            int bits = ((ECPrivateKey) pair.getPrivate()).getParams().getOrder().bitLength();
            var point = SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()).getPublicKeyData();
            writer.writeObject(new PemObject("EC PRIVATE KEY",
                    new org.bouncycastle.asn1.sec.ECPrivateKey(bits, scalar, new DERBitString(point.getBytes()), key.getPrivateKeyAlgorithm().getParameters()).getEncoded()));
        } catch (IOException e) {
            throw new IllegalStateException("a key that was read can be written", e);
        }
        return text.toString();
    }

    private static String pem(Config config) {
        try {
            return config.getClientKeyData() != null ? new String(Base64.getMimeDecoder().decode(config.getClientKeyData()), StandardCharsets.US_ASCII)
                    : config.getClientKeyFile() != null ? Files.readString(Path.of(config.getClientKeyFile())) : null;
        } catch (IOException | IllegalArgumentException e) {
            return null;   // the library says so better
        }
    }
}
