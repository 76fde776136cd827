package dev.postern.gateway.alert;

import dev.postern.gateway.report.TlsResult;
import dev.postern.gateway.report.TlsResults;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers the hosts and addresses with which TLS failed, so that no alert goes by them: until TLS works there for the same domain,
 * or the failure is old. Bounded: beyond {@value #MOST} names and addresses the oldest are forgotten. Safe for use by many threads.
 */
final class FailedPaths implements TlsResults {
    private static final int MOST = 10_000;

    private final Map<String, Failed> failed = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failed> eldest) {
            return size() > MOST;
        }
    };

    private record Failed(Instant at, String domain) {
    }

    @Override
    public synchronized void result(TlsResult result) {
        if (result.address() == null) {
            return;
        }
        for (String key : new String[] {result.host(), result.address().getHostAddress()}) {
            Failed known = failed.get(key);
            if (result.outcome() == TlsResult.Outcome.FAILED) {
                failed.remove(key);   // to the end
                failed.put(key, new Failed(result.at(), result.domain()));
            } else if (known != null && known.domain().equals(result.domain())) {
                failed.remove(key);
            }
        }
    }

    /** Whether TLS failed with a host or at an address within the last {@code window}. */
    synchronized boolean barred(String host, InetAddress address, Instant now, Duration window) {
        return recent(failed.get(host), now, window) || recent(failed.get(address.getHostAddress()), now, window);
    }

    private static boolean recent(Failed known, Instant now, Duration window) {
        return known != null && now.isBefore(known.at().plus(window));
    }
}
