package dev.postern.gateway.smtp;

import dev.postern.gateway.config.ActiveListener;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the open ports in step with the plan: opens those of new listeners, frees those of listeners that went (their
 * sessions go on to their end), moves those whose port changed, and leaves the others alone. A port that cannot be opened is
 * tried again every few seconds. Works on one event loop; safe for use by many threads.
 */
public final class SmtpServers {
    private final SmtpServices services;
    private final InetAddress bind;
    private final EventLoopGroup acceptor;
    private final EventLoopGroup sessions;
    private final EventExecutor loop;
    private final Duration retry;
    private final List<Runnable> subscribers = new CopyOnWriteArrayList<>();

    // On the loop alone.
    private final Map<String, Place> places = new TreeMap<>();
    private final Map<String, Reception> receptions = new HashMap<>();
    private boolean reconciling;
    private boolean again;
    private final CompletableFuture<Void> settled = new CompletableFuture<>();

    private volatile boolean stopped;
    private volatile Map<String, String> errors = Map.of();
    private volatile Map<String, InetSocketAddress> addresses = Map.of();

    /** What has become of one listener: open, or not and why. */
    private record Place(int port, SmtpServer server, String error) {
    }

    /**
     * @param bind     address on which all listeners listen
     * @param acceptor event loops that take connections; one is enough
     * @param sessions event loops that run sessions
     */
    public SmtpServers(SmtpServices services, InetAddress bind, EventLoopGroup acceptor, EventLoopGroup sessions) {
        this(services, bind, acceptor, sessions, Duration.ofSeconds(3));
    }

    SmtpServers(SmtpServices services, InetAddress bind, EventLoopGroup acceptor, EventLoopGroup sessions, Duration retry) {
        this.services = services;
        this.bind = bind;
        this.acceptor = acceptor;
        this.sessions = sessions;
        this.retry = retry;
        loop = acceptor.next();
    }

    /**
     * Follows the plan from now on.
     *
     * @return completes when every listener of the first plan is open, or was found not to open
     */
    public CompletableFuture<Void> start() {
        services.plans().subscribe(plan -> {
            if (!stopped) {
                loop.execute(this::reconcile);
            }
        });
        return settled;
    }

    /** Why listeners of the plan in force are not open, by name. */
    public Map<String, String> errors() {
        return errors;
    }

    /** Where listeners are open, by name. */
    public Map<String, InetSocketAddress> addresses() {
        return addresses;
    }

    /** Calls {@code subscriber} after every change of {@link #errors} or {@link #addresses}, on an event loop: it must not block. */
    public void subscribe(Runnable subscriber) {
        subscribers.add(subscriber);
    }

    /**
     * Frees all ports and ends all sessions, as {@link SmtpServer#drain}.
     *
     * @return completes when no session is left
     */
    public CompletableFuture<Void> drain(Duration patience) {
        CompletableFuture<Void> drained = new CompletableFuture<>();
        loop.execute(() -> {
            stopped = true;
            List<CompletableFuture<Void>> all = new ArrayList<>();
            places.values().stream().filter(p -> p.server != null).forEach(p -> all.add(p.server.close()));
            receptions.values().forEach(r -> all.add(r.drain(patience, loop)));
            places.clear();
            publish();
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).whenComplete((done, error) -> drained.complete(null));
        });
        return drained;
    }

    private void reconcile() {
        if (reconciling || stopped) {
            again = true;
            return;
        }
        ActivePlan plan = services.plans().current();
        if (plan == null) {
            return;
        }
        reconciling = true;
        again = false;
        Map<String, Integer> wanted = new TreeMap<>();
        for (ActiveListener listener : plan.listeners().values()) {
            wanted.put(listener.plan().name(), listener.plan().port());
        }
        // First every port that is to be free, so that another listener may take it.
        closeUnwanted(wanted).thenComposeAsync(done -> openMissing(wanted), loop).whenCompleteAsync((done, error) -> {
            reconciling = false;
            publish();
            settled.complete(null);
            if (again) {
                reconcile();
            } else if (!errors.isEmpty() && !stopped) {
                loop.schedule(this::reconcile, retry.toMillis(), TimeUnit.MILLISECONDS);
            }
        }, loop);
    }

    private CompletableFuture<Void> closeUnwanted(Map<String, Integer> wanted) {
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        places.entrySet().removeIf(entry -> {
            Place place = entry.getValue();
            if (Integer.valueOf(place.port).equals(wanted.get(entry.getKey()))) {
                return false;
            }
            if (place.server != null) {
                String address = SmtpServer.text(place.server.address());
                closing.add(place.server.close().thenRun(
                        () -> services.log().log(new MailEvent.ListenerClosed(entry.getKey(), address))));
            }
            return true;
        });
        return CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> openMissing(Map<String, Integer> wanted) {
        List<CompletableFuture<Void>> opening = new ArrayList<>();
        wanted.forEach((name, port) -> {
            Place place = places.get(name);
            if (place == null || place.server == null) {
                opening.add(open(name, port, place == null ? null : place.error));
            }
        });
        return CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> open(String name, int port, String before) {
        Reception reception = receptions.computeIfAbsent(name, n -> new Reception(services, n));
        return SmtpServer.open(name, new InetSocketAddress(bind, port), services, reception, acceptor, sessions).handleAsync((server, error) -> {
            if (server != null && stopped) {
                server.close();
            } else if (server != null) {
                places.put(name, new Place(port, server, null));
                services.log().log(new MailEvent.ListenerOpened(name, SmtpServer.text(server.address())));
            } else {
                String why = (error instanceof CompletionException && error.getCause() != null ? error.getCause() : error).getMessage();
                places.put(name, new Place(port, null, why));
                if (!why.equals(before)) {
                    services.log().log(new MailEvent.Notice(MailEvent.Level.Warning, "Listener " + name + ": " + why));
                }
            }
            return null;
        }, loop);
    }

    private void publish() {
        Map<String, String> nowErrors = new TreeMap<>();
        Map<String, InetSocketAddress> nowAddresses = new TreeMap<>();
        places.forEach((name, place) -> {
            if (place.server == null) {
                nowErrors.put(name, place.error);
            } else {
                nowAddresses.put(name, place.server.address());
            }
        });
        if (!nowErrors.equals(errors) || !nowAddresses.equals(addresses)) {
            errors = Map.copyOf(nowErrors);
            addresses = Map.copyOf(nowAddresses);
            subscribers.forEach(Runnable::run);
        }
    }
}
