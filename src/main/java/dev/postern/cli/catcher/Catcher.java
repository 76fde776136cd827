package dev.postern.cli.catcher;

import dev.postern.pki.issue.Authority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;

/**
 * The three destinations of the quickstart: one whose certificate verifies, one whose certificate has another name, one that
 * offers no STARTTLS. Its authority is made anew at every start.
 */
public final class Catcher implements AutoCloseable {
    /** ConfigMap in which the quickstart's manifests look for the authority. */
    public static final String TRUST_BUNDLE = "catcher-ca";
    private static final Duration LIFETIME = Duration.ofDays(30);

    private final Authority authority;
    private final Path folder;
    private final List<Destination> destinations = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();

    /** One of the three, as it is printed. */
    public record Destination(String domain, String what, CatcherServer server) {
    }

    /**
     * Opens three loopback ports from {@code firstPort} on.
     *
     * @param folder where messages go, each as an .eml file in a folder of its domain
     * @throws IOException naming the port that is taken, or the folder that cannot be made
     */
    public Catcher(int firstPort, Path folder, Instant now) throws IOException {
        this.folder = folder;
        authority = new Authority("Postern quickstart catcher", now, LIFETIME);
        try {
            open(firstPort, "verified.test", "its certificate verifies", tls("verified.test"));
            open(firstPort + 1, "mismatch.test", "its certificate is for other.test", tls("other.test"));
            open(firstPort + 2, "plain.test", "offers no STARTTLS", null);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** The authority that signed its certificates. */
    public String trustBundlePem() {
        return authority.certificatePem();
    }

    public List<Destination> destinations() {
        return List.copyOf(destinations);
    }

    @Override
    public void close() throws IOException {
        for (Destination destination : destinations) {
            destination.server.close();
        }
    }

    private void open(int port, String domain, String what, SSLContext tls) throws IOException {
        Path mailbox = Files.createDirectories(folder.resolve(domain));
        try {
            destinations.add(new Destination(domain, what, new CatcherServer(port, "mx." + domain, tls, caught -> keep(mailbox, caught))));
        } catch (IOException e) {
            throw new IOException("the catcher cannot listen on 127.0.0.1:" + port + ": " + e.getMessage() + " (--catcher-port chooses others)", e);
        }
    }

    private SSLContext tls(String name) {
        try {
            Authority.Issued issued = authority.issue(List.of(name), LIFETIME);
            return ServerContext.of(issued);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void keep(Path mailbox, CatcherServer.Caught caught) {
        String file = "%d-%04d.eml".formatted(System.currentTimeMillis(), numbers.incrementAndGet());
        try {
            Files.write(mailbox.resolve(file), caught.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
