package dev.postern.dns;

import dev.postern.dns.Dns.DnsException.Kind;
import dev.postern.pki.HostNames;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Cache;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupResult;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;
import org.xbill.DNS.lookup.ServerFailedException;

/**
 * Looks names up with dnsjava. Names are absolute: search lists are not applied. Answers are cached by TTL, {@value #CACHED} at
 * most, a day and for absence five minutes at the longest; no lookup takes longer than the limit given.
 */
public final class DnsjavaDns implements Dns {
    private static final int CACHED = 50_000;
    private static final int MAX_TTL_SECONDS = 86_400;
    private static final int MAX_NEGATIVE_TTL_SECONDS = 300;
    private static final int MAX_PTR = 5;
    /** Bytes of an answer over UDP that paths carry whole (RFC 9715). */
    private static final int PAYLOAD = 1232;

    private static final Executor EXECUTOR = Thread::startVirtualThread;

    private final LookupSession session;
    private final LookupSession hosts;
    private final LookupSession lists;
    private final SecureLookup secure;
    private final TlsaLookup tlsa;
    private final Duration limit;

    /**
     * Asks these servers in turn.
     *
     * @param wait  for one answer of one server
     * @param limit for a whole lookup, with all retries and aliases
     * @throws IllegalArgumentException naming the server or trust anchor that is none
     */
    public DnsjavaDns(DnsOptions options, Duration wait, Duration limit) {
        this.limit = limit;
        Resolver resolver = NameServers.resolver(options.servers(), wait, limit);
        Cache cache = cache();
        session = LookupSession.builder().resolver(resolver).cache(cache).executor(EXECUTOR).build();
        hosts = LookupSession.builder().resolver(resolver).cache(cache).executor(EXECUTOR).defaultHostsFileParser().build();
        // DNS lists have a name for each client: in a cache of their own they push nothing else out.
        lists = LookupSession.builder().resolver(resolver).cache(cache()).executor(EXECUTOR).build();
        Resolver signed = NameServers.resolver(options.servers(), wait, limit);
        secure = new SecureLookup(options.trustAd() ? signed : Validation.of(signed, options.trustAnchors()), EXECUTOR, limit);
        signed.setEDNS(0, PAYLOAD, ExtendedFlags.DO);
        tlsa = new TlsaLookup(secure);
    }

    private static Cache cache() {
        Cache cache = new Cache(DClass.IN);
        cache.setMaxEntries(CACHED);
        cache.setMaxCache(MAX_TTL_SECONDS);
        cache.setMaxNCache(MAX_NEGATIVE_TTL_SECONDS);
        return cache;
    }

    /** With 3 s for an answer and 20 s for a lookup. */
    public DnsjavaDns(DnsOptions options) {
        this(options, Duration.ofSeconds(3), Duration.ofSeconds(20));
    }

    @Override
    public CompletionStage<SecureMx> secureMx(String domain) {
        Name name = name(domain);
        if (name == null) {
            return CompletableFuture.failedFuture(noName(domain));
        }
        return bounded(secure.find(name, Type.MX).thenCompose(answer -> {
            if (answer.failed()) {
                return CompletableFuture.<SecureMx>failedFuture(new DnsException(Kind.TEMPORARY, "lookup with DNSSEC failed: " + answer.detail()));
            }
            if (!answer.exists()) {
                return CompletableFuture.<SecureMx>failedFuture(new DnsException(Kind.NOT_FOUND, domain + " does not exist"));
            }
            CompletionStage<List<Mx>> found = answer.records().isEmpty() ? implicit(domain) : MxRecords.hosts(domain, answer.records());
            return found.thenApply(hosts -> new SecureMx(hosts, answer.secure()));
        }), domain);
    }

    @Override
    public CompletionStage<TlsaAnswer> tlsa(String host, int port) {
        Name name = HostNames.address(host).isPresent() ? null : name(host);
        if (name == null) {
            return CompletableFuture.completedFuture(new TlsaAnswer(TlsaAnswer.Status.NONE, List.of(), host, "the host has no name"));
        }
        return tlsa.find(name, port).toCompletableFuture().copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(e -> new TlsaAnswer(TlsaAnswer.Status.FAILED, List.of(), host, failure("TLSA of " + host, e).getMessage()));
    }

    @Override
    public CompletionStage<List<String>> txt(String name) {
        return bounded(lookup(session, name, Type.TXT).handle((result, error) -> {
            if (error == null) {
                return CompletableFuture.completedFuture(result.getRecords().stream().filter(TXTRecord.class::isInstance)
                        .map(r -> String.join("", ((TXTRecord) r).getStrings())).toList());
            }
            return isNoData(error) || root(error) instanceof NoSuchDomainException ? CompletableFuture.completedFuture(List.<String>of())
                    : CompletableFuture.<List<String>>failedFuture(failure(name, error));
        }).thenCompose(Function.identity()), name);
    }

    @Override
    public CompletionStage<List<Mx>> mx(String domain) {
        return bounded(lookup(session, domain, Type.MX).handle((result, error) -> {
            if (error == null && !result.getRecords().isEmpty()) {
                return MxRecords.hosts(domain, result.getRecords());
            }
            if (error == null || isNoData(error)) {
                return implicit(domain);
            }
            return CompletableFuture.<List<Mx>>failedFuture(failure(domain, error));
        }).thenCompose(Function.identity()), domain);
    }

