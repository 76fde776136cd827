package dev.postern.gateway.delivery;

import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.client.ClientException;
import dev.postern.gateway.smtp.client.Outgoing;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.plan.DestinationPlan;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;

/**
 * Sends a message of the gateway's own at once, over a connection of its own: past the spool, the queues and their limits, but at no
 * lower level of TLS than the recipients' domain asks. One attempt; trying again is the caller's. Waits: never call it on an event loop.
 */
public final class DirectSender {
    private final Context context;
    private final Dialer dialer;

    DirectSender(Context context, Dialer dialer) {
        this.context = context;
        this.dialer = dialer;
    }

    /**
     * What is to be sent.
     *
     * @param sender     reverse path without brackets
     * @param recipients addresses, 100 at most
     * @param content    the whole message in ASCII, line ends CRLF
     * @param route      hosts in the place of the recipients' MX, or empty
     */
    public record Letter(String sender, List<String> recipients, byte[] content, List<DestinationPlan.Host> route) {
        public Letter {
            recipients = List.copyOf(recipients);
            route = List.copyOf(route);
        }
    }

    /** What came of one recipient. */
    public record Fate(Kind kind, String text) {
    }

    /** Kinds of fates. */
    public enum Kind {
        TAKEN,
        /** Another attempt may do. */
        LATER,
        REFUSED
    }

    /**
     * Makes one attempt.
     *
     * @param barred hosts and addresses that are not to be used
     * @return by recipient
     */
    public Map<String, Fate> send(Letter letter, BiPredicate<String, InetAddress> barred) throws InterruptedException {
        Map<String, List<String>> byDomain = new TreeMap<>();
        letter.recipients().forEach(r -> byDomain.computeIfAbsent(Domains.ascii(r.substring(r.lastIndexOf('@') + 1)), d -> new ArrayList<>()).add(r));
        Map<String, Fate> fates = new LinkedHashMap<>();
        for (var group : byDomain.entrySet()) {
            Letter part = new Letter(letter.sender(), group.getValue(), letter.content(), letter.route());
            try {
                fates.putAll(send(group.getKey(), part, barred));
            } catch (Undeliverable e) {
                Kind kind = e.outcome().kind() == Outcome.Kind.FAILED ? Kind.REFUSED : Kind.LATER;
                group.getValue().forEach(r -> fates.put(r, new Fate(kind, e.outcome().text())));
            }
        }
        return fates;
    }

    private Map<String, Fate> send(String domain, Letter letter, BiPredicate<String, InetAddress> barred) throws Undeliverable, InterruptedException {
        ActivePlan active = context.plan();
        DestinationPlan own = Destinations.find(active, domain);
        DestinationPlan plan = letter.route().isEmpty() ? own : own.via(letter.route());
        HostWalk walk = HostWalk.begin(domain, plan, MessageTls.DESTINATION, active.plan().settings().hostname(), context.discovery());
        for (Target target = walk.next(); target != null; target = walk.next()) {
            if (barred.test(target.host(), target.address())) {
                walk.failed(Undeliverable.later("4.7.5", target.describe() + " is left out, as TLS with it failed lately", target, true));
                continue;
            }
            try {
                return transact(dialer.open(domain, target, plan, active, MessageTls.DESTINATION), letter);
            } catch (Undeliverable e) {
                walk.failed(e);
            } catch (ClientException e) {
                walk.failed(Undeliverable.later("4.4.2", target.describe() + ": " + e.getMessage(), target, false));
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
        }
        throw walk.failure();
    }

    private Map<String, Fate> transact(Link link, Letter letter) throws ClientException {
        try {
            byte[] content = letter.content();
            List<Outgoing.Recipient> recipients = letter.recipients().stream().map(r -> new Outgoing.Recipient(r, null, null)).toList();
            List<Outgoing.Result> results = link.session().send(new Outgoing(letter.sender(), content.length, false, false, null, null, recipients,
                    (offset, length) -> CompletableFuture.completedFuture(Unpooled.wrappedBuffer(content, (int) offset, (int) Math.min(length, content.length - offset)))));
            Map<String, Fate> fates = new LinkedHashMap<>();
            for (int i = 0; i < results.size(); i++) {
                var reply = results.get(i).reply();
                Kind kind = reply.positive() ? Kind.TAKEN : reply.permanentFailure() ? Kind.REFUSED : Kind.LATER;
                fates.put(letter.recipients().get(i), new Fate(kind, link.target().describe() + ": " + reply.text()));
            }
            return fates;
        } finally {
            link.session().quit();
            context.log().log(new MailEvent.DeliveryClosed(link.dcid()));
        }
    }
}
