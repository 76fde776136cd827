package dev.postern.testing;

import dev.postern.dns.Dns;
import dev.postern.dns.TlsaAnswer;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Knows no name; tests override what they ask for. Nothing is signed. */
public class NoDns implements Dns {
    @Override
    public CompletionStage<List<Mx>> mx(String domain) {
        return CompletableFuture.failedFuture(new DnsException(DnsException.Kind.NOT_FOUND, domain + " does not exist"));
    }

    @Override
    public CompletionStage<SecureMx> secureMx(String domain) {
        return mx(domain).thenApply(hosts -> new SecureMx(hosts, false));
    }

    @Override
    public CompletionStage<TlsaAnswer> tlsa(String host, int port) {
        return CompletableFuture.completedFuture(new TlsaAnswer(TlsaAnswer.Status.NONE, List.of(), host, "not signed"));
    }

    @Override
    public CompletionStage<List<String>> txt(String name) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<List<InetAddress>> addresses(String host) {
        return CompletableFuture.failedFuture(new DnsException(DnsException.Kind.NOT_FOUND, host + " has no address"));
    }

    @Override
    public CompletionStage<List<InetAddress>> ipv4(String name) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<Optional<String>> confirmedName(InetAddress address) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public void close() {
    }
}
