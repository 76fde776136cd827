package dev.postern.pki;

import dev.postern.pki.Pkcs12Exception.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.Provider;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PBMAC1Params;
import org.bouncycastle.asn1.pkcs.PKCS12PBEParams;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.DefaultAlgorithmNameFinder;
import org.bouncycastle.operator.MacCalculator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDefaultDigestProvider;
import org.bouncycastle.pkcs.PKCS12MacCalculatorBuilderProvider;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilderProvider;
import org.bouncycastle.pkcs.bc.BcPKCS12PBMac1CalculatorBuilderProvider;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;

/** Undoes the protection of one PKCS#12 file with one password, within bounds: parameters of an unread file must not keep a thread busy for hours. */
final class Pkcs12Protection {
    /** Given to those who need it and never registered: the rest of the process keeps the JDK's providers. */
    static final Provider PROVIDER = new BouncyCastleProvider();
    /**
     * The empty password is no bytes or, as a string with its end, two zero bytes; writers do either. To the key derivations one zero character is
     * the same as those two bytes: RFC 7292 repeats the password to fill a block, and HMAC, on which PBKDF2 is built, fills its key up with zeros.
     * So to PBKDF2 it is also the same as no bytes.
     */
    static final char[] ZERO = new char[1];
    /** Upper bound of the iterations of all derivations together, some seconds. NSS, which takes the most of all known writers, does 1.8 million. */
    private static final BigInteger MAX_ITERATIONS = BigInteger.valueOf(10_000_000);
    /** Bounds of the key that PBMAC1 derives, in bytes: a shorter one can be guessed (RFC 9879, section 5), a longer one only multiplies the work. */
    private static final BigInteger MIN_MAC_KEY = BigInteger.valueOf(20);
    private static final BigInteger MAX_MAC_KEY = BigInteger.valueOf(64);
    private static final Set<ASN1ObjectIdentifier> CIPHERS = Set.of(NISTObjectIdentifiers.id_aes128_CBC, NISTObjectIdentifiers.id_aes192_CBC,
            NISTObjectIdentifiers.id_aes256_CBC, PKCSObjectIdentifiers.des_EDE3_CBC);
    private static final Set<ASN1ObjectIdentifier> HMACS = Set.of(PKCSObjectIdentifiers.id_hmacWithSHA1, PKCSObjectIdentifiers.id_hmacWithSHA224,
            PKCSObjectIdentifiers.id_hmacWithSHA256, PKCSObjectIdentifiers.id_hmacWithSHA384, PKCSObjectIdentifiers.id_hmacWithSHA512);
    private final char[] password;
    private BigInteger iterations = BigInteger.ZERO;

    Pkcs12Protection(char[] password) {
        this.password = password;
    }

