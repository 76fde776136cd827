package dev.postern.dns;

import dev.postern.dns.Dns.DnsException.Kind;
import dev.postern.dns.Dns.DnsException;
import dev.postern.dns.Dns.Mx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/** The hosts of MX records in the order to try them (RFC 5321 section 5.1). */
final class MxRecords {
    private static final int MAX_MX = 50;

    private MxRecords() {
    }

    /** Lowest preference first, shuffled within one; fails with NULL_MX where there is none but the root (RFC 7505). */
    static CompletionStage<List<Mx>> hosts(String domain, List<Record> records) {
        List<Mx> found = new ArrayList<>();
        for (Record record : records) {
            if (record instanceof MXRecord mx && !mx.getTarget().equals(Name.root)) {
                found.add(new Mx(mx.getPriority(), DnsjavaDns.text(mx.getTarget())));
            }
        }
        if (found.isEmpty()) {
            return CompletableFuture.failedFuture(new DnsException(Kind.NULL_MX, domain + " does not accept mail (null MX)"));
        }
        Collections.shuffle(found);
        found.sort(Comparator.comparingInt(Mx::preference));
        return CompletableFuture.completedFuture(List.copyOf(found.subList(0, Math.min(MAX_MX, found.size()))));
    }
}
