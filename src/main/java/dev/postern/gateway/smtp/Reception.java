package dev.postern.gateway.smtp;

import dev.postern.gateway.access.ClientProof;
import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.config.ActiveListener;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.ListenerMetrics.Rejection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Receives the clients of one listener: counts them, asks the host access table, greets or turns away. Safe for use by many threads. */
final class Reception {
    private final SmtpServices services;
    private final String listenerName;
    private final ListenerMetrics metrics;
    private final ConnectionCounter perClient = new ConnectionCounter();
    private final Map<SessionHandler, Optional<Visit>> visits = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean draining;
    private final CompletableFuture<Void> empty = new CompletableFuture<>();

    /** What has to be undone when the client leaves. */
    private record Visit(long icid, InetAddress counted) {
    }

    /**
     * Where a client is.
     *
     * @param proxy which said so, or null
     */
    private record Origin(InetAddress address, InetAddress proxy) {
    }

    Reception(SmtpServices services, String listenerName) {
        this.services = services;
        this.listenerName = listenerName;
        this.metrics = new ListenerMetrics(services.meters(), listenerName);
    }

    /** A client has connected; on its event loop. */
    void arrived(SessionHandler handler) {
        metrics.opened();
        visits.put(handler, Optional.empty());
        int now = connections.incrementAndGet();
        ActivePlan plan = services.plans().current();
        ActiveListener listener = plan == null ? null : plan.listeners().get(listenerName);
        if (listener == null) {
            handler.close(null);
        } else if (draining || now > services.limits().maxConnections()) {
            metrics.rejected(Rejection.ConnectionLimit);
            handler.close(inClear(listener, draining ? Reply.of(421, "4.3.2", Client.serverName(plan, listener) + " shutting down")
                    : Denial.ListenerConnections.reply()));
        } else if (listener.proxies().contain(peer(handler))) {
            handler.begin(proxied(handler, plan, listener));
        } else {
            arrived(handler, plan, listener, new Origin(peer(handler), null));
        }
    }

    private void arrived(SessionHandler handler, ActivePlan plan, ActiveListener listener, Origin origin) {
        if (ClientLookup.needed(listener.hostAccess())) {
            lookUp(handler, plan, listener, origin);
        } else {
            decide(handler, plan, listener, origin, ClientLookup.Found.NOTHING);
        }
    }

    private ProxyDialog proxied(SessionHandler handler, ActivePlan plan, ActiveListener listener) {
        InetAddress proxy = peer(handler);
        return new ProxyDialog(handler, services.limits().proxyHeader(),
                client -> arrived(handler, plan, listener, client == null ? new Origin(proxy, null) : new Origin(client, proxy)), reason -> {
                    metrics.rejected(Rejection.ProxyHeader);
                    services.log().log(new MailEvent.ProxyRefused(listenerName, proxy.getHostAddress(), reason));
                });
    }

    /** A client has gone; on its event loop. */
    void left(SessionHandler handler) {
        Optional<Visit> visit = visits.remove(handler);
        if (visit == null) {
            return;
        }
        visit.ifPresent(v -> {
            if (v.counted != null) {
                perClient.leave(v.counted);
            }
            services.log().log(new MailEvent.InboundClosed(v.icid));
        });
        metrics.closed();
        if (connections.decrementAndGet() == 0 && draining) {
            empty.complete(null);
        }
    }

    void unexpected(Throwable cause) {
        services.log().log(new MailEvent.Notice(MailEvent.Level.Warning, "listener " + listenerName + ": session ended by " + cause));
    }

    /**
     * Ends the sessions that are idle now, the others when they are, and all when {@code patience} is over; new ones get 421.
     *
     * @return completes when none is left
     */
    CompletableFuture<Void> drain(Duration patience, ScheduledExecutorService timer) {
        draining = true;
        visits.keySet().forEach(SessionHandler::drain);
        if (connections.get() == 0) {
            empty.complete(null);
        }
        var end = timer.schedule(() -> visits.keySet().forEach(h -> h.context().close()), patience.toMillis(), TimeUnit.MILLISECONDS);
        empty.whenComplete((done, error) -> end.cancel(false));
        return empty;
    }