    /** @throws Pkcs12Exception where the MAC over the contents is another: the password is wrong, or the file was changed */
    void verify(MacData mac, byte[] contents) {
        AlgorithmIdentifier algorithm = mac.getMac().getAlgorithmId();
        PKCS12MacCalculatorBuilderProvider calculators;
        if (algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBMAC1)) {
            PBMAC1Params parameters = PBMAC1Params.getInstance(algorithm.getParameters());
            PBKDF2Params derivation = derivation(parameters.getKeyDerivationFunc());
            known(HMACS, parameters.getMessageAuthScheme());
            BigInteger length = derivation.getKeyLength();
            if (length == null || length.compareTo(MIN_MAC_KEY) < 0 || length.compareTo(MAX_MAC_KEY) > 0) {
                throw new Pkcs12Exception(Reason.Unsupported, "the PKCS#12 file has a MAC (PBMAC1) with a key of " + (length == null ? "no stated length" : length + " bytes")
                        + "; allowed are " + MIN_MAC_KEY + " to " + MAX_MAC_KEY);
            }
            calculators = new BcPKCS12PBMac1CalculatorBuilderProvider();
        } else {
            count(mac.getIterationCount());
            algorithm = new AlgorithmIdentifier(algorithm.getAlgorithm(), new PKCS12PBEParams(mac.getSalt(), mac.getIterationCount().intValue()));
            calculators = new BcPKCS12MacCalculatorBuilderProvider(BcDefaultDigestProvider.INSTANCE);
        }
        try {
            MacCalculator calculator = calculators.get(algorithm).build(password);
            try (OutputStream out = calculator.getOutputStream()) {
                out.write(contents);
            }
            if (!MessageDigest.isEqual(calculator.getMac(), mac.getMac().getDigest())) {
                throw wrongPassword();
            }
        } catch (OperatorCreationException e) {
            throw unsupported(algorithm.getAlgorithm());
        } catch (IOException e) {
            throw new IllegalStateException("a MAC is computed in memory", e);
        }
    }

    /** @throws Pkcs12Exception where it is not to be decrypted by this password, or not at all */
    byte[] decrypt(AlgorithmIdentifier algorithm, byte[] encrypted) {
        char[] secret = password;
        if (algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
            PBES2Parameters parameters = PBES2Parameters.getInstance(algorithm.getParameters());
            derivation(AlgorithmIdentifier.getInstance(parameters.getKeyDerivationFunc()));
            known(CIPHERS, AlgorithmIdentifier.getInstance(parameters.getEncryptionScheme()));
            secret = password.length == 0 ? ZERO : password;   // BouncyCastle refuses the empty one here
        } else if (algorithm.getAlgorithm().on(PKCSObjectIdentifiers.pkcs_12PbeIds)) {
            count(PKCS12PBEParams.getInstance(algorithm.getParameters()).getIterations());
        } else {
            throw unsupported(algorithm.getAlgorithm());
        }
        var decryptors = new JcePKCSPBEInputDecryptorProviderBuilder().setProvider(PROVIDER).build(secret);
        try (InputStream in = decryptors.get(algorithm).getInputStream(new ByteArrayInputStream(encrypted))) {
            return in.readAllBytes();
        } catch (OperatorCreationException e) {
            throw unsupported(algorithm.getAlgorithm());
        } catch (IOException e) {   // the padding is not what padding is
            throw wrongPassword();
        }
    }

    static Pkcs12Exception wrongPassword() {
        return new Pkcs12Exception(Reason.WrongPassword, "the password does not open the PKCS#12 file, or the file is damaged");
    }

    private PBKDF2Params derivation(AlgorithmIdentifier function) {
        known(Set.of(PKCSObjectIdentifiers.id_PBKDF2), function);
        PBKDF2Params parameters = PBKDF2Params.getInstance(function.getParameters());
        known(HMACS, parameters.getPrf());
        count(parameters.getIterationCount());
        return parameters;
    }

    private void count(BigInteger more) {
        if (more.signum() <= 0) {
            throw new Pkcs12Exception(Reason.NotPkcs12, "the PKCS#12 file is damaged: its password is to be hashed " + more + " times");
        }
        iterations = iterations.add(more);
        if (iterations.compareTo(MAX_ITERATIONS) > 0) {
            throw new Pkcs12Exception(Reason.Unsupported, "to open the PKCS#12 file its password would be hashed more than " + MAX_ITERATIONS + " times, which is the most allowed");
        }
    }

    private static void known(Set<ASN1ObjectIdentifier> allowed, AlgorithmIdentifier algorithm) {
        if (!allowed.contains(algorithm.getAlgorithm())) {
            throw unsupported(algorithm.getAlgorithm());
        }
    }

    private static Pkcs12Exception unsupported(ASN1ObjectIdentifier algorithm) {
        return new Pkcs12Exception(Reason.Unsupported, "the PKCS#12 file is protected by " + new DefaultAlgorithmNameFinder().getAlgorithmName(algorithm)
                + ", which is not supported; export it with AES-256 or Triple DES");
    }
}
