package dev.postern.gateway.config;

import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.access.RecipientAccess;
import dev.postern.gateway.tls.ListenerContexts;
import dev.postern.plan.ListenerPlan;

/**
 * A listener ready to serve.
 *
 * @param contexts its TLS, or null where the listener has no certificate
 */
public record ActiveListener(ListenerPlan plan, HostAccess hostAccess, RecipientAccess recipientAccess, ListenerContexts contexts) {
}
