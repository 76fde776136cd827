package dev.postern.gateway.config;

import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.access.RecipientAccess;
import dev.postern.gateway.tls.ClientHello;
import dev.postern.plan.ListenerPlan;
import io.netty.handler.ssl.SslContext;
import java.util.function.Function;

/**
 * A listener ready to serve.
 *
 * @param contexts TLS context by what a client says of itself, or null where the listener has no certificate
 */
public record ActiveListener(ListenerPlan plan, HostAccess hostAccess, RecipientAccess recipientAccess, Function<ClientHello, SslContext> contexts) {
}
