package dev.postern.gateway.delivery;

import dev.postern.dns.Dns.DnsException;
import dev.postern.dns.Dns;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.gateway.tls.Published;
import dev.postern.plan.DestinationPlan;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * The hosts of a domain in the order to try them: the route's, or the MX hosts (RFC 5321 section 5.1), each with its addresses,
 * which are looked up when their turn comes. Bounded: {@value #ADDRESSES_PER_HOST} addresses a host, {@value #ADDRESSES} in all.
 */
final class HostWalk {
    private static final int ADDRESSES_PER_HOST = 4;
    private static final int ADDRESSES = 16;
    private static final int SMTP = 25;

    private final Discovery discovery;
    private final DestinationPlan.Tls tls;
    /** Null for a route or an address literal. */
    private final Discovery.Domain domain;
    private final boolean routed;
    private final Deque<Host> hosts;
    private final Deque<Target> targets = new ArrayDeque<>();
    private final List<String> troubles = new ArrayList<>();
    private int given;
    private Undeliverable failure;
    private boolean mayMend;

    /** Of the host that was given last. */
    private int preference;

    private record Host(String name, int port, int preference) {
    }

    private HostWalk(Discovery discovery, DestinationPlan.Tls tls, Discovery.Domain domain, boolean routed, List<Host> hosts) {
        this.discovery = discovery;
        this.tls = tls;
        this.domain = domain;
        this.routed = routed;
        this.hosts = new ArrayDeque<>(hosts);
    }

    /**
     * Finds the hosts. Waits for DNS.
     *
     * @param message what the message itself asks
     * @param self    this gateway's host name: an MX host of this name, and those behind it, are left out
     * @throws Undeliverable when there is none
     */
    static HostWalk begin(String domain, DestinationPlan plan, MessageTls message, String self, Discovery discovery) throws Undeliverable, InterruptedException {
        if (plan.held() != null) {
            throw new Undeliverable(Outcome.retry("4.7.0", "held: " + plan.held(), null), false);
        }
        if (!plan.route().isEmpty()) {
            List<DestinationPlan.Host> route = new ArrayList<>(plan.route());
            Collections.shuffle(route);
            route.sort(Comparator.comparingInt(DestinationPlan.Host::priority));
            return new HostWalk(discovery, plan.tls(), null, true, route.stream().map(h -> new Host(h.host(), h.port(), h.priority())).toList());
        }
        if (Domains.isLiteral(domain)) {
            InetAddress address = Domains.literal(domain);
            if (address == null) {
                throw new Undeliverable(Outcome.failed("5.1.3", "'" + domain + "' is not an address literal", null), false);
            }
            return new HostWalk(discovery, plan.tls(), null, false, List.of(new Host(address.getHostAddress(), SMTP, 0)));
        }
        if (domain.chars().anyMatch(c -> c > 127)) {
            throw new Undeliverable(Outcome.failed("5.1.2", "'" + domain + "' cannot be written in A-labels (IDNA) beyond doubt", null), false);
        }
        try {
            Discovery.Domain found = discovery.domain(domain, plan.tls(), message);
            List<Dns.Mx> usable = beforeSelf(found.hosts(), self);
            if (usable.isEmpty()) {
                throw new Undeliverable(Outcome.failed("5.4.6", "mail for " + domain + " loops back to " + self, null), false);
            }
            return new HostWalk(discovery, plan.tls(), found, false, usable.stream().map(mx -> new Host(mx.host(), SMTP, mx.preference())).toList());
        } catch (DnsException e) {
            throw new Undeliverable(switch (e.kind()) {
                case NOT_FOUND -> Outcome.failed("5.1.2", e.getMessage(), null);
                case NULL_MX -> Outcome.failed("5.1.10", e.getMessage(), null);
                case TEMPORARY -> Outcome.retry("4.4.3", e.getMessage(), null);
            }, false);
        }
    }

    /** Mail must not go to a host as far away as this one or further: it would come back. */
    static List<Dns.Mx> beforeSelf(List<Dns.Mx> all, String self) {
        int own = all.stream().filter(mx -> mx.host().equalsIgnoreCase(self)).mapToInt(Dns.Mx::preference).min().orElse(Integer.MAX_VALUE);
        return own == Integer.MAX_VALUE ? all : all.stream().filter(mx -> mx.preference() < own).toList();
    }

    /** The next address to try, or null at the end. Waits for DNS. */
    Target next() throws InterruptedException {
        while (targets.isEmpty() && !hosts.isEmpty() && given < ADDRESSES) {
            Host host = hosts.poll();
            preference = host.preference();
            try {
                List<InetAddress> addresses = discovery.addresses(host.name());
                Published published = published(host);
                boolean proven = routed || domain != null && (domain.secure() || published.sts() instanceof Published.Sts.Found sts && sts.enforce() && sts.listsHost());
                addresses.stream().limit(ADDRESSES_PER_HOST).forEach(a -> targets.add(new Target(host.name(), a, host.port(), routed, published, proven)));
            } catch (DnsException e) {
                troubles.add(host.name() + ": " + e.getMessage());
                boolean gone = e.kind() == DnsException.Kind.NOT_FOUND && !routed;   // a route's typo is mended here: mail waits for it
                failed(new Undeliverable(gone ? Outcome.failed("5.4.4", e.getMessage(), host.name()) : Outcome.retry("4.4.3", e.getMessage(), host.name()), false));
            }
        }
        given++;
        return targets.poll();
    }

    /** The next address to try that is as good as the last one, of the same host or one of the same preference; null where there is none. */
    Target nextAlike() throws InterruptedException {
        return targets.isEmpty() && (hosts.isEmpty() || hosts.peek().preference() != preference) ? null : next();
    }

    /** What is known of the domain; null for a route or an address literal. */
    Discovery.Domain domain() {
        return domain;
    }

    /** Hosts that had no address, and why. */
    List<String> troubles() {
        return troubles;
    }

    /** Notes why an address or host was of no use. */
    void failed(Undeliverable why) {
        mayMend |= why.outcome().kind() == Outcome.Kind.RETRY;
        if (failure == null || rank(why) >= rank(failure)) {
            failure = why;
        }
    }

    /**
     * Of all that went wrong, what tells most: TLS before connections, and what may mend before what will not. It is for good only where every host was
     * looked at and none may mend.
     */
    Undeliverable failure() {
        if (failure != null && failure.outcome().kind() == Outcome.Kind.FAILED && (mayMend || !hosts.isEmpty())) {
            return new Undeliverable(failure.outcome().later(), failure.tls());
        }
        return failure != null ? failure : new Undeliverable(Outcome.retry("4.4.1", "no host could be reached", null), false);
    }

    private static int rank(Undeliverable why) {
        return (why.tls() ? 2 : 0) + (why.outcome().kind() == Outcome.Kind.RETRY ? 1 : 0);
    }

    private Published published(Host host) throws InterruptedException {
        if (routed) {
            return discovery.routed(host.name(), host.port(), tls);
        }
        return domain == null ? Published.NOTHING : discovery.host(domain, host.name(), host.port(), tls);
    }
}
