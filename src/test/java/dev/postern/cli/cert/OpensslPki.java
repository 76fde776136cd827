package dev.postern.cli.cert;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Authorities and certificates of the openssl program, in files of a folder: NAME.key and NAME.crt. */
public final class OpensslPki {
    private final Path folder;

    public OpensslPki(Path folder) {
        this.folder = folder;
        write("ca.cnf", """
                [ca]
                default_ca = here
                [here]
                database = index
                new_certs_dir = .
                default_md = sha256
                policy = any
                unique_subject = no
                rand_serial = yes
                copy_extensions = none
                [any]
                commonName = supplied
                """);
        write("index", "");
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    public String text(String name) {
        try {
            return Files.readString(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path write(String name, String text) {
        try {
            return Files.writeString(file(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Several files in one. */
    public Path concat(String name, String... parts) {
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            text.append(text(part));
        }
        return write(name, text.toString());
    }

    /** A self-signed authority that lasts. */
    public void root(String name) {
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name, "-days", "3650", "-keyout", name + ".key", "-out", name + ".crt",
                "-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign,cRLSign");
    }

    public void intermediate(String name, String issuer) {
        issue(name, issuer, "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n", "20250101000000Z", "20991231000000Z");
    }

    /** A server's certificate that lasts. */
    public void leaf(String name, String issuer, String dnsName) {
        leaf(name, issuer, dnsName, "20250101000000Z", "20991231000000Z");
    }

    /** @param to such as 20991231000000Z */
    public void leaf(String name, String issuer, String dnsName, String from, String to) {
        issue(name, issuer, server(dnsName), from, to);
    }

    /** Signs a signing request in {@code NAME.csr}. */
    public void sign(String name, String issuer, String dnsName) {
        sign(name, issuer, server(dnsName), "20250101000000Z", "20991231000000Z");
    }

    private static String server(String dnsName) {
        return "basicConstraints=CA:false\nextendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nsubjectAltName=DNS:" + dnsName + "\n";
    }

    private void issue(String name, String issuer, String extensions, String from, String to) {
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name, "-keyout", name + ".key", "-out", name + ".csr");
        sign(name, issuer, extensions, from, to);
    }

    private void sign(String name, String issuer, String extensions, String from, String to) {
        write(name + ".ext", extensions);
        openssl("ca", "-config", "ca.cnf", "-batch", "-notext", "-in", name + ".csr", "-out", name + ".crt", "-cert", issuer + ".crt", "-keyfile", issuer + ".key",
                "-startdate", from, "-enddate", to, "-extfile", name + ".ext");
    }

    /** Runs it in the folder; returns what it wrote on standard output. */
    public String openssl(String... arguments) {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        try {
            Path errors = file("openssl.err");
            Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors.toFile()).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(command + ": " + output + Files.readString(errors));
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
