package dev.postern.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.postern.api.CertificateSpec.Algorithm;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemObjectGenerator;
import org.bouncycastle.util.io.pem.PemWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPairsTest {
    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void readsWhatItGeneratedAndWroteWithTheSamePublicKey(Algorithm algorithm) {
        KeyPair made = KeyPairs.generate(algorithm);

        String pem = KeyPairs.toPem(made.getPrivate());
        KeyPair read = KeyPairs.parse(pem);

        assertThat(pem).startsWith("-----BEGIN PRIVATE KEY-----\n").endsWith("-----END PRIVATE KEY-----\n");
        assertThat(KeyPairs.same(made.getPublic(), read.getPublic())).isTrue();
        assertThat(read.getPrivate()).isEqualTo(made.getPrivate());
    }

    @Test
    void generatesKeysOfTheSizeAsked() {
        assertThat(((RSAPrivateCrtKey) KeyPairs.generate(Algorithm.RSA_3072).getPrivate()).getModulus().bitLength()).isEqualTo(3072);
        assertThat(((ECPrivateKey) KeyPairs.generate(Algorithm.ECDSA_P384).getPrivate()).getParams().getOrder().bitLength()).isEqualTo(384);
    }

    @Test
    void readsPkcs1() throws Exception {
        KeyPair made = KeyPairs.generate(Algorithm.RSA_2048);
        byte[] pkcs1 = PrivateKeyInfo.getInstance(made.getPrivate().getEncoded()).parsePrivateKey().toASN1Primitive().getEncoded();
        assertThat(KeyPairs.parse(pem(new PemObject("RSA PRIVATE KEY", pkcs1))).getPrivate()).isEqualTo(made.getPrivate());
    }

    @Test
    void readsSec1AfterItsParametersAsOpensslWritesIt() throws Exception {
        KeyPair made = KeyPairs.generate(Algorithm.ECDSA_P256);
        var info = PrivateKeyInfo.getInstance(made.getPrivate().getEncoded());
        var sec1 = new org.bouncycastle.asn1.sec.ECPrivateKey(256, ((ECPrivateKey) made.getPrivate()).getS(), info.getPrivateKeyAlgorithm().getParameters());
        String pem = pem(new PemObject("EC PARAMETERS", X9ObjectIdentifiers.prime256v1.getEncoded())) + pem(new PemObject("EC PRIVATE KEY", sec1.getEncoded()));
        assertThat(KeyPairs.same(KeyPairs.parse(pem).getPublic(), made.getPublic())).isTrue();
    }

    @Test
    void readsEd25519InBothVersionsOfPkcs8AndKeepsTheFirst() throws Exception {
        KeyPair made = KeyPairs.generate(Algorithm.ED25519);
        var first = PrivateKeyInfo.getInstance(made.getPrivate().getEncoded());
        byte[] open = SubjectPublicKeyInfo.getInstance(made.getPublic().getEncoded()).getPublicKeyData().getOctets();
        var second = new PrivateKeyInfo(first.getPrivateKeyAlgorithm(), first.parsePrivateKey(), null, open);
        for (PrivateKeyInfo info : new PrivateKeyInfo[] {first, second}) {
            KeyPair read = KeyPairs.parse(pem(new PemObject("PRIVATE KEY", info.getEncoded())));
            assertThat(KeyPairs.same(read.getPublic(), made.getPublic())).isTrue();
            assertThat(KeyPairs.toPem(read.getPrivate())).isEqualTo(KeyPairs.toPem(made.getPrivate()));
        }
        open[5] ^= 1;
        String damaged = pem(new PemObject("PRIVATE KEY", new PrivateKeyInfo(first.getPrivateKeyAlgorithm(), first.parsePrivateKey(), null, open).getEncoded()));
        assertThatThrownBy(() -> KeyPairs.parse(damaged)).hasMessage("the private key is damaged: the public key beside it is another's");
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void namesAlgorithmsAsTheApiDoes(Algorithm algorithm) throws Exception {
        String name = Algorithm.class.getField(algorithm.name()).getAnnotation(JsonProperty.class).value();
        assertThat(KeyPairs.algorithm(KeyPairs.generate(algorithm).getPublic())).isEqualTo(name);
    }

    @Test
    void namesOtherAlgorithmsReadably() throws Exception {
        var ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp521r1"));
        assertThat(KeyPairs.algorithm(ec.generateKeyPair().getPublic())).isEqualTo("ECDSA-P521");
        assertThat(KeyPairs.algorithm(KeyPairGenerator.getInstance("Ed448").generateKeyPair().getPublic())).isEqualTo("Ed448");
        assertThat(KeyPairs.algorithm(KeyPairGenerator.getInstance("DSA").generateKeyPair().getPublic())).isEqualTo("DSA");
        var brainpool = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        brainpool.initialize(new ECGenParameterSpec("brainpoolP256r1"));
        assertThat(KeyPairs.algorithm(brainpool.generateKeyPair().getPublic())).isEqualTo("ECDSA on another curve of 256 bits");
    }

    @Test
    void readsTheKeyOfACombinedFile() {
        KeyPair made = KeyPairs.generate(Algorithm.ECDSA_P256);
        String certificate = Chains.toPem(java.util.List.of(TestCertificates.authority("CN=x", made)));
        assertThat(KeyPairs.parse(certificate + KeyPairs.toPem(made.getPrivate())).getPrivate()).isEqualTo(made.getPrivate());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not PEM", "-----BEGIN CERTIFICATE REQUEST-----\n"})
    void saysThatThereIsNoKey(String text) {
        assertThatThrownBy(() -> KeyPairs.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("(there is no private key|the private key cannot be read); needed is one unencrypted private key in PEM.*");
    }

    @Test
    void refusesSeveralKeys() {
        String pem = KeyPairs.toPem(KeyPairs.generate(Algorithm.ECDSA_P256).getPrivate()) + KeyPairs.toPem(KeyPairs.generate(Algorithm.ECDSA_P256).getPrivate());
        assertThatThrownBy(() -> KeyPairs.parse(pem)).hasMessageStartingWith("there are 2 private keys; needed is one");
    }

    @Test
    void refusesAnEncryptedKeyInBothForms() throws Exception {
        var encryptor = new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC).setProvider(new BouncyCastleProvider()).setPassword("secret".toCharArray()).build();
        String pkcs8 = pem(new JcaPKCS8Generator(KeyPairs.generate(Algorithm.ECDSA_P256).getPrivate(), encryptor));
        String traditional = """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF

                AAAAAAAAAAAAAAAAAAAAAA==
                -----END RSA PRIVATE KEY-----
                """;
        for (String pem : new String[] {pkcs8, traditional}) {
            assertThatThrownBy(() -> KeyPairs.parse(pem)).hasMessageStartingWith("the private key is encrypted; needed is");
        }
    }

    @Test
    void neverQuotesADamagedKey() {
        String good = KeyPairs.toPem(KeyPairs.generate(Algorithm.RSA_2048).getPrivate());
        String[] lines = good.split("\n");
        for (int line = 1; line < lines.length - 1; line++) {
            String[] damaged = Arrays.copyOf(lines, lines.length);
            damaged[line] = "AAAA" + damaged[line].substring(4);
            try {
                KeyPairs.parse(String.join("\n", damaged));
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageStartingWith("the private key ").hasNoCause();
                assertThat(e.getMessage()).doesNotContain(lines[line].substring(4, 20));
            }
        }
    }

    @Test
    void refusesRsaFactorsThatDoNotFit() throws Exception {
        var rsa = (RSAPrivateCrtKey) KeyPairs.generate(Algorithm.RSA_2048).getPrivate();
        var wrong = new RSAPrivateKey(rsa.getModulus(), rsa.getPublicExponent(), rsa.getPrivateExponent(), rsa.getPrimeP().add(BigInteger.TWO), rsa.getPrimeQ(),
                rsa.getPrimeExponentP(), rsa.getPrimeExponentQ(), rsa.getCrtCoefficient());
        String pem = pem(new PemObject("RSA PRIVATE KEY", wrong.getEncoded()));
        assertThatThrownBy(() -> KeyPairs.parse(pem)).hasMessageStartingWith("the private key is damaged");
    }

    @Test
    void refusesKeysThatMailServersDoNotTake() throws Exception {
        var small = KeyPairGenerator.getInstance("RSA");
        small.initialize(1024);
        assertThatThrownBy(() -> KeyPairs.parse(KeyPairs.toPem(small.generateKeyPair().getPrivate())))
                .hasMessage("the private key is RSA with 1024 bits; " + KeyPairs.SUPPORTED);
        assertThatThrownBy(() -> KeyPairs.parse(KeyPairs.toPem(KeyPairGenerator.getInstance("Ed448").generateKeyPair().getPrivate())))
                .hasMessageContaining(KeyPairs.SUPPORTED);
        String secp256k1 = pem(new PemObject("PRIVATE KEY", new PrivateKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, new ASN1ObjectIdentifier("1.3.132.0.10")),
                new org.bouncycastle.asn1.sec.ECPrivateKey(256, BigInteger.valueOf(12345))).getEncoded()));
        assertThatThrownBy(() -> KeyPairs.parse(secp256k1)).hasMessageContaining(KeyPairs.SUPPORTED);
        String brainpool = pem(new PemObject("PRIVATE KEY", new PrivateKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey,
                new ASN1ObjectIdentifier("1.3.36.3.3.2.8.1.1.7")), new org.bouncycastle.asn1.sec.ECPrivateKey(256, BigInteger.valueOf(12345))).getEncoded()));
        assertThatThrownBy(() -> KeyPairs.parse(brainpool)).hasMessageContaining(KeyPairs.SUPPORTED);
        String nonsense = pem(new PemObject("PRIVATE KEY", new PrivateKeyInfo(new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption),
                new org.bouncycastle.asn1.DEROctetString(new byte[3])).getEncoded()));
        assertThatThrownBy(() -> KeyPairs.parse(nonsense)).hasMessageStartingWith("the private key is damaged");
    }

    @Test
    void tellsKeysOfTheSameKindApart() throws Exception {
        for (Algorithm algorithm : new Algorithm[] {Algorithm.RSA_2048, Algorithm.ECDSA_P256, Algorithm.ED25519}) {
            assertThat(KeyPairs.same(KeyPairs.generate(algorithm).getPublic(), KeyPairs.generate(algorithm).getPublic())).isFalse();
        }
        var ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp521r1"));
        assertThat(KeyPairs.unsupported(ec.generateKeyPair().getPublic())).isNull();
    }

    private static String pem(PemObjectGenerator object) throws Exception {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
