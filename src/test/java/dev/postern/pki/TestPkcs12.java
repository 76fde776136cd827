package dev.postern.pki;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PBMAC1Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.pkcs.PKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.PKCS12PfxPduBuilder;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.bc.BcPKCS12PBMac1CalculatorBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;

/** PKCS#12 files as tests need them, also such as no program writes; quick to open, since passwords are hashed once. */
final class TestPkcs12 {
    private TestPkcs12() {
    }

    /** A certificate. @param id the localKeyId, or null */
    static PKCS12SafeBag certificate(X509Certificate certificate, String id) throws Exception {
        return marked(new JcaPKCS12SafeBagBuilder(certificate), null, id);
    }

    /** A key that is not encrypted. @param name friendlyName, or null */
    static PKCS12SafeBag key(PrivateKey key, String name, String id) throws Exception {
        return marked(new PKCS12SafeBagBuilder(PrivateKeyInfo.getInstance(key.getEncoded())), name, id);
    }

    static PKCS12SafeBag key(PrivateKey key, OutputEncryptor encryptor) throws Exception {
        return marked(new PKCS12SafeBagBuilder(PrivateKeyInfo.getInstance(key.getEncoded()), encryptor), "mail", null);
    }

    /** Neither encrypted nor with a MAC. */
    static byte[] plain(PKCS12SafeBag... bags) throws Exception {
        return file(null, null, null, bags);
    }

    /** @param encryptor null for none; @param mac null for none */
    static byte[] file(OutputEncryptor encryptor, PKCS12MacCalculatorBuilder mac, char[] password, PKCS12SafeBag... bags) throws Exception {
        var builder = new PKCS12PfxPduBuilder();
        if (encryptor != null) {
            builder.addEncryptedData(encryptor, bags);
        } else {
            for (PKCS12SafeBag bag : bags) {
                builder.addData(bag);
            }
        }
        return builder.build(mac, password).getEncoded();
    }

    static OutputEncryptor encryptor(ASN1ObjectIdentifier algorithm, int iterations, char[] password) throws Exception {
        return new JcePKCSPBEOutputEncryptorBuilder(algorithm).setProvider(Pkcs12Protection.PROVIDER).setIterationCount(iterations).build(password);
    }

    static OutputEncryptor tripleDes(char[] password) throws Exception {
        return encryptor(PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC, 1, password);
    }

    static PKCS12MacCalculatorBuilder mac(int iterations) {
        return new JcePKCS12MacCalculatorBuilder(OIWObjectIdentifiers.idSHA1).setProvider(Pkcs12Protection.PROVIDER).setIterationCount(iterations);
    }

    static PKCS12MacCalculatorBuilder pbmac1(ASN1ObjectIdentifier hmac, int iterations, int keyLength) throws Exception {
        var function = new AlgorithmIdentifier(hmac, DERNull.INSTANCE);
        var derivation = new PBKDF2Params("saltsalt".getBytes(StandardCharsets.US_ASCII), iterations, keyLength, function);
        return new BcPKCS12PBMac1CalculatorBuilder(new PBMAC1Params(new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBKDF2, derivation), function));
    }

    private static PKCS12SafeBag marked(PKCS12SafeBagBuilder bag, String name, String id) {
        if (name != null) {
            bag.addBagAttribute(PKCS12SafeBag.friendlyNameAttribute, new DERBMPString(name));
        }
        if (id != null) {
            bag.addBagAttribute(PKCS12SafeBag.localKeyIdAttribute, new DEROctetString(id.getBytes(StandardCharsets.US_ASCII)));
        }
        return bag.build();
    }
}
