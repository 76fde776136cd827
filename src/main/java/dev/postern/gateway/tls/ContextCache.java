package dev.postern.gateway.tls;

import io.netty.handler.ssl.SslContext;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * Contexts by what they are made of, for as long as something else holds them: the plan in force, or a session of an earlier one.
 * So a new plan costs only what changed, and a plan that is refused costs the one in force nothing. Used by one thread at a time.
 *
 * @param <K> what makes a context: digests, so that no key stays in a second place
 */
final class ContextCache<K> {
    private final Map<K, WeakReference<SslContext>> contexts = new HashMap<>();

    /** Makes a context. */
    @FunctionalInterface
    interface Maker {
        SslContext make() throws SSLException;
    }

    SslContext get(K key, Maker maker) throws SSLException {
        var known = contexts.get(key);
        SslContext context = known == null ? null : known.get();
        if (context == null) {
            context = maker.make();
            contexts.put(key, new WeakReference<>(context));
        }
        return context;
    }

    /** Forgets what nothing holds any more. */
    void purge() {
        contexts.values().removeIf(c -> c.get() == null);
    }
}
