package dev.postern.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The resolver in force: another takes its place when the servers change. Lookups under way end with the one they began with. */
public final class DnsHolder implements Dns {
    private final Function<List<String>, Dns> factory;
    private List<String> servers;
    private volatile Dns current;

    /** @param servers as {@link DnsjavaDns} takes them */
    public DnsHolder(List<String> servers) {
        this(servers, DnsjavaDns::new);
    }

    DnsHolder(List<String> servers, Function<List<String>, Dns> factory) {
        this.factory = factory;
        this.servers = List.copyOf(servers);
        current = factory.apply(this.servers);
    }

    /** Asks these servers from now on; nothing changes, and the cache stays, where they are the same. */
    public synchronized void servers(List<String> next) {
        if (!servers.equals(next)) {
            Dns before = current;
            current = factory.apply(List.copyOf(next));
            servers = List.copyOf(next);
            before.close();
        }
    }

    @Override
    public CompletionStage<List<Mx>> mx(String domain) {
        return current.mx(domain);
    }

    @Override
    public CompletionStage<List<InetAddress>> addresses(String host) {
        return current.addresses(host);
    }

    @Override
    public CompletionStage<Optional<String>> confirmedName(InetAddress address) {
        return current.confirmedName(address);
    }

    @Override
    public synchronized void close() {
        current.close();
    }
}
