package dev.postern.gateway.tls;

import io.netty.handler.ssl.SslContext;
import java.util.Map;
import java.util.function.Function;

/**
 * TLS of one listener: for what a client says of itself, the context to serve it with, never null. As a function it is for clients
 * that are asked for no certificate. Immutable.
 */
public final class ListenerContexts implements Function<ClientHello, SslContext> {
    private final ServerChoice plain;
    private final Map<String, ServerChoice> asking;

    /** @param asking by trust bundle, as {@link ClientRequest#of} has them */
    ListenerContexts(ServerChoice plain, Map<String, ServerChoice> asking) {
        this.plain = plain;
        this.asking = Map.copyOf(asking);
    }

    @Override
    public SslContext apply(ClientHello hello) {
        return plain.apply(hello);
    }

    /**
     * For clients that are asked for a certificate.
     *
     * @param trustBundle of the policy that asks; null for the system's authorities
     * @return null where no policy of the listener asks so
     */
    public Function<ClientHello, SslContext> asking(String trustBundle) {
        return asking.get(ClientRequest.key(trustBundle));
    }
}
