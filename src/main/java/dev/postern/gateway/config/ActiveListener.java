package dev.postern.gateway.config;

import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.access.RecipientAccess;
import dev.postern.plan.ListenerPlan;
import io.netty.handler.ssl.SslContext;
import io.netty.util.Mapping;

/**
 * A listener ready to serve.
 *
 * @param contexts TLS context by SNI host name (null asks for the default), or null where the listener has no certificate
 */
public record ActiveListener(ListenerPlan plan, HostAccess hostAccess, RecipientAccess recipientAccess, Mapping<? super String, SslContext> contexts) {
}
