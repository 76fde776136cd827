package dev.postern.pki;

import dev.postern.api.CertificateSpec.Encryption;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.pkcs.PKCS12PfxPduBuilder;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;

/** Writes PKCS#12 files: certificates and key encrypted, each for itself, and a MAC over both. */
final class Pkcs12Writer {
    /**
     * For each of certificates, key and MAC. A guess at the password costs as much as its cheapest check, so all have the same count. It is five
     * times Java's default and twenty-five times OpenSSL's, and takes about a tenth of a second to write or read; the sum stays below 600000,
     * above which .NET refuses files, and old programs must be able to read it too.
     */
    static final int ITERATIONS = 50_000;

    private Pkcs12Writer() {
    }

    static byte[] write(List<X509Certificate> chain, PrivateKey key, char[] password, Encryption encryption, String friendlyName) {
        if (password.length == 0) {
            throw new IllegalArgumentException("the password for the PKCS#12 file is empty");
        }
        try {
            var keyId = new DEROctetString(MessageDigest.getInstance("SHA-1").digest(chain.getFirst().getEncoded()));   // a name, as OpenSSL chooses it
            var certificates = new PKCS12SafeBag[chain.size()];
            for (int i = 0; i < certificates.length; i++) {
                var bag = new JcaPKCS12SafeBagBuilder(chain.get(i));
                certificates[i] = (i == 0 ? marked(bag, keyId, friendlyName) : bag).build();
            }
            var keyBag = marked(new PKCS12SafeBagBuilder(PrivateKeys.structure(key), encryptor(encryption, password)), keyId, friendlyName);
            var digest = encryption == Encryption.AES256 ? NISTObjectIdentifiers.id_sha256 : OIWObjectIdentifiers.idSHA1;
            var mac = new JcePKCS12MacCalculatorBuilder(digest).setProvider(Pkcs12Protection.PROVIDER).setIterationCount(ITERATIONS);
            return new PKCS12PfxPduBuilder().addEncryptedData(encryptor(encryption, password), certificates).addData(keyBag.build())
                    .build(mac, password).getEncoded(ASN1Encoding.DER);
        } catch (GeneralSecurityException | OperatorCreationException | PKCSException | IOException e) {
            throw new IllegalStateException("every key and certificate can be written", e);
        }
    }

    private static PKCS12SafeBagBuilder marked(PKCS12SafeBagBuilder bag, DEROctetString keyId, String friendlyName) {
        return bag.addBagAttribute(PKCS12SafeBag.friendlyNameAttribute, new DERBMPString(friendlyName)).addBagAttribute(PKCS12SafeBag.localKeyIdAttribute, keyId);
    }

    private static OutputEncryptor encryptor(Encryption encryption, char[] password) throws OperatorCreationException {
        JcePKCSPBEOutputEncryptorBuilder builder = switch (encryption) {
            case AES256 -> new JcePKCSPBEOutputEncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC)
                    .setPRF(new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE));
            case TripleDES -> new JcePKCSPBEOutputEncryptorBuilder(PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC);
        };
        return builder.setProvider(Pkcs12Protection.PROVIDER).setIterationCount(ITERATIONS).build(password);
    }
}