    /** Whether so many connections are open that none may take its time. */
    boolean crowded() {
        return connections.get() >= services.limits().crowd();
    }

    int open() {
        return connections.get();
    }

    private void lookUp(SessionHandler handler, ActivePlan plan, ActiveListener listener, Origin origin) {
        ClientLookup.find(services, listener.hostAccess(), origin.address)
                .thenAcceptAsync(found -> decide(handler, plan, listener, origin, found), handler.loop())
                .exceptionally(e -> {
                    unexpected(e);
                    handler.context().close();
                    return null;
                });
    }

    private void decide(SessionHandler handler, ActivePlan plan, ActiveListener listener, Origin origin, ClientLookup.Found found) {
        if (!handler.open()) {
            return;
        }
        InetAddress address = origin.address;
        String hostName = found.hostName();
        HostAccess.Match match = listener.hostAccess().find(address, hostName, ClientProof.NONE, found.listing()).orElse(null);
        Client client = new Client(services.icids().incrementAndGet(), address, hostName, found.listing(), plan, listener, match, null);
        services.log().log(new MailEvent.NewInbound(client.icid(), client.serverName(), address(handler.context().channel().localAddress()).getHostAddress(),
                address.getHostAddress(), hostName == null ? "unknown" : hostName, hostName != null));
        if (origin.proxy != null) {
            services.log().log(new MailEvent.Proxied(client.icid(), origin.proxy.getHostAddress()));
        }
        services.log().log(client.matchLine());
        if (client.rejectedAtRecipients()) {
            metrics.rejected(Rejection.HostAccess);
            services.log().log(new MailEvent.DelayedReject(client.icid(), address.getHostAddress()));
            welcome(handler, client);
            return;
        }
        switch (client.behavior()) {
            case TCPRefuse -> {
                visits.replace(handler, Optional.of(new Visit(client.icid(), null)));
                metrics.rejected(Rejection.HostAccess);
                handler.close(null);
            }
            case Reject -> {
                visits.replace(handler, Optional.of(new Visit(client.icid(), null)));
                metrics.rejected(Rejection.HostAccess);
                reject(handler, client);
            }
            default -> welcome(handler, client);
        }
    }

    private void welcome(SessionHandler handler, Client client) {
        boolean room = perClient.enter(client.address(), client.policy().limits().connectionsPerClient());
        visits.replace(handler, Optional.of(new Visit(client.icid(), room ? client.address() : null)));
        if (room) {
            handler.begin(new Session(services, metrics, handler, client, perClient));
        } else {
            metrics.rejected(Rejection.ConnectionLimit);
            handler.close(inClear(client.listener(), Denial.ClientConnections.reply()));
        }
    }

    private void reject(SessionHandler handler, Client client) {
        if (!client.listener().plan().tls().implicit()) {
            handler.begin(new RejectedDialog(handler, services.limits(), client));
        } else if (client.listener().contexts() != null) {
            handler.begin(RejectedDialog.overTls(handler, services.limits(), client, client.listener().contexts()));
        } else {
            handler.close(null);
        }
    }

    /** Nothing is said in clear where TLS comes first; and a limit is not worth a handshake. */
    private static Reply inClear(ActiveListener listener, Reply reply) {
        return listener.plan().tls().implicit() ? null : reply;
    }

    private static InetAddress peer(SessionHandler handler) {
        return address(handler.context().channel().remoteAddress());
    }

    /** The address of a peer; IPv4 where it is mapped into IPv6, so that one client has one address. */
    private static InetAddress address(SocketAddress socket) {
        try {
            return InetAddress.getByAddress(((InetSocketAddress) socket).getAddress().getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 octets", e);
        }
    }
}
