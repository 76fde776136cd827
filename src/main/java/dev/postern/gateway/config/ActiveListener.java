package dev.postern.gateway.config;

import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.access.Networks;
import dev.postern.gateway.access.RecipientAccess;
import dev.postern.gateway.auth.Users;
import dev.postern.gateway.tls.ListenerContexts;
import dev.postern.plan.ListenerPlan;

/**
 * A listener ready to serve.
 *
 * @param contexts its TLS, or null where the listener has no certificate
 * @param users    who can log in with a password, or null
 * @param proxies  whose connections begin with a PROXY header
 */
public record ActiveListener(ListenerPlan plan, HostAccess hostAccess, RecipientAccess recipientAccess, ListenerContexts contexts, Users users, Networks proxies) {
    /** With the proxies of the plan. */
    public ActiveListener(ListenerPlan plan, HostAccess hostAccess, RecipientAccess recipientAccess, ListenerContexts contexts, Users users) {
        this(plan, hostAccess, recipientAccess, contexts, users, new Networks(plan.proxies()));
    }

    /** One without users. */
    public ActiveListener(ListenerPlan plan, HostAccess hostAccess, RecipientAccess recipientAccess, ListenerContexts contexts) {
        this(plan, hostAccess, recipientAccess, contexts, null);
    }
}
