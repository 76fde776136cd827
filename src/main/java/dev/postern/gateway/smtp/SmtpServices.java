package dev.postern.gateway.smtp;

import dev.postern.dns.Dns;
import dev.postern.gateway.auth.Logins;
import dev.postern.gateway.config.PlanHolder;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.spool.Spool;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the servers of a gateway share.
 *
 * @param icids     the last ICID given
 * @param verifier  runs what costs CPU: the verification of clients' certificates
 * @param logins    of all sessions
 * @param admission what clients are judged by
 */
public record SmtpServices(PlanHolder plans, Spool spool, Dns dns, MailLog log, TlsFailures failures, MeterRegistry meters, InstantSource clock,
        SmtpLimits limits, AtomicLong icids, Executor verifier, Logins logins, AdmissionServices admission) {

    /** With what clients are judged by of its own. */
    public SmtpServices(PlanHolder plans, Spool spool, Dns dns, MailLog log, TlsFailures failures, MeterRegistry meters, InstantSource clock,
            SmtpLimits limits, AtomicLong icids, Executor verifier, Logins logins) {
        this(plans, spool, dns, log, failures, meters, clock, limits, icids, verifier, logins, AdmissionServices.of(dns, log, clock));
    }

    /** With the limits of production, counting ICIDs from 1. */
    public SmtpServices(PlanHolder plans, Spool spool, Dns dns, MailLog log, TlsFailures failures, MeterRegistry meters, InstantSource clock) {
        this(plans, spool, dns, log, failures, meters, clock, SmtpLimits.DEFAULT, new AtomicLong(), verifiers(), Logins.standard());
    }

    /** Half of the machine at most; threads that have nothing to do go. What waits is bounded by the connections. */
    static Executor verifiers() {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        var pool = new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("client-certificates-", 0).daemon().factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
