package dev.postern.gateway.smtp;

import dev.postern.dns.Dns;
import dev.postern.gateway.config.PlanHolder;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.spool.Spool;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the servers of a gateway share.
 *
 * @param icids the last ICID given
 */
public record SmtpServices(PlanHolder plans, Spool spool, Dns dns, MailLog log, TlsFailures failures, MeterRegistry meters, InstantSource clock,
        SmtpLimits limits, AtomicLong icids) {

    /** With the limits of production, counting ICIDs from 1. */
    public SmtpServices(PlanHolder plans, Spool spool, Dns dns, MailLog log, TlsFailures failures, MeterRegistry meters, InstantSource clock) {
        this(plans, spool, dns, log, failures, meters, clock, SmtpLimits.DEFAULT, new AtomicLong());
    }
}
