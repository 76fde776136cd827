package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControl;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.ResourceRef;
import java.util.List;
import java.util.Objects;

/** Which plan a domain has, and whether a new one differs. Pure. */
final class Destinations {
    private static final ResourceRef BUILT_IN = new ResourceRef("DestinationControl", "", "built-in", "", 0);

    private static final int SMTP = 25;

    private Destinations() {
    }

    static DestinationPlan find(ActivePlan plan, String domain) {
        return plan.destinations().find(domain).orElseGet(() -> builtIn(plan));
    }

    /** As {@link #find(ActivePlan, String)}, by the lane's own way where it has one. */
    static DestinationPlan find(ActivePlan plan, Lane lane) {
        DestinationPlan found = find(plan, lane.domain());
        return lane.route() == null ? found : found.via(List.of(host(lane.route())));
    }

    /** HOST, HOST:PORT or, for IPv6 addresses, [ADDRESS]:PORT. */
    static DestinationPlan.Host host(String route) {
        int colon = route.lastIndexOf(':');
        boolean port = colon > 0 && (route.indexOf(':') == colon || route.charAt(colon - 1) == ']');
        String host = port ? route.substring(0, colon) : route;
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return new DestinationPlan.Host(bare, port ? Integer.parseInt(route.substring(colon + 1)) : SMTP, 0);
    }

    /** For domains that no DestinationControl names. */
    private static DestinationPlan builtIn(ActivePlan plan) {
        var settings = plan.plan().settings();
        return new DestinationPlan(BUILT_IN, List.of(), true, DestinationPlan.Tls.of(TlsMode.Preferred, Identity.Hosted, null), settings.certificate(),
                DestinationPlan.Limits.STANDARD, settings.retry(), false, List.of(), null);
    }

    /** Whether an attempt under the one plan could go otherwise under the other. */
    static boolean changed(ActivePlan before, DestinationPlan old, ActivePlan after, DestinationPlan now) {
        if (before == after) {
            return false;
        }
        var oldSettings = before.plan().settings();
        var newSettings = after.plan().settings();
        return !same(old, now)
                || !Objects.equals(bundle(before, old), bundle(after, now))
                || !after.client(now.certificate()).same(before.client(old.certificate()))
                || !oldSettings.hostname().equals(newSettings.hostname())
                || !oldSettings.dns().equals(newSettings.dns());
    }

    /** The limits take effect by themselves, and the resource's generation changes nothing on the wire. */
    private static boolean same(DestinationPlan a, DestinationPlan b) {
        return a.tls().equals(b.tls()) && a.route().equals(b.route()) && Objects.equals(a.held(), b.held());
    }

    private static String bundle(ActivePlan plan, DestinationPlan destination) {
        return destination.trustBundle() == null ? "" : plan.plan().trustBundles().get(destination.trustBundle());
    }
}
