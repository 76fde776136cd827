package dev.postern.gateway.config;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.api.ListenerSpec.Access;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.MailFlowPolicySpec;
import dev.postern.gateway.tls.ClientContexts;
import dev.postern.gateway.tls.ServerContexts;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.plan.CertificatePlan;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.PlanParts;
import dev.postern.plan.PolicyPlan;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Plans with real keys for the tests of this package. */
final class TestPlans {
    static final String NAMESPACE = "mail";
    static final Pair ONE = pair("mail.example.com");
    static final Pair TWO = pair("mail.example.com");

    /** A certificate and its key, in PEM. */
    record Pair(String chain, String key, String fingerprint) {
        CertificatePlan plan(String name) {
            return new CertificatePlan(ref("Certificate", name), chain, fingerprint);
        }
    }

    private TestPlans() {
    }

    static ResourceRef ref(String kind, String name) {
        return new ResourceRef(kind, NAMESPACE, name, "uid-" + name, 1);
    }

    static Settings settings(String hostname, String trustBundle) {
        return settings(hostname, trustBundle, null);
    }

    static Settings settings(String hostname, String trustBundle, String certificate) {
        return new Settings(hostname, new DestinationPlan.Retry(60, 3600, 345600), trustBundle, certificate, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 10_000, 1 << 20, null, List.of());
    }

    /** Of a gateway whose reports a certificate signs. */
    static Settings reporting(String certificate) {
        return new Settings("mail.example.com", new DestinationPlan.Retry(60, 3600, 345600), null, null, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 10_000, 1 << 20,
                new Settings.TlsReporting("Example", "postmaster@example.com", "tlsrpt@example.com", "s", certificate), List.of());
    }

    static GatewayPlan plan(String hostname, Pair pair) {
        return new GatewayPlan(ref("MailGateway", "default"), settings(hostname, "ca/ca.crt"),
                List.of(listener("accept", "10.0.0.0/8")),
                List.of(PolicyPlan.of(ref("MailFlowPolicy", "accept"), MailFlowPolicySpec.Behavior.Accept, PolicyPlan.Tls.of(MailFlowPolicySpec.TlsMode.Preferred), PolicyPlan.Limits.of(1 << 20, 100, 100, 100))),
                List.of(pair.plan("mail")), Map.of("ca/ca.crt", ONE.chain()),
                List.of(destination("partners", TlsMode.RequiredVerify, "partner.com", "ca/ca.crt"), destination("others", TlsMode.Preferred, "other.org", null)));
    }

    static ListenerPlan listener(String policy, String senders) {
        return ListenerPlan.of(ref("Listener", "public"), Type.Public, 25, "mail.example.com", List.of("mail"), ListenerPlan.Tls.STANDARD,
                List.of(new ListenerPlan.SenderGroup("all", List.of(senders), policy)),
                List.of(new ListenerPlan.RecipientRule(List.of("example.com"), Access.Accept)));
    }

    static DestinationPlan destination(String name, TlsMode mode, String domain, String bundle) {
        return DestinationPlan.of(ref("DestinationControl", name), List.of(domain), false, DestinationPlan.Tls.of(mode, Identity.Hosted, bundle), null, DestinationPlan.Limits.of(20, 50), List.of(), null);
    }

    static PlanSource.Written written(GatewayPlan plan, long serial, Pair pair) {
        return new PlanSource.Written(PlanParts.split(plan, serial), Map.of("mail", pair.key()));
    }

    static PlanLoader loader() {
        ServerContexts contexts = new ServerContexts(SslProvider.JDK);
        TrustAnchors system = anchors(ONE.chain());
        return new PlanLoader(contexts::build, new ClientContexts(SslProvider.JDK)::build, TestPlans::anchors, () -> system);
    }

    static TrustAnchors anchors(String pem) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            store.setCertificateEntry("one", certificate);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return new TrustAnchors((X509TrustManager) factory.getTrustManagers()[0], Set.of(certificate));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("no certificate in it", e);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Pair pair(String host) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            KeyPair key = generator.generateKeyPair();
            Instant now = Instant.now();
            X500Name name = new X500Name("CN=" + host);
            var builder = new JcaX509v3CertificateBuilder(name, BigInteger.valueOf(System.nanoTime()), Date.from(now.minus(Duration.ofHours(1))),
                    Date.from(now.plus(Duration.ofDays(30))), name, key.getPublic());
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.dNSName, host)));
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
            return new Pair(pem(certificate), pem(new JcaPKCS8Generator(key.getPrivate(), null)),
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
