package dev.postern.gateway;

import dev.postern.api.MailGatewaySpec.Dnssec;
import dev.postern.dns.DnsHolder;
import dev.postern.dns.DnsOptions;
import dev.postern.gateway.admin.AdminServer;
import dev.postern.gateway.admin.QueueDesk;
import dev.postern.gateway.alert.AlertMails;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.config.CertificateMetrics;
import dev.postern.gateway.config.PlanHolder;
import dev.postern.gateway.config.PlanIntake;
import dev.postern.gateway.config.PlanLoader;
import dev.postern.gateway.config.Serving;
import dev.postern.gateway.delivery.Delivery;
import dev.postern.gateway.delivery.DeliveryOptions;
import dev.postern.gateway.mtasts.PolicyFetcher;
import dev.postern.gateway.mtasts.PublishedPolicies;
import dev.postern.gateway.report.DestinationOutcomes;
import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.report.OutcomeMetrics;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.report.TlsResults;
import dev.postern.gateway.smtp.SmtpServers;
import dev.postern.gateway.smtp.SmtpServices;
import dev.postern.gateway.spool.RocksSpool;
import dev.postern.gateway.spool.SpoolKeys;
import dev.postern.gateway.spool.SpoolOpenException;
import dev.postern.gateway.spool.SpoolOptions;
import dev.postern.gateway.tls.ClientContexts;
import dev.postern.gateway.tls.ServerContexts;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.gateway.tlsrpt.TlsReports;
import dev.postern.plan.ServingReport;
import dev.postern.plan.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The gateway: spool, delivery and listeners around the plan in force. It serves nothing until its intake has accepted a plan.
 * Whoever makes it feeds {@link #intake} and closes it.
 */
public final class Gateway implements AutoCloseable {
    private final MailLog log;
    private final Duration grace;
    private final EventLoops loops;
    private final PlanHolder plans = new PlanHolder();
    private final PlanIntake intake;
    private final RocksSpool spool;
    private final DnsHolder dns = new DnsHolder(DnsOptions.SYSTEM);
    private final PublishedPolicies policies;
    private final Optional<TlsReports> reports;
    private final Delivery delivery;
    private final SmtpServers servers;
    private final AlertMails alerts;
    private final AdminServer admin;
    private final DestinationOutcomes outcomes = new DestinationOutcomes();
    private final List<Runnable> subscribers = new CopyOnWriteArrayList<>();
    private volatile boolean closing;

    /**
     * Where a gateway keeps its mail and where it listens.
     *
     * @param spool     folder of the spool; made where it is missing
     * @param policies  folder of the MTA-STS policies that are kept; made where it is missing
     * @param bind      address of all listeners
     * @param grace     how long sessions and deliveries under way may go on when it closes
     * @param instance  the pod, for those who read alerts, or null
     * @param spoolKeys folder of the keys that the spool is encrypted with, or null: it is in clear
     */
    public record Options(Path spool, Path policies, InetAddress bind, Duration grace, String instance, Path spoolKeys) {
        /** Of a gateway that has no pod, and a spool in clear. */
        public Options(Path spool, Path policies, InetAddress bind, Duration grace) {
            this(spool, policies, bind, grace, null, null);
        }
    }

    /**
     * Opens the spool, and starts.
     *
     * @throws SpoolOpenException where the spool's folder or its keys cannot be used, saying why and what to do
     */
    public Gateway(Options options, MailLog log, TlsFailures failures, MeterRegistry meters, InstantSource clock) throws SpoolOpenException {
        this.log = log;
        this.grace = options.grace();
        SpoolKeys spoolKeys = options.spoolKeys() == null ? SpoolKeys.NONE : SpoolKeys.read(options.spoolKeys());
        TrustAnchors system = TrustAnchors.system();
        intake = new PlanIntake(new PlanLoader(new ServerContexts()::build, new ClientContexts()::build, TrustAnchors::of, () -> system), plans,
                log, meters, this::changed);
        alerts = new AlertMails(this::currentSettings, options.instance(), AlertMails.Bounds.DEFAULT, log, meters, clock);
        TlsFailures failed = failures.and(alerts);
        Committed committed = new Committed();
        spool = RocksSpool.open(options.spool(), SpoolOptions.DEFAULTS, spoolKeys, committed, damaged -> log.log(new MailEvent.Notice(Level.Critical,
                "message MID " + damaged.mid() + " is damaged on disk and was set aside: " + damaged.reason())), meters);
        loops = new EventLoops();
        policies = new PublishedPolicies(options.policies(), dns,
                new PolicyFetcher(dns, loops.delivery(), system, clock, PolicyFetcher.Options.STANDARD), log, meters, clock);
        reports = reports(options.spool().resolve("tls-reports"), meters, clock);
        TlsResults results = outcomes.and(new OutcomeMetrics(meters)).and(alerts.paths());
        delivery = new Delivery(plans, spool, dns, policies, log, failed, reports.map(results::and).orElse(results), meters, clock, loops.delivery(), DeliveryOptions.STANDARD);
        committed.to(delivery::enqueue);
        servers = new SmtpServers(new SmtpServices(plans, spool, dns, log, failed, meters, clock), options.bind(), loops.acceptor(), loops.sessions());
        servers.subscribe(this::changed);
        plans.subscribe(this::settings);
        plans.subscribe(new CertificateMetrics(meters)::follow);
        alerts.start(delivery.direct(results)::send, domain -> delivery.waiting(domain, AlertMails.NAMED_MESSAGES));
        delivery.remembers(options.spool().resolve("resting.json"));
        delivery.start();
        servers.start();
        admin = new AdminServer(options.spool(), new QueueDesk(spool, delivery.queues(), delivery.returns(), log, clock), log);
        admin.start();
    }

    /** Beside the store, on the volume that outlives the pod. Mail goes on without reports where they cannot be kept. */
    private Optional<TlsReports> reports(Path folder, MeterRegistry meters, InstantSource clock) {
        try {
            return Optional.of(new TlsReports(folder, spool, dns, plans::current, log, meters, clock, TlsReports.Times.STANDARD));
        } catch (IOException e) {
            log.log(new MailEvent.Notice(Level.Critical, "there will be no TLS reports: " + folder + " cannot be used: " + e));
            return Optional.empty();
        }
    }

    /** Takes plans. */
    public PlanIntake intake() {
        return intake;
    }

    /** The plan in force, or null before the first. */
    public ActivePlan plan() {
        return plans.current();
    }

    /** Where its listeners are open, by name. */
    public Map<String, InetSocketAddress> addresses() {
        return servers.addresses();
    }

    /** What it serves now, for the operator. */
    public ServingReport report(String podUid) {
        return Serving.report(podUid, plans.current(), intake.refusal(), servers.errors());
    }

    /** How TLS went to destinations. */
    public DestinationOutcomes outcomes() {
        return outcomes;
    }

    /** Calls {@code subscriber} after every change of {@link #report}; it must not block. */
    public void subscribe(Runnable subscriber) {
        subscribers.add(subscriber);
    }

    /** Why it should get no mail yet, or no more; empty when it is ready. */
    public Optional<String> notReady() {
        if (closing) {
            return Optional.of("stopping");
        }
        ActivePlan plan = plans.current();
        if (plan == null) {
            PlanIntake.Refusal refusal = intake.refusal();
            return Optional.of(refusal == null ? "there is no plan yet" : "the plan was refused: " + refusal.reason());
        }
        if (!plan.listeners().isEmpty() && servers.addresses().isEmpty()) {
            return Optional.of("no listener is open" + (servers.errors().isEmpty() ? " yet" : ": " + servers.errors()));
        }
        return Optional.empty();
    }

    /** Frees the ports, lets sessions and deliveries end for a while, and closes the spool. What is not delivered stays in it. */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        admin.close();
        try {
            servers.drain(grace).get(grace.toMillis() + 1000, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.log(new MailEvent.Notice(Level.Warning, "some sessions did not end in time and were cut off"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            delivery.stop(grace);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        alerts.close();
        policies.close();
        reports.ifPresent(TlsReports::close);
        spool.close();
        dns.close();
        loops.close();
    }

    private Settings currentSettings() {
        ActivePlan plan = plans.current();
        return plan == null ? null : plan.plan().settings();
    }

    private void settings(ActivePlan plan) {
        var settings = plan.plan().settings();
        dns.use(new DnsOptions(settings.dns().servers(), settings.dns().dnssec() == Dnssec.TrustResolver, settings.dns().trustAnchors()));
        spool.limits(settings.maxMessages(), settings.reserveBytes());
    }

    private void changed() {
        subscribers.forEach(Runnable::run);
    }
}
