package dev.postern.pki.issue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.pki.Chains;
import dev.postern.pki.TestKeys;
import dev.postern.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Signing requests and chains, between here and an authority made with GnuTLS' certtool. */
class GnutlsAuthorityTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void authority() throws Exception {
        Command.assumeInstalled("certtool");
        Files.writeString(folder.resolve("root.template"), "cn = GnuTLS root\nca\ncert_signing_key\nexpiration_days = 30\n");
        Files.writeString(folder.resolve("leaf.template"), "honor_crq_extensions\nexpiration_days = 10\n");
        Files.writeString(folder.resolve("theirs.template"), "cn = theirs.example\ndns_name = theirs.example\ndns_name = alt.example\n");
        run("certtool --generate-privkey --key-type=ecdsa --curve=secp256r1 --outfile root.key");
        run("certtool --generate-self-signed --load-privkey root.key --template root.template --outfile root.pem");
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void certtoolReadsVerifiesAndSignsEveryRequest(Algorithm algorithm) throws Exception {
        KeyPair key = TestRequests.write(folder, algorithm);
        assertThat(run("certtool --crq-info --infile ours.csr")).contains("Subject: CN=mail.example.com,O=Example Ltd,C=CH", "DNSname: mail.example.com", "DNSname: *.example.net",
                "TLS WWW Server", "TLS WWW Client", "Self signature: verified");

        run("certtool --generate-certificate --load-request ours.csr --load-ca-privkey root.key --load-ca-certificate root.pem --template leaf.template --outfile leaf.pem");

        List<X509Certificate> chain = TestRequests.accepted(key, Files.readString(folder.resolve("root.pem")) + Files.readString(folder.resolve("leaf.pem")));
        Files.writeString(folder.resolve("chain.pem"), Chains.toPem(chain));
        assertThat(run("certtool --verify-chain --infile chain.pem")).contains("Chain verification output: Verified.");
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void certtoolVerifiesChainsThatAreWrittenHere(Algorithm algorithm) throws Exception {
        TestKeys made = TestKeys.of(algorithm);
        Files.writeString(folder.resolve("ours.pem"), Chains.toPem(made.whole()));
        assertThat(run("certtool --verify-chain --infile ours.pem")).contains("Chain verification output: Verified.");
        Files.writeString(folder.resolve("trusted.pem"), Chains.toPem(List.of(made.root())));
        Files.writeString(folder.resolve("served.pem"), Chains.toPem(made.chain()));
        assertThat(run("certtool --verify --load-ca-certificate trusted.pem --infile served.pem --verify-hostname mail.example.com")).contains("Chain verification output: Verified.");
    }

    @ParameterizedTest
    @CsvSource({"--key-type=rsa --bits=2048, RSA-2048", "--key-type=ecdsa --curve=secp384r1, ECDSA-P384", "--key-type=ed25519, Ed25519"})
    void requestsOfCerttoolAreRead(String options, String algorithm) throws Exception {
        run("certtool --generate-privkey " + options + " --outfile theirs.key");
        run("certtool --generate-request --load-privkey theirs.key --template theirs.template --outfile theirs.csr");
        TestRequests.readable(Files.readString(folder.resolve("theirs.csr")), algorithm);
    }

    private static String run(String command) {
        return Command.run(folder, command.split(" "));
    }
}
