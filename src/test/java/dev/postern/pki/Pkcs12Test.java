package dev.postern.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Encryption;
import dev.postern.pki.Pkcs12.Contents;
import dev.postern.pki.Pkcs12Exception.Reason;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.AuthenticatedSafe;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedData;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCS12PBEParams;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.SafeBag;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.crypto.util.ScryptConfig;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Pkcs12Test {
    private static final TestKeys MADE = TestKeys.of(Algorithm.ECDSA_P256);
    private static final TestKeys OTHER = TestKeys.of(Algorithm.ED25519);
    private static final char[] PASSWORD = "secret".toCharArray();
    private static final char[] EMPTY = new char[0];

    @ParameterizedTest
    @EnumSource(Encryption.class)
    void readsWhatItWroteWithEveryKey(Encryption encryption) {
        for (Algorithm algorithm : Algorithm.values()) {
            TestKeys made = TestKeys.of(algorithm);
            Contents read = Pkcs12.read(Pkcs12.write(made.chain(), made.key().getPrivate(), PASSWORD, encryption, "mail"), PASSWORD);
            assertThat(read.certificates()).isEqualTo(made.chain());
            assertThat(read.key().getPrivate()).isEqualTo(made.key().getPrivate());
            assertThat(KeyPairs.same(read.key().getPublic(), made.key().getPublic())).isTrue();
            assertThat(read).hasToString("Contents[CN=mail.example.com, CN=Test issuing]");
        }
    }

    @Test
    void writesNoFileWithoutAPassword() {
        assertThatThrownBy(() -> Pkcs12.write(MADE.chain(), MADE.key().getPrivate(), EMPTY, Encryption.AES256, "mail"))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("the password for the PKCS#12 file is empty");
    }

    @Test
    void saltsEveryFileAnew() {
        byte[] first = Pkcs12.write(MADE.chain(), MADE.key().getPrivate(), PASSWORD, Encryption.AES256, "mail");
        assertThat(Pkcs12.write(MADE.chain(), MADE.key().getPrivate(), PASSWORD, Encryption.AES256, "mail")).isNotEqualTo(first);
    }

    @Test
    void putsTheKeysOwnCertificateFirstAndNamesEachOnce() throws Exception {
        byte[] file = TestPkcs12.plain(certificate(MADE.root()), certificate(OTHER.leaf()), certificate(MADE.leaf()), key(MADE), certificate(MADE.intermediate()), certificate(MADE.leaf()));
        assertThat(Pkcs12.read(file, EMPTY).certificates()).containsExactly(MADE.leaf(), MADE.root(), OTHER.leaf(), MADE.intermediate());
    }

    @Test
    void ofTwoCertificatesForTheKeyTakesTheOneThatIsMarkedElseTheLatest() throws Exception {
        X509Certificate later = TestCertificates.issue("CN=mail", MADE.key().getPublic(), null, false, "CN=x", OTHER.key().getPrivate(), TestCertificates.FROM, TestCertificates.UNTIL);
        byte[] unmarked = TestPkcs12.plain(certificate(MADE.leaf()), certificate(later), key(MADE));
        assertThat(Pkcs12.read(unmarked, EMPTY).certificates()).containsExactly(later, MADE.leaf());
        byte[] marked = TestPkcs12.plain(certificate(later), TestPkcs12.certificate(MADE.leaf(), "1"), TestPkcs12.key(MADE.key().getPrivate(), "mail", "1"));
        assertThat(Pkcs12.read(marked, EMPTY).certificates()).containsExactly(MADE.leaf(), later);
    }

    @Test
    void takesBothEncodingsOfTheEmptyPassword() throws Exception {
        for (char[] form : new char[][] {EMPTY, new char[1]}) {
            byte[] file = TestPkcs12.file(TestPkcs12.tripleDes(form), TestPkcs12.mac(1), form, certificate(MADE.leaf()), TestPkcs12.key(MADE.key().getPrivate(), TestPkcs12.tripleDes(form)));
            assertThat(Pkcs12.read(file, EMPTY).certificates()).containsExactly(MADE.leaf());
            assertThat(Pkcs12.read(file, null).certificates()).containsExactly(MADE.leaf());
            refused(file, PASSWORD, Reason.WrongPassword);
        }
    }

    @Test
    void verifiesTheNewerMac() throws Exception {
        for (var hmac : List.of(PKCSObjectIdentifiers.id_hmacWithSHA256, PKCSObjectIdentifiers.id_hmacWithSHA512)) {
            byte[] file = TestPkcs12.file(null, TestPkcs12.pbmac1(hmac, 2048, 32), PASSWORD, certificate(MADE.leaf()), key(MADE));
            assertThat(Pkcs12.read(file, PASSWORD).certificates()).containsExactly(MADE.leaf());
            refused(file, "Secret".toCharArray(), Reason.WrongPassword);
            refused(file, EMPTY, Reason.WrongPassword);
        }
        byte[] guessable = TestPkcs12.file(null, TestPkcs12.pbmac1(PKCSObjectIdentifiers.id_hmacWithSHA256, 1, 1), PASSWORD, certificate(MADE.leaf()), key(MADE));
        assertThat(refused(guessable, PASSWORD, Reason.Unsupported)).hasMessage("the PKCS#12 file has a MAC (PBMAC1) with a key of 1 bytes; allowed are 20 to 64");
    }

    @Test
    void tellsAWrongPasswordWithAndWithoutAMac() throws Exception {
        byte[] withMac = TestPkcs12.file(null, TestPkcs12.mac(1), PASSWORD, certificate(MADE.leaf()), key(MADE));
        assertThat(refused(withMac, "Secret".toCharArray(), Reason.WrongPassword)).hasMessage("the password does not open the PKCS#12 file, or the file is damaged");
        byte[] certificatesEncrypted = TestPkcs12.file(TestPkcs12.tripleDes(PASSWORD), null, null, certificate(MADE.leaf()), key(MADE));
        byte[] keyEncrypted = TestPkcs12.plain(certificate(MADE.leaf()), TestPkcs12.key(MADE.key().getPrivate(), TestPkcs12.tripleDes(PASSWORD)));
        for (byte[] file : new byte[][] {certificatesEncrypted, keyEncrypted}) {
            assertThat(Pkcs12.read(file, PASSWORD).certificates()).containsExactly(MADE.leaf());
            for (int i = 0; i < 600; i++) {   // one in 256 decrypts to something that ends as padding does
                refused(file, ("wrong" + i).toCharArray(), Reason.WrongPassword);
            }
        }
    }

    @Test
    void saysWhatElseAFileIs() {
        assertThat(refused(new byte[0], EMPTY, Reason.NotPkcs12)).hasMessage("the file is not PKCS#12 (.p12, .pfx), or it is damaged");
        assertThat(refused(Chains.toPem(MADE.chain()).getBytes(StandardCharsets.US_ASCII), EMPTY, Reason.NotPkcs12)).hasMessageContaining("but PEM");
        assertThat(refused(new byte[] {(byte) 0xfe, (byte) 0xed, (byte) 0xfe, (byte) 0xed, 0, 0, 0, 2}, EMPTY, Reason.NotPkcs12)).hasMessageContaining("but a Java key store (JKS)");
        byte[] good = Pkcs12.write(MADE.chain(), MADE.key().getPrivate(), PASSWORD, Encryption.AES256, "mail");
        assertThat(refused(Base64.getEncoder().encode(good), PASSWORD, Reason.NotPkcs12)).hasMessageContaining("but Base64");
        assertThat(refused(Arrays.copyOf(good, good.length - 1), PASSWORD, Reason.NotPkcs12)).hasMessageContaining("or it is damaged");
        assertThat(refused(MADE.key().getPublic().getEncoded(), PASSWORD, Reason.NotPkcs12)).hasMessageContaining("or it is damaged");
        assertThat(refused(new byte[(1 << 20) + 1], PASSWORD, Reason.NotPkcs12)).hasMessage("the file has 1048577 bytes; allowed are 1048576");
        assertThat(Pkcs12.read(Arrays.copyOf(good, good.length + 3), PASSWORD).certificates()).as("what comes after the file").hasSize(2);
    }

    /** Nothing but its own exception comes out, whatever byte is changed; and no part of the key with it. */
    @Test
    void anyDamageIsAReason() throws Exception {
        byte[] file = TestPkcs12.file(TestPkcs12.tripleDes(PASSWORD), null, null, TestPkcs12.certificate(MADE.leaf(), "1"), TestPkcs12.key(MADE.key().getPrivate(), "mail", "1"));
        byte[] open = TestPkcs12.plain(TestPkcs12.certificate(MADE.leaf(), "1"), TestPkcs12.key(MADE.key().getPrivate(), "mail", "1"));
        String key = HexFormat.of().formatHex(MADE.key().getPrivate().getEncoded()).substring(80, 120);
        for (byte[] good : new byte[][] {file, open}) {
            for (int i = 0; i < good.length; i++) {
                for (int bit : new int[] {0x01, 0x20, 0x80}) {
                    byte[] damaged = good.clone();
                    damaged[i] ^= (byte) bit;
                    try {
                        Pkcs12.read(damaged, PASSWORD);
                    } catch (Pkcs12Exception e) {
                        assertThat(e).hasNoCause();
                        assertThat(e.getMessage()).doesNotContain(key).doesNotContain("secret");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3080", "3003", "2480", "a080", "30830fffff"})
    void nestingDoesNotExhaustTheStack(String header) {
        byte[] unit = HexFormat.of().parseHex(header);
        byte[] deep = new byte[Pkcs12.MAX_SIZE];
        for (int i = 0; i < deep.length; i++) {
            deep[i] = unit[i % unit.length];
        }
        refused(deep, PASSWORD, Reason.NotPkcs12);
        assertThatThrownBy(() -> KeyPairs.parse("-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(deep) + "\n-----END PRIVATE KEY-----\n"))
                .hasMessageStartingWith("the private key cannot be read");
    }

    @Test
    void saysThatThereIsNoKey() throws Exception {
        assertThat(refused(TestPkcs12.plain(certificate(MADE.leaf()), certificate(MADE.root())), EMPTY, Reason.NoKey))
                .hasMessage("there is no private key in the PKCS#12 file, only 2 certificates; export the certificate with its private key");
    }

    @Test
    void listsTheKeysWhereThereAreSeveral() throws Exception {
        byte[] file = TestPkcs12.plain(TestPkcs12.key(MADE.key().getPrivate(), "mail\n2024", "1"), TestPkcs12.key(OTHER.key().getPrivate(), null, "2"), TestPkcs12.certificate(MADE.leaf(), "1"));
        assertThat(refused(file, EMPTY, Reason.SeveralKeys)).hasMessage("there are 2 private keys in the PKCS#12 file, needed is one: 'mail?2024' (CN=mail.example.com);"
                + " without a name (no certificate that is marked as its own)");
        assertThat(Pkcs12.read(TestPkcs12.plain(key(MADE), key(MADE), certificate(MADE.leaf())), EMPTY).certificates()).as("the same key twice").hasSize(1);
    }

    @Test
    void saysThatNoCertificateFitsTheKey() throws Exception {
        assertThat(refused(TestPkcs12.plain(key(MADE)), EMPTY, Reason.NoCertificate)).hasMessage("there is no certificate in the PKCS#12 file");
        assertThat(refused(TestPkcs12.plain(key(MADE), certificate(OTHER.leaf()), certificate(MADE.root())), EMPTY, Reason.NoCertificate))
                .hasMessage("none of the certificates in the PKCS#12 file fits its private key: CN=mail.example.com; CN=Test root");
    }

    @Test
    void refusesKeysThatMailServersDoNotTake() throws Exception {
        var small = KeyPairGenerator.getInstance("RSA");
        small.initialize(1024);
        assertThat(refused(TestPkcs12.plain(TestPkcs12.key(small.generateKeyPair().getPrivate(), "x", null)), EMPTY, Reason.UnsupportedKey))
                .hasMessage("the private key is RSA with 1024 bits; " + KeyPairs.SUPPORTED);
        KeyPair ed448 = KeyPairGenerator.getInstance("Ed448").generateKeyPair();
        assertThat(refused(TestPkcs12.plain(TestPkcs12.key(ed448.getPrivate(), "x", null)), EMPTY, Reason.UnsupportedKey)).hasMessageContaining(KeyPairs.SUPPORTED);
    }

    @Test
    void namesTheProtectionThatItDoesNotKnow() throws Exception {
        var scrypt = new JcePKCSPBEOutputEncryptorBuilder(new ScryptConfig.Builder(2, 1, 1).build(), NISTObjectIdentifiers.id_aes256_CBC).setProvider(Pkcs12Protection.PROVIDER).build(PASSWORD);
        assertThat(refused(TestPkcs12.plain(TestPkcs12.key(MADE.key().getPrivate(), scrypt)), PASSWORD, Reason.Unsupported))
                .hasMessage("the PKCS#12 file is protected by " + MiscObjectIdentifiers.id_scrypt + ", which is not supported; export it with AES-256 or Triple DES");
        refused(encrypted(PKCSObjectIdentifiers.pbeWithMD5AndDES_CBC, DERNull.INSTANCE), PASSWORD, Reason.Unsupported);
        assertThat(refused(pfx(PKCSObjectIdentifiers.data, new ContentInfo(PKCSObjectIdentifiers.envelopedData, new DERSequence())), PASSWORD, Reason.Unsupported))
                .hasMessageContaining("encrypted for a certificate");
        assertThat(refused(pfx(PKCSObjectIdentifiers.signedData), PASSWORD, Reason.Unsupported)).hasMessageContaining("protected by a signature");
    }

    /** None of these is hashed, or the test would not end. */
    @Test
    void refusesWorkWithoutEnd() throws Exception {
        byte[] salt = new byte[8];
        var sha1 = new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1, DERNull.INSTANCE);
        byte[] mac = new Pfx(new ContentInfo(PKCSObjectIdentifiers.data, new DEROctetString(new AuthenticatedSafe(new ContentInfo[0]).getEncoded())),
                new MacData(new DigestInfo(sha1, new byte[20]), salt, 10_000_001)).getEncoded();
        var pbkdf2 = new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, new PBKDF2Params(salt, Integer.MAX_VALUE));
        byte[] pbes2 = encrypted(PKCSObjectIdentifiers.id_PBES2, new PBES2Parameters(pbkdf2, new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(new byte[16]))));
        byte[] older = encrypted(PKCSObjectIdentifiers.pbeWithSHAAnd40BitRC2_CBC, new PKCS12PBEParams(salt, 10_000_001));
        byte[] beyondInt = encrypted(PKCSObjectIdentifiers.pbeWithSHAAnd40BitRC2_CBC, new DERSequence(new ASN1Encodable[] {new DEROctetString(salt), new ASN1Integer(BigInteger.TWO.pow(70))}));
        for (byte[] file : new byte[][] {mac, pbes2, older, beyondInt}) {
            assertThat(refused(file, PASSWORD, Reason.Unsupported)).hasMessage("to open the PKCS#12 file its password would be hashed more than 10000000 times, which is the most allowed");
        }
        byte[] together = TestPkcs12.file(null, TestPkcs12.mac(1000), PASSWORD, new PKCS12SafeBag(new SafeBag(PKCSObjectIdentifiers.pkcs8ShroudedKeyBag,
                new EncryptedPrivateKeyInfo(new AlgorithmIdentifier(PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC, new PKCS12PBEParams(salt, 9_999_999)), new byte[8]))));
        refused(together, PASSWORD, Reason.Unsupported);
        refused(encrypted(PKCSObjectIdentifiers.pbeWithSHAAnd40BitRC2_CBC, new PKCS12PBEParams(salt, 0)), PASSWORD, Reason.NotPkcs12);
    }

    private static byte[] encrypted(ASN1ObjectIdentifier algorithm, ASN1Encodable parameters) throws Exception {
        var data = new EncryptedData(PKCSObjectIdentifiers.data, new AlgorithmIdentifier(algorithm, parameters), new DEROctetString(new byte[16]));
        return pfx(PKCSObjectIdentifiers.data, new ContentInfo(PKCSObjectIdentifiers.encryptedData, data));
    }

    private static byte[] pfx(ASN1ObjectIdentifier type, ContentInfo... parts) throws Exception {
        return new Pfx(new ContentInfo(type, new DEROctetString(new AuthenticatedSafe(parts).getEncoded())), null).getEncoded();
    }

    private static PKCS12SafeBag certificate(X509Certificate certificate) throws Exception {
        return TestPkcs12.certificate(certificate, null);
    }

    private static PKCS12SafeBag key(TestKeys keys) throws Exception {
        return TestPkcs12.key(keys.key().getPrivate(), "mail", null);
    }

    private static Pkcs12Exception refused(byte[] file, char[] password, Reason reason) {
        Pkcs12Exception thrown = catchThrowableOfType(Pkcs12Exception.class, () -> Pkcs12.read(file, password));
        assertThat(thrown).isNotNull();
        assertThat(thrown.reason()).as(thrown.getMessage()).isEqualTo(reason);
        return thrown;
    }
}
