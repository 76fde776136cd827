package dev.postern.cli.role;

import dev.postern.gateway.Gateway;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.AsyncMailLog;
import dev.postern.gateway.report.EventSink;
import dev.postern.gateway.report.JsonFormat;
import dev.postern.gateway.report.MailFormat;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.report.RequiredTlsReporter;
import dev.postern.gateway.report.TextFormat;
import dev.postern.gateway.spool.SpoolOpenException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Function;

/** A gateway with its mail log on standard output and its alerts: what the roles {@code gateway} and {@code run} have in common. */
public final class GatewayRole implements Role.Running {
    private final MailFormat text = new TextFormat(ZoneId.systemDefault());
    private final MailFormat json = new JsonFormat();
    private final AsyncMailLog log;
    private final RequiredTlsReporter failures;
    private final Gateway gateway;

    /**
     * @param sink makes what takes alerts
     * @throws Role.StartException where the spool cannot be opened
     */
    public GatewayRole(Gateway.Options options, Function<MailLog, EventSink> sink, MeterRegistry meters) {
        InstantSource clock = InstantSource.system();
        // Not System.out: its lock and its encoder are in the way of thousands of lines a second.
        log = new AsyncMailLog(new FileOutputStream(FileDescriptor.out), this::format, AsyncMailLog.CAPACITY, clock, meters);
        failures = new RequiredTlsReporter(sink.apply(log), this::alerting, RequiredTlsReporter.Bounds.DEFAULT, clock, meters);
        try {
            gateway = new Gateway(options, log, failures, meters, clock);
        } catch (SpoolOpenException e) {
            failures.close();
            log.close();
            throw new Role.StartException(e.getMessage(), e);
        }
    }

    public Gateway gateway() {
        return gateway;
    }

    public MailLog log() {
        return log;
    }

    @Override
    public Optional<String> notReady() {
        return gateway.notReady();
    }

    @Override
    public void close() {
        gateway.close();
        failures.close();
        log.close();
    }

    private MailFormat format() {
        ActivePlan plan = plan();
        return plan != null && plan.plan().settings().jsonLog() ? json : text;
    }

    private boolean alerting() {
        ActivePlan plan = plan();
        return plan != null && plan.plan().settings().alerts().enabled();
    }

    /** The log is there before the gateway. */
    private ActivePlan plan() {
        return gateway == null ? null : gateway.plan();
    }
}