    /** A domain without MX records is its own host where it has addresses. */
    private CompletionStage<List<Mx>> implicit(String domain) {
        return addresses(domain).thenApply(a -> List.of(new Mx(0, domain)));
    }

    @Override
    public CompletionStage<List<InetAddress>> addresses(String host) {
        InetAddress literal = HostNames.address(host).orElse(null);
        if (literal != null) {
            return CompletableFuture.completedFuture(List.of(literal));
        }
        var v6 = addresses(host, Type.AAAA);
        var v4 = addresses(host, Type.A);
        return bounded(v6.thenCombine(v4, (six, four) -> {
            List<InetAddress> all = new ArrayList<>(six.addresses);
            all.addAll(four.addresses);
            if (!all.isEmpty()) {
                return all;
            }
            throw new CompletionException(six.error.kind() == Kind.TEMPORARY ? six.error : four.error);
        }), host);
    }

    private record Answer(List<InetAddress> addresses, DnsException error) {
    }

    private CompletionStage<Answer> addresses(String host, int type) {
        return lookup(hosts, host, type).handle((result, error) -> {
            if (error != null) {
                return new Answer(List.of(), failure(host, error));
            }
            List<InetAddress> found = new ArrayList<>();
            for (Record record : result.getRecords()) {
                if (record instanceof ARecord a) {
                    found.add(a.getAddress());
                } else if (record instanceof AAAARecord a) {
                    found.add(a.getAddress());
                }
            }
            return new Answer(found, new DnsException(Kind.NOT_FOUND, host + " has no address"));
        });
    }

    @Override
    public CompletionStage<List<InetAddress>> ipv4(String name) {
        return bounded(lookup(lists, name, Type.A).handle((result, error) -> {
            if (error == null) {
                return CompletableFuture.completedFuture(result.getRecords().stream().filter(ARecord.class::isInstance).map(r -> ((ARecord) r).getAddress()).toList());
            }
            return isNoData(error) || root(error) instanceof NoSuchDomainException ? CompletableFuture.completedFuture(List.<InetAddress>of())
                    : CompletableFuture.<List<InetAddress>>failedFuture(failure(name, error));
        }).thenCompose(Function.identity()), name);
    }

    @Override
    public CompletionStage<Optional<String>> confirmedName(InetAddress address) {
        CompletionStage<Optional<String>> name = session.lookupAsync(ReverseMap.fromAddress(address), Type.PTR).thenCompose(result -> {
            CompletionStage<Optional<String>> found = CompletableFuture.completedFuture(Optional.empty());
            for (Record record : result.getRecords().stream().limit(MAX_PTR).toList()) {
                if (record instanceof PTRRecord ptr) {
                    String host = text(ptr.getTarget());
                    found = found.thenCompose(f -> f.isPresent() ? CompletableFuture.completedFuture(f)
                            : addresses(host).handle((all, error) -> error == null && all.contains(address) ? Optional.of(host) : Optional.empty()));
                }
            }
            return found;
        });
        return bounded(name, address.getHostAddress()).exceptionally(e -> Optional.empty());
    }

    /** Nothing is held open between lookups; those under way end by themselves. */
    @Override
    public void close() {
    }

    private static CompletionStage<LookupResult> lookup(LookupSession session, String name, int type) {
        Name absolute = name(name);
        return absolute == null ? CompletableFuture.failedFuture(noName(name)) : session.lookupAsync(absolute, type);
    }

    /** Null for what is no name. */
    private static Name name(String text) {
        try {
            return Name.fromString(text, Name.root);
        } catch (TextParseException e) {
            return null;
        }
    }

    private static DnsException noName(String text) {
        return new DnsException(Kind.NOT_FOUND, "'" + text + "' is not a domain name");
    }

    private <T> CompletionStage<T> bounded(CompletionStage<T> lookup, String name) {
        return lookup.toCompletableFuture().copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .handle((value, error) -> error == null ? CompletableFuture.completedFuture(value)
                        : CompletableFuture.<T>failedFuture(failure(name, error)))
                .thenCompose(Function.identity());
    }

    private static boolean isNoData(Throwable error) {
        return root(error) instanceof NoSuchRRSetException;
    }

    private static DnsException failure(String name, Throwable error) {
        return switch (root(error)) {
            case DnsException known -> known;
            case NoSuchDomainException e -> new DnsException(Kind.NOT_FOUND, name + " does not exist");
            case NoSuchRRSetException e -> new DnsException(Kind.NOT_FOUND, name + " has no address");
            case ServerFailedException e -> new DnsException(Kind.TEMPORARY, "lookup of " + name + " failed: the name server says SERVFAIL");
            case TimeoutException e -> new DnsException(Kind.TEMPORARY, "lookup of " + name + " timed out");
            case Throwable e -> new DnsException(Kind.TEMPORARY, "lookup of " + name + " failed: " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
        };
    }

    private static Throwable root(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? root(error.getCause()) : error;
    }

    static String text(Name name) {
        return name.toString(true).toLowerCase(Locale.ROOT);
    }
}
