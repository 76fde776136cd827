package dev.postern.gateway.delivery;

import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.report.TlsResults;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.plan.DestinationPlan;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Opens a connection to one address at the level that the destination needs, or says why not. Waits: for virtual threads. */
final class Dialer {
    private final Tools tools;
    private final AtomicLong ids;

    /**
     * What every attempt works with, and whom it tells.
     *
     * @param confirmedName the forward-confirmed name of an address; waits for DNS
     */
    record Tools(EventLoopGroup group, Timeouts timeouts, Function<InetAddress, Optional<String>> confirmedName, MailLog log, TlsFailures failures, TlsResults results, DeliveryMetrics metrics, InstantSource clock) {
    }

    Dialer(Tools tools) {
        this(tools, new AtomicLong());
    }

    private Dialer(Tools tools, AtomicLong ids) {
        this.tools = tools;
        this.ids = ids;
    }

    /** One that numbers its connections with this one, and tells others of how TLS went. */
    Dialer telling(TlsFailures failures, TlsResults results) {
        return new Dialer(new Tools(tools.group, tools.timeouts, tools.confirmedName, tools.log, failures, results, tools.metrics, tools.clock), ids);
    }

    /** @param message what the message that it is opened for asks */
    Link open(String domain, Target target, DestinationPlan plan, ActivePlan active, MessageTls message) throws Undeliverable {
        try {
            Link link = new DialAttempt(tools, ids::incrementAndGet, domain, target, plan, active, message).open();
            tools.metrics.attempt("opened");
            return link;
        } catch (Undeliverable e) {
            tools.metrics.attempt("failed");
            throw e;
        }
    }
}
