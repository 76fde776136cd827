package dev.postern.gateway.access;

import dev.postern.dns.Dns;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks DNS lists (RFC 5782) whether they have an address. A list that does not answer in time, fails, or answers with something that is
 * no listing counts as one that has it not; the log says so, once for each list and interval. Answers are cached by the resolver, by their
 * TTL. Safe for use by many threads.
 */
public final class DnsLists {
    /** For the answer of one list; lists are asked side by side. */
    static final Duration WAIT = Duration.ofSeconds(3);
    /** Between two log lines about one list. */
    static final Duration QUIET = Duration.ofMinutes(10);

    private final Dns dns;
    private final MailLog log;
    private final InstantSource clock;
    private final Duration wait;
    /** When each list was told of last; as many as the plans name. */
    private final Map<String, Long> told = new HashMap<>();

    public DnsLists(Dns dns, MailLog log, InstantSource clock) {
        this(dns, log, clock, WAIT);
    }

    DnsLists(Dns dns, MailLog log, InstantSource clock, Duration wait) {
        this.dns = dns;
        this.log = log;
        this.clock = clock;
        this.wait = wait;
    }

    /** Those of {@code zones} that have the address. Never fails. */
    public CompletionStage<Set<String>> listing(InetAddress address, List<String> zones) {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (String zone : zones) {
            answers.add(dns.ipv4(name(address, zone)).toCompletableFuture().copy().orTimeout(wait.toMillis(), TimeUnit.MILLISECONDS)
                    .handle((found, error) -> error == null ? isListing(zone, found) : failed(zone, error)));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).thenApply(all -> {
            Set<String> listing = new HashSet<>();
            for (int i = 0; i < answers.size(); i++) {
                if (answers.get(i).join()) {
                    listing.add(zones.get(i));
                }
            }
            return listing;
        });
    }

    /** What is asked for: the octets, or of IPv6 the nibbles, last first, before the zone (RFC 5782 sections 2.1 and 2.4). */
    static String name(InetAddress address, String zone) {
        byte[] octets = address.getAddress();
        StringBuilder name = new StringBuilder();
        for (int i = octets.length - 1; i >= 0; i--) {
            int octet = octets[i] & 0xff;
            if (octets.length == 4) {
                name.append(octet).append('.');
            } else {
                name.append(Character.forDigit(octet & 0xf, 16)).append('.').append(Character.forDigit(octet >> 4, 16)).append('.');
            }
        }
        return name.append(zone).toString();
    }

    private boolean isListing(String zone, List<InetAddress> answers) {
        boolean listed = false;
        for (InetAddress answer : answers) {
            byte[] octets = answer.getAddress();
            if (octets[0] != 127) {
                tell(zone, "answers " + answer.getHostAddress() + ", which is no listing (they are in 127.0.0.0/8)");
            } else if (octets[1] == (byte) 255 && octets[2] == (byte) 255) {
                tell(zone, "answers " + answer.getHostAddress() + ": it does not serve this resolver");
            } else {
                listed = true;
            }
        }
        return listed;
    }

    private boolean failed(String zone, Throwable error) {
        Throwable cause = error.getCause() == null ? error : error.getCause();
        tell(zone, cause instanceof TimeoutException ? "does not answer within " + wait.toSeconds() + " s" : "fails: " + cause.getMessage());
        return false;
    }

    private void tell(String zone, String what) {
        long now = clock.millis();
        synchronized (told) {
            Long last = told.get(zone);
            if (last != null && now - last < QUIET.toMillis()) {
                return;
            }
            told.put(zone, now);
        }
        log.log(new MailEvent.Notice(MailEvent.Level.Warning, "DNS list " + zone + " " + what + "; clients count as not listed there"));
    }
}
