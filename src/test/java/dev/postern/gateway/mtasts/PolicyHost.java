package dev.postern.gateway.mtasts;

import dev.postern.dns.Dns;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.testing.Command;
import dev.postern.testing.NoDns;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/** Web servers of domains that publish policies: Python's, with certificates and manners of a test's own; and the DNS that leads there. */
public final class PolicyHost extends NoDns implements AutoCloseable {
    public static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Web Root"), null);
    public static final String ENFORCE = "version: STSv1\r\nmode: enforce\r\nmx: mx.partner.test\r\nmax_age: 604800\r\n";

    /** TXT records by name; null fails. */
    public final Map<String, CompletionStage<List<String>>> txt = new ConcurrentHashMap<>();
    /** How often TXT was asked for. */
    public final AtomicInteger lookups = new AtomicInteger();
    private final Path folder;
    private final Process process;
    private final int port;

    public PolicyHost(Path folder) throws IOException {
        this(folder, "127.0.0.1", 0);
    }

    /** @param port 0: any */
    public PolicyHost(Path folder, String address, int port) throws IOException {
        Command.assumeInstalled("python3");
        this.folder = folder;
        certificate("default", TestPki.issue(Request.server("x", "default.test"), ROOT));
        Path script = Path.of("src/test/resources/mtasts/policy-host.py").toAbsolutePath();
        process = new ProcessBuilder("python3", script.toString(), folder.toString(), address, Integer.toString(port)).redirectError(folder.resolve("errors").toFile()).start();
        String line = process.inputReader().readLine();
        if (line == null) {
            throw new AssertionError("the policy host did not start: " + Files.readString(folder.resolve("errors")));
        }
        this.port = Integer.parseInt(line);
    }

    /** Publishes a policy, at a host whose certificate is good. */
    public void publish(String domain, String id, String policy) {
        publish(domain, id, policy, TestPki.issue(Request.server("x", "mta-sts." + domain), ROOT));
    }

    public void publish(String domain, String id, String policy, TestPki.Identity identity) {
        announce(domain, "v=STSv1; id=" + id + ";");
        write("mta-sts." + domain + ".txt", policy);
        certificate("mta-sts." + domain, identity);
    }

    /** Sets the TXT records. */
    public void announce(String domain, String... records) {
        txt.put("_mta-sts." + domain, CompletableFuture.completedFuture(List.of(records)));
    }

    /** TXT lookups fail. */
    public void silence(String domain) {
        txt.put("_mta-sts." + domain, CompletableFuture.failedFuture(new DnsException(DnsException.Kind.TEMPORARY, "no answer")));
    }

    /** What the host does from now on, as the script names it. */
    public void manner(String domain, String manner) {
        write("mta-sts." + domain + ".manner", manner);
    }

    /** How often a domain's policy was asked for. */
    public long requests(String domain) {
        try {
            Path requests = folder.resolve("requests");
            return Files.exists(requests) ? Files.readAllLines(requests).stream().filter(("mta-sts." + domain + " /.well-known/mta-sts.txt")::equals).count() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public PolicyFetcher fetcher(EventLoopGroup group) {
        return fetcher(this, group, Duration.ofSeconds(20));
    }

    public PolicyFetcher fetcher(Dns dns, EventLoopGroup group, Duration limit) {
        return new PolicyFetcher(dns, group, TrustAnchors.of(ROOT.pem()), InstantSource.system(), new PolicyFetcher.Options(port, limit, 64 * 1024));
    }

    @Override
    public CompletionStage<List<String>> txt(String name) {
        lookups.incrementAndGet();
        return txt.getOrDefault(name, CompletableFuture.completedFuture(List.of()));
    }

    @Override
    public CompletionStage<List<InetAddress>> addresses(String host) {
        return host.startsWith("mta-sts.") ? CompletableFuture.completedFuture(List.of(InetAddress.getLoopbackAddress())) : super.addresses(host);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void certificate(String host, TestPki.Identity identity) {
        write(host + ".pem", pem(identity));
    }

    /** Key and chain. */
    public static String pem(TestPki.Identity identity) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(new JcaPKCS8Generator(identity.keys().getPrivate(), null));
            for (var certificate : identity.chain()) {
                pem.writeObject(certificate);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private void write(String name, String text) {
        try {
            Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
