package dev.postern.gateway.mtasts;

import dev.postern.dns.Dns;
import dev.postern.gateway.mtasts.StsAnswer.Failure;
import dev.postern.gateway.tls.ClientContext;
import dev.postern.gateway.tls.ClientContexts;
import dev.postern.gateway.tls.Peer;
import dev.postern.gateway.tls.PeerVerifier;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.gateway.tls.Verdict;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSession;

/**
 * Fetches policies (RFC 8461 section 3.3). Status 200 alone counts, redirects are not followed, nothing is cached here; the web server's
 * certificate is verified as strictly as those of mail servers are. Safe for use by many threads.
 */
public final class PolicyFetcher {
    private static final String PATH = "/.well-known/mta-sts.txt";
    private static final int MAX_ADDRESSES = 4;
    private static final int MAX_NAME = 253;

    private final Dns dns;
    private final EventLoopGroup group;
    private final TrustAnchors anchors;
    private final InstantSource clock;
    private final Options options;
    private final ClientContext tls = new ClientContexts().anonymous();

    /**
     * Bounds.
     *
     * @param port     of policy hosts
     * @param limit    for everything
     * @param maxBytes of a policy
     */
    public record Options(int port, Duration limit, int maxBytes) {
        /** Port 443, a minute, 64 KiB: what RFC 8461 section 3.3 proposes. */
        public static final Options STANDARD = new Options(443, Duration.ofMinutes(1), 64 * 1024);
    }

    /**
     * A fetcher.
     *
     * @param dns     finds the policy hosts
     * @param group   event loops of the connections; not closed here
     * @param anchors authorities that policy hosts' certificates must come from
     */
    public PolicyFetcher(Dns dns, EventLoopGroup group, TrustAnchors anchors, InstantSource clock, Options options) {
        this.dns = dns;
        this.group = group;
        this.anchors = anchors;
        this.clock = clock;
        this.options = options;
    }

    /**
     * The policy of a domain, as it is published. Waits: for virtual threads.
     *
     * @param domain lower-case A-labels
     */
    String fetch(String domain) throws StsException, InterruptedException {
        long deadline = System.nanoTime() + options.limit.toNanos();
        String host = "mta-sts." + domain;
        if (host.length() > MAX_NAME) {
            throw failed(host, "the name is longer than " + MAX_NAME + " characters");
        }
        try (PolicyRequest request = connect(host, deadline)) {
            verify(host, request.handshake());
            return policy(host, request.get(PATH));
        } catch (IOException e) {
            throw failed(host, e.getMessage());
        }
    }

    private PolicyRequest connect(String host, long deadline) throws StsException, IOException, InterruptedException {
        IOException last = null;
        for (InetAddress address : addresses(host, deadline)) {
            try {
                return PolicyRequest.connect(group, tls, host, new InetSocketAddress(address, options.port), deadline, options.maxBytes);
            } catch (IOException e) {
                last = e;
            }
        }
        throw last == null ? new IOException("it has no address") : last;
    }

    private List<InetAddress> addresses(String host, long deadline) throws StsException, InterruptedException {
        try {
            CompletionStage<List<InetAddress>> found = dns.addresses(host);
            return found.toCompletableFuture().get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS).stream().limit(MAX_ADDRESSES).toList();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof CompletionException && e.getCause().getCause() != null ? e.getCause().getCause() : e.getCause();
            throw failed(host, String.valueOf(cause.getMessage()));
        } catch (TimeoutException e) {
            throw failed(host, "lookup timed out");
        }
    }

    private void verify(String host, SSLSession session) throws StsException {
        Verdict verdict = PeerVerifier.verifyHost(Peer.of(ClientContexts.chain(session), host, host, clock.instant()), anchors);
        if (!verdict.verified()) {
            throw new StsException(Failure.WEBPKI, host + ": " + verdict.detail());
        }
    }

    private String policy(String host, ResponseHandler.Response response) throws StsException {
        if (response.status() != 200) {
            throw failed(host, "answered with status " + response.status() + "; only 200 counts, and redirects are not followed");
        }
        String type = response.type() == null ? "none" : response.type().split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!type.equals("text/plain")) {
            throw failed(host, "answered with media type " + type + "; only text/plain counts");
        }
        if (response.encoding() != null && !response.encoding().equalsIgnoreCase("identity")) {
            throw failed(host, "answered with content encoding " + response.encoding() + ", which was not asked for");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(response.body())).toString();
        } catch (CharacterCodingException e) {
            throw new StsException(Failure.INVALID, "policy: it is not text in UTF-8");
        }
    }

    private static StsException failed(String host, String why) {
        return new StsException(Failure.FETCH, host + ": " + why);
    }
}
