package dev.postern.pki.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.TestCertificates;
import dev.postern.pki.path.Paths.Reason;
import dev.postern.pki.path.Paths.Result;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the corpus does not have; see {@link LimboCorpusTest}. */
class PathsTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final Instant FROM = TestCertificates.FROM;
    private static final Instant UNTIL = TestCertificates.UNTIL;
    private static final KeyPair ROOT_KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final KeyPair MIDDLE_KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final KeyPair LEAF_KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final X509Certificate ROOT = TestCertificates.authority("CN=Root", ROOT_KEYS);
    private static final X509Certificate MIDDLE = TestCertificates.issue("CN=Middle", MIDDLE_KEYS.getPublic(), null, true, "CN=Root", ROOT_KEYS.getPrivate(), FROM, UNTIL);
    private static final X509Certificate LEAF = TestCertificates.leaf("CN=x", LEAF_KEYS.getPublic(), TestCertificates.dns("x.test"), MIDDLE, MIDDLE_KEYS.getPrivate());

    private static Result validate(X509Certificate... presented) {
        return Paths.validate(List.of(presented), Set.of(ROOT), NOW);
    }

    @Test
    void thePathEndsWithTheAuthorityThatIsTrusted() {
        assertThat(validate(LEAF, MIDDLE)).isEqualTo(new Result(List.of(LEAF, MIDDLE, ROOT), null, null));
        assertThat(validate(LEAF, ROOT, MIDDLE, MIDDLE, LEAF).path()).containsExactly(LEAF, MIDDLE, ROOT);
        assertThat(Paths.validate(List.of(LEAF), Set.of(MIDDLE), NOW).path()).as("an authority that another signed").containsExactly(LEAF, MIDDLE);
        assertThat(Paths.validate(List.of(LEAF), Set.of(LEAF), NOW).path()).as("the certificate itself").containsExactly(LEAF);
    }

    @Test
    void aClientsCertificateIsForClients() throws Exception {
        for (var expected : Map.of(KeyPurposeId.id_kp_clientAuth, true, KeyPurposeId.anyExtendedKeyUsage, true, KeyPurposeId.id_kp_serverAuth, false).entrySet()) {
            X509Certificate leaf = certificate(List.of(new ExtendedKeyUsage(expected.getKey())), null);
            Result client = Paths.validate(List.of(leaf), Set.of(ROOT), Paths.Purpose.CLIENT, NOW);
            assertThat(client.trusted()).isEqualTo(expected.getValue());
            if (!expected.getValue()) {
                assertThat(client).isEqualTo(Result.failed(Reason.WRONG_PURPOSE, "the certificate 'CN=x' is not for TLS clients (its extended key usage lacks clientAuth)"));
            }
            assertThat(Paths.validate(List.of(leaf), Set.of(ROOT), NOW).trusted()).as("as a server's").isEqualTo(expected.getKey() != KeyPurposeId.id_kp_clientAuth);
        }
        X509Certificate exchange = certificate(List.of(), new KeyUsage(KeyUsage.keyAgreement));
        assertThat(Paths.validate(List.of(exchange), Set.of(ROOT), NOW).trusted()).isTrue();
        assertThat(Paths.validate(List.of(exchange), Set.of(ROOT), Paths.Purpose.CLIENT, NOW)).isEqualTo(Result.failed(Reason.WRONG_PURPOSE,
                "the key of the certificate 'CN=x' is not for signatures"));
    }

    private static X509Certificate certificate(List<ExtendedKeyUsage> purposes, KeyUsage usage) throws Exception {
        var builder = new JcaX509v3CertificateBuilder(new X500Name("CN=Root"), BigInteger.TWO, Date.from(FROM), Date.from(UNTIL), new X500Name("CN=x"), LEAF_KEYS.getPublic());
        for (ExtendedKeyUsage purpose : purposes) {
            builder.addExtension(Extension.extendedKeyUsage, false, purpose);
        }
        if (usage != null) {
            builder.addExtension(Extension.keyUsage, true, usage);
        }
        return new JcaX509CertificateConverter().getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(ROOT_KEYS.getPrivate())));
    }

    @Test
    void eachFailureHasItsReasonAndNamesTheCertificate() throws Exception {
        X509Certificate own = TestCertificates.issue("CN=own", LEAF_KEYS.getPublic(), null, false, "CN=own", LEAF_KEYS.getPrivate(), FROM, UNTIL);
        X509Certificate impostor = TestCertificates.authority("CN=Middle", LEAF_KEYS);
        X509Certificate ended = TestCertificates.issue("CN=Middle", MIDDLE_KEYS.getPublic(), null, true, "CN=Root", ROOT_KEYS.getPrivate(), FROM, NOW.minusSeconds(1));
        X509Certificate noAuthority = TestCertificates.issue("CN=Middle", MIDDLE_KEYS.getPublic(), null, false, "CN=Root", ROOT_KEYS.getPrivate(), FROM, UNTIL);
        KeyPairGenerator small = KeyPairGenerator.getInstance("RSA");
        small.initialize(1024);
        X509Certificate weak = TestCertificates.leaf("CN=weak", small.generateKeyPair().getPublic(), null, MIDDLE, MIDDLE_KEYS.getPrivate());

        assertThat(Paths.validate(List.of(), Set.of(ROOT), NOW).reason()).isEqualTo(Reason.NO_CERTIFICATE);
        assertThat(validate(own)).isEqualTo(Result.failed(Reason.SELF_SIGNED, "certificate is self-signed: 'CN=own'"));
        assertThat(validate(LEAF)).isEqualTo(Result.failed(Reason.UNKNOWN_ISSUER, "no trusted authority issued the certificate 'CN=x' of 'CN=Middle'"));
        assertThat(validate(LEAF, impostor)).isEqualTo(Result.failed(Reason.WRONG_SIGNATURE, "the certificate 'CN=x' names 'CN=Middle' as its issuer, whose key did not sign it"));
        assertThat(validate(LEAF, ended)).isEqualTo(Result.failed(Reason.EXPIRED, "the certificate 'CN=Middle' expired on 2026-05-31T23:59:59Z"));
        assertThat(validate(LEAF, noAuthority).reason()).isEqualTo(Reason.INVALID_PATH);
        assertThat(validate(weak, MIDDLE).reason()).isEqualTo(Reason.WEAK_ALGORITHM);
        assertThat(validate(weak, MIDDLE).detail()).startsWith("the key of the certificate 'CN=weak' is RSA with 1024 bits; allowed are");
        assertThat(Paths.validate(List.of(LEAF, MIDDLE), Set.of(ROOT), FROM.minusSeconds(1)).reason()).isEqualTo(Reason.NOT_YET_VALID);
        assertThat(validate(LEAF, ended, MIDDLE).trusted()).as("another of that name is good").isTrue();
    }

    @Test
    void anAuthorityThatEndedVouchesForNobody() {
        X509Certificate ended = TestCertificates.issue("CN=Root", ROOT_KEYS.getPublic(), null, true, "CN=Root", ROOT_KEYS.getPrivate(), FROM, NOW.minusSeconds(1));
        assertThat(Paths.validate(List.of(LEAF, MIDDLE), Set.of(ended), NOW)).isEqualTo(Result.failed(Reason.EXPIRED, "the certificate 'CN=Root' expired on 2026-05-31T23:59:59Z"));
        assertThat(Paths.validate(List.of(LEAF, MIDDLE), Set.of(ended, ROOT), NOW).trusted()).as("its renewal is trusted too").isTrue();
    }

    /** Names in the CN count where there is no dNSName, so they must not get round a constraint either. */
    @ParameterizedTest
    @CsvSource({"CN=bad.test,,false", "CN=bad.test,address,false", "CN=good.test,,true", "CN=good.test,bad.test,false", "CN=x,*.bad.test,false", "CN=x,*.test,false", "CN=x,*.good.test,true"})
    void constraintsOfAnAuthorityBindCommonNamesAndWildcards(String subject, String name, boolean trusted) throws Exception {
        var excluded = new GeneralSubtree[] {new GeneralSubtree(new GeneralName(GeneralName.dNSName, "bad.test"))};
        for (var builder : List.of(authority("CN=Root", MIDDLE_KEYS, "CN=Root"), authority("CN=Middle", MIDDLE_KEYS, "CN=Root"))) {
            builder.addExtension(Extension.nameConstraints, true, new NameConstraints(null, excluded));
            boolean root = builder.build(signer(MIDDLE_KEYS)).getSubject().equals(new X500Name("CN=Root"));
            X509Certificate constrained = new JcaX509CertificateConverter().getCertificate(builder.build(signer(root ? MIDDLE_KEYS : ROOT_KEYS)));
            X509Certificate leaf = TestCertificates.leaf(subject, LEAF_KEYS.getPublic(), name == null ? null
                    : name.equals("address") ? TestCertificates.address((byte) 192, (byte) 0, (byte) 2, (byte) 1) : TestCertificates.dns(name), constrained, MIDDLE_KEYS.getPrivate());
            Result result = root ? Paths.validate(List.of(leaf), Set.of(constrained), NOW) : validate(leaf, constrained);
            assertThat(result.trusted()).as(root ? "of a root" : "of an intermediate: " + result).isEqualTo(trusted);
        }
    }

    private static JcaX509v3CertificateBuilder authority(String subject, KeyPair keys, String issuer) throws Exception {
        var builder = new JcaX509v3CertificateBuilder(new X500Name(issuer), BigInteger.TEN, Date.from(FROM), Date.from(UNTIL), new X500Name(subject), keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        return builder;
    }

    private static ContentSigner signer(KeyPair keys) throws Exception {
        return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    }

    @Test
    void aHostileChainCostsABoundedNumberOfSteps() {
        List<X509Certificate> presented = new ArrayList<>(List.of(LEAF));
        for (int i = 0; i < 300; i++) {
            presented.add(TestCertificates.issue("CN=Middle", MIDDLE_KEYS.getPublic(), null, true, "CN=Middle", MIDDLE_KEYS.getPrivate(), FROM, UNTIL.minusSeconds(i)));
        }
        assertThat(Paths.validate(presented, Set.of(ROOT), NOW).trusted()).isFalse();
    }
}
