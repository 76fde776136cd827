package dev.postern.testing.mta;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.Command;
import dev.postern.testing.Exim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Exim; the settings are in {@code /bench/exim.conf}. */
final class EximMta implements Mta {
    private final Exim exim;
    private final String name;

    private EximMta(Exim exim) {
        this.exim = exim;
        name = "Exim " + exim.version();
    }

    static Mta start(TestCertificates.Pair pair, int sink, Path folder) throws IOException {
        // GnuTLS takes keys of the JDK's form only with the public key beside the private one.
        Path key = Files.writeString(folder.resolve("exim.key"), pair.keyPem());
        String whole = Command.run(folder, "openssl", "ec", "-in", key.toString()).replaceAll("(?s)^.*?(?=-----BEGIN)", "");
        return new EximMta(Exim.relay("mail.bench.test", pair.chainPem(), whole, "", Templates.of("exim.conf", "SINK", sink), "-q1s"));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return exim.port();
    }

    @Override
    public String log() {
        return exim.log();
    }

    @Override
    public ProcessHandle process() {
        return exim.process();
    }

    @Override
    public String setup() {
        return "data file, envelope file and folder synced before 250 (its default); a process and a connection a message, delivered at once; 25 queue runners for what waits";
    }

    @Override
    public void close() throws IOException, InterruptedException {
        exim.close();
    }
}
