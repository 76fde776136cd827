package dev.postern.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The resolver in force: another takes its place when the options change. Lookups under way end with the one they began with. */
public final class DnsHolder implements Dns {
    private final Function<DnsOptions, Dns> factory;
    private DnsOptions options;
    private volatile Dns current;

    public DnsHolder(DnsOptions options) {
        this(options, DnsjavaDns::new);
    }

    DnsHolder(DnsOptions options, Function<DnsOptions, Dns> factory) {
        this.factory = factory;
        this.options = options;
        current = factory.apply(options);
    }

    /** Asks so from now on; nothing changes, and the cache stays, where the options are the same. */
    public synchronized void use(DnsOptions next) {
        if (!options.equals(next)) {
            Dns before = current;
            current = factory.apply(next);
            options = next;
            before.close();
        }
    }

    @Override
    public CompletionStage<List<Mx>> mx(String domain) {
        return current.mx(domain);
    }

    @Override
    public CompletionStage<SecureMx> secureMx(String domain) {
        return current.secureMx(domain);
    }

    @Override
    public CompletionStage<TlsaAnswer> tlsa(String host, int port) {
        return current.tlsa(host, port);
    }

    @Override
    public CompletionStage<List<String>> txt(String name) {
        return current.txt(name);
    }

    @Override
    public CompletionStage<List<InetAddress>> addresses(String host) {
        return current.addresses(host);
    }

    @Override
    public CompletionStage<List<InetAddress>> ipv4(String name) {
        return current.ipv4(name);
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
