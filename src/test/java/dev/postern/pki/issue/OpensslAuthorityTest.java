package dev.postern.pki.issue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.Chains;
import dev.postern.pki.TestKeys;
import dev.postern.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Signing requests and chains, between here and an authority (root and intermediate) made with the openssl command. */
class OpensslAuthorityTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void authority() throws Exception {
        Command.assumeInstalled("openssl");
        Files.writeString(folder.resolve("req.cnf"), "[req]\ndistinguished_name = dn\n[dn]\n");
        Files.writeString(folder.resolve("ca.ext"), "basicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign\nsubjectKeyIdentifier = hash\n");
        request("root", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384");
        run("openssl x509 -req -in root.csr -signkey root.key -extfile ca.ext -days 30 -out root.pem");
        request("issuing", "-newkey", "rsa:2048");
        run("openssl x509 -req -in issuing.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile ca.ext -days 20 -out issuing.pem");
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void opensslReadsVerifiesAndSignsEveryRequest(Algorithm algorithm) throws Exception {
        KeyPair key = TestRequests.write(folder, algorithm);
        assertThat(run("openssl req -in ours.csr -verify -text -noout")).contains("verify OK", "CN = mail.example.com", "DNS:mail.example.com, DNS:*.example.net", "Digital Signature",
                "TLS Web Server Authentication, TLS Web Client Authentication");

        run("openssl x509 -req -in ours.csr -CA issuing.pem -CAkey issuing.key -CAcreateserial -copy_extensions copyall -days 10 -out leaf.pem");

        String answer = Files.readString(folder.resolve("leaf.pem")) + Files.readString(folder.resolve("issuing.pem"));
        List<X509Certificate> chain = TestRequests.accepted(key, answer);
        assertThat(chain).hasSize(2);
        Files.writeString(folder.resolve("chain.pem"), Chains.toPem(chain));
        assertThat(run("openssl verify -x509_strict -purpose sslserver -verify_hostname mail.example.com -CAfile root.pem -untrusted chain.pem chain.pem")).contains("chain.pem: OK");
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void opensslVerifiesChainsThatAreWrittenHere(Algorithm algorithm) throws Exception {
        TestKeys made = TestKeys.of(algorithm);
        Files.writeString(folder.resolve("trusted.pem"), Chains.toPem(List.of(made.root())));
        Files.writeString(folder.resolve("served.pem"), Chains.toPem(made.chain()));
        assertThat(run("openssl verify -x509_strict -purpose sslserver -CAfile trusted.pem -untrusted served.pem served.pem")).contains("served.pem: OK");
        Files.writeString(folder.resolve("own.pem"), Chains.toPem(List.of(SelfSigned.issue(new Subject(), TestRequests.NAMES, made.key(), Instant.now(), Instant.now().plusSeconds(3600)))));
        assertThat(run("openssl verify -verify_hostname a.example.net -CAfile own.pem own.pem")).as("trusted as it is").contains("own.pem: OK");
    }

    @ParameterizedTest
    @CsvSource({"rsa:3072, , RSA-3072", "ec, ec_paramgen_curve:P-256, ECDSA-P256", "ec, ec_paramgen_curve:P-521, ECDSA-P521", "ed25519, , Ed25519"})
    void requestsOfOpensslAreRead(String type, String option, String algorithm) throws Exception {
        List<String> options = new ArrayList<>(List.of("-newkey", type, "-addext", "subjectAltName=DNS:theirs.example,DNS:alt.example"));
        if (option != null) {
            options.addAll(List.of("-pkeyopt", option));
        }
        request("theirs.example", options.toArray(String[]::new));
        TestRequests.readable(Files.readString(folder.resolve("theirs.example.csr")), algorithm);
        run("openssl req -config req.cnf -in theirs.example.csr -newhdr -text -out new.csr");
        TestRequests.readable(Files.readString(folder.resolve("new.csr")), algorithm);
    }

    /** Makes NAME.key and NAME.csr. */
    private static void request(String name, String... options) {
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-new", "-config", "req.cnf", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name));
        command.addAll(List.of(options));
        Command.run(folder, command.toArray(String[]::new));
    }

    private static String run(String command) {
        return Command.run(folder, command.split(" "));
    }
}
