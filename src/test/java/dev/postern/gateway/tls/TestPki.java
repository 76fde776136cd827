package dev.postern.gateway.tls;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** Authorities and certificates for tests, made afresh. */
public final class TestPki {

    private TestPki() {
    }

    /** A certificate, its key, and the chain that a server shows. */
    public record Identity(KeyPair keys, X509Certificate certificate, List<X509Certificate> chain) {

        public String pem() {
            return pem(List.of(certificate));
        }

        public String chainPem() {
            return pem(chain);
        }

        /** PKCS#8. */
        public String keyPem() {
            return pem(List.of(new PemObject("PRIVATE KEY", keys.getPrivate().getEncoded())));
        }

        /** The key and the chain, as Postfix and OpenSSL read them from one file. */
        public String keyAndChainPem() {
            return keyPem() + chainPem();
        }

        private static String pem(List<?> objects) {
            StringWriter text = new StringWriter();
            try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
                for (Object object : objects) {
                    pem.writeObject(object);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return text.toString();
        }

        public SSLContext serverContext() {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(keyManagers(), InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);   // of clients
                return context;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        public KeyManager[] keyManagers() {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry("key", keys.getPrivate(), new char[0], chain.toArray(X509Certificate[]::new));
                KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
                managers.init(store, new char[0]);
                return managers.getKeyManagers();
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What a certificate is to say. */
    public record Request(String commonName, List<GeneralName> names, boolean authority, Instant from, Instant to, KeyPurposeId purpose, boolean mustStaple) {

        public static Request server(String commonName, String... dnsNames) {
            List<GeneralName> names = new ArrayList<>();
            for (String name : dnsNames) {
                names.add(new GeneralName(GeneralName.dNSName, name));
            }
            return new Request(commonName, names, false, ago(1), ago(-30), KeyPurposeId.id_kp_serverAuth, false);
        }

        public static Request client(String commonName, String... dnsNames) {
            return server(commonName, dnsNames).purpose(KeyPurposeId.id_kp_clientAuth);
        }

        public static Request ca(String commonName) {
            return new Request(commonName, List.of(), true, ago(400), ago(-400), null, false);
        }

        public Request valid(Instant start, Instant end) {
            return new Request(commonName, names, authority, start, end, purpose, mustStaple);
        }

        public Request address(String ip) {
            List<GeneralName> all = new ArrayList<>(names);
            all.add(new GeneralName(GeneralName.iPAddress, ip));
            return new Request(commonName, all, authority, from, to, purpose, mustStaple);
        }

        public Request purpose(KeyPurposeId other) {
            return new Request(commonName, names, authority, from, to, other, mustStaple);
        }

        /** Promises an OCSP response at every handshake (RFC 7633). */
        public Request promisingStaple() {
            return new Request(commonName, names, authority, from, to, purpose, true);
        }
    }

    public static Instant ago(int days) {
        return Instant.now().minus(Duration.ofDays(days));
    }

    /** @param issuer null: it signs itself */
    public static Identity issue(Request request, Identity issuer) {
        return issue(request, issuer, "EC", 256);
    }

    /** With an RSA key, for peers that cannot do with another; the issuer's key is an elliptic one. */
    public static Identity issueRsa(Request request, Identity issuer) {
        return issue(request, issuer, "RSA", 2048);
    }

    private static Identity issue(Request request, Identity issuer, String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            KeyPair keys = generator.generateKeyPair();
            X500Name subject = new X500Name("CN=" + request.commonName);
            X500Name issuerName = issuer == null ? subject : new X500Name(issuer.certificate.getSubjectX500Principal().getName());
            var builder = new JcaX509v3CertificateBuilder(issuerName, new BigInteger(64, new Random()), Date.from(request.from), Date.from(request.to),
                    subject, keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(request.authority));
            if (request.mustStaple) {
                builder.addExtension(new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.24"), false, new DERSequence(new ASN1Integer(5)));
            }
            if (!request.names.isEmpty()) {
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(request.names.toArray(GeneralName[]::new)));
            }
            if (request.purpose != null) {
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(request.purpose));
            }
            var signingKey = issuer == null ? keys.getPrivate() : issuer.keys.getPrivate();
            var signer = new JcaContentSignerBuilder("SHA256with" + (signingKey.getAlgorithm().equals("RSA") ? "RSA" : "ECDSA")).build(signingKey);
            X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(builder.build(signer));
            List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
            if (issuer != null && issuer.chain.size() > 1) {
                chain.addAll(issuer.chain.subList(0, issuer.chain.size() - 1));   // without the root
            } else if (issuer != null && !issuer.certificate.getIssuerX500Principal().equals(issuer.certificate.getSubjectX500Principal())) {
                chain.addAll(issuer.chain);
            }
            return new Identity(keys, certificate, List.copyOf(chain));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
