package dev.postern.dns;

import dev.postern.dns.TlsaAnswer.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.Type;

/**
 * Finds a host's TLSA records (RFC 7672 section 2.2). They are asked for only where the host's addresses are proven, as many servers
 * of zones that are not signed do not answer such questions at all. Where the host is an alias, they may be at what it is an
 * alias of, which is asked first and only where the whole way there is proven, or at the host's own name.
 */
final class TlsaLookup {
    private final SecureLookup lookup;

    TlsaLookup(SecureLookup lookup) {
        this.lookup = lookup;
    }

    /** Never fails. */
    CompletionStage<TlsaAnswer> find(Name host, int port) {
        CompletionStage<SecureAnswer> v6 = lookup.find(host, Type.AAAA);
        return lookup.find(host, Type.A).thenCombine(v6, TlsaLookup::telling).thenCompose(address -> {
            if (address.failed()) {
                return done(Status.FAILED, host, address.detail());
            }
            if (!address.secure()) {   // and whoever hides the addresses there hides no alias that is proven
                return address.alias() ? byOwnName(host, port) : done(Status.NONE, host, "the zone of the host is not signed");
            }
            if (address.records().isEmpty()) {
                return done(Status.NONE, host, "the host has no address");
            }
            return first(address.alias() ? List.of(address.owner(), host) : List.of(host), port, host);
        });
    }

    /** Of both address families the one that tells most: proven addresses, then addresses, then what failed. */
    private static SecureAnswer telling(SecureAnswer v4, SecureAnswer v6) {
        return rank(v6) > rank(v4) ? v6 : v4;
    }

    private static int rank(SecureAnswer answer) {
        if (answer.failed()) {
            return 1;
        }
        return answer.records().isEmpty() ? 0 : answer.secure() ? 3 : 2;
    }

    /** Of an alias of a host in a zone that is not signed: the alias itself may be proven. */
    private CompletionStage<TlsaAnswer> byOwnName(Name host, int port) {
        return lookup.find(host, Type.CNAME).thenCompose(alias -> switch (alias.status()) {
            case SECURE -> first(List.of(host), port, host);
            case INSECURE -> done(Status.NONE, host, "the zone of the host is not signed");
            case FAILED -> done(Status.FAILED, host, alias.detail());
        });
    }

    private CompletionStage<TlsaAnswer> first(List<Name> bases, int port, Name host) {
        if (bases.isEmpty()) {
            return done(Status.NONE, host, "no TLSA records");
        }
        Name base = bases.getFirst();
        Name name;
        try {
            name = Name.concatenate(Name.fromConstantString("_" + port + "._tcp"), base);
        } catch (NameTooLongException e) {
            return first(bases.subList(1, bases.size()), port, host);   // no such name can have records
        }
        return lookup.find(name, Type.TLSA).thenCompose(answer -> {
            if (answer.failed()) {
                return done(Status.FAILED, base, answer.detail());
            }
            if (answer.secure() && !answer.records().isEmpty()) {
                return CompletableFuture.completedFuture(new TlsaAnswer(Status.SECURE, answer.records().stream().map(r -> record((TLSARecord) r)).toList(), DnsjavaDns.text(base), null));
            }
            return first(bases.subList(1, bases.size()), port, host);
        });
    }

    private static TlsaRecord record(TLSARecord record) {
        return new TlsaRecord(record.getCertificateUsage(), record.getSelector(), record.getMatchingType(), record.getCertificateAssociationData());
    }

    private static CompletionStage<TlsaAnswer> done(Status status, Name base, String detail) {
        return CompletableFuture.completedFuture(new TlsaAnswer(status, List.of(), DnsjavaDns.text(base), detail));
    }
}
