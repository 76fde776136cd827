package dev.postern.gateway.alert;

import dev.postern.gateway.alert.Outbox.Mail;
import dev.postern.gateway.delivery.DirectSender;
import dev.postern.gateway.delivery.Waiting;
import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent.Notice;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.report.RateLimit;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.report.TlsResults;
import dev.postern.plan.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Mails failures of required TLS to {@code alerts.recipients}. {@link #report} takes a lock for a moment and never waits for anything
 * else; everything that waits is on a thread of its own. At the end what was not mailed is dropped and counted.
 */
public final class AlertMails implements TlsFailures, AutoCloseable {
    /** Messages that a mail names. */
    public static final int NAMED_MESSAGES = 20;
    private static final Duration CLOSE = Duration.ofSeconds(3);
    /** The system's clock may be set: while there is something to do, the thread never sleeps longer. */
    private static final long MAX_SLEEP_MILLIS = 1000;

    private final Supplier<Settings> settings;
    private final String instance;
    private final MailLog log;
    private final InstantSource clock;
    private final FailedPaths paths = new FailedPaths();
    private final AlertBook book;
    private final RateLimit rate;
    private final Outbox outbox = new Outbox();
    private final Counter sent;
    private final Counter failed;
    private final Counter dropped;
    private Sender sender;
    private Function<String, Waiting> waiting;
    private Thread thread;
    private boolean closing;

    /** How a letter goes out. */
    @FunctionalInterface
    public interface Sender {
        /** {@link DirectSender#send}. */
        Map<String, DirectSender.Fate> send(DirectSender.Letter letter, BiPredicate<String, InetAddress> barred) throws InterruptedException;
    }

    /**
     * Bounds of alert mails.
     *
     * @param subjects domains, and sender groups of listeners, that are kept apart
     * @param settle   from a first failure until it is told of, as further hosts may fail
     * @param burst    mails at once; where more are due, one tells of all
     * @param pause    until another mail may go
     */
    public record Bounds(int subjects, Duration settle, int burst, Duration pause) {
        public static final Bounds DEFAULT = new Bounds(2000, Duration.ofSeconds(10), 20, Duration.ofMinutes(1));
    }

    /**
     * Alerts that gather, and are not sent before {@link #start}.
     *
     * @param settings those in force, or null before the first plan; the switch is in them
     * @param instance the pod, or null
     */
    public AlertMails(Supplier<Settings> settings, String instance, Bounds bounds, MailLog log, MeterRegistry meters, InstantSource clock) {
        this.settings = settings;
        this.instance = instance;
        this.log = log;
        this.clock = clock;
        book = new AlertBook(bounds.subjects, bounds.settle);
        rate = new RateLimit(bounds.burst, bounds.pause);
        sent = Counter.builder("postern.alerts.sent").description("Alert mails that all recipients' servers took").register(meters);
        failed = Counter.builder("postern.alerts.failed").description("Alert mails that did not reach every recipient").register(meters);
        dropped = Counter.builder("postern.alerts.dropped").description("Failures that no alert mail tells of by domain, and alert mails lost at a stop").register(meters);
    }

    /**
     * Begins to send.
     *
     * @param waiting what waits for a domain
     */
    public synchronized void start(Sender sender, Function<String, Waiting> waiting) {
        this.sender = sender;
        this.waiting = waiting;
        thread = Thread.ofPlatform().name("alert-mails").daemon().start(this::run);
    }

    /** Takes what the connections of mail come to, so that alerts keep off paths that failed. Not for the connections of alerts. */
    public TlsResults paths() {
        return paths;
    }

    @Override
    public void report(Failure failure) {
        Settings now = settings.get();
        if (now == null || !mailing(now.alerts())) {
            return;
        }
        synchronized (this) {
            boolean idle = book.isEmpty();
            if (closing || !book.add(failure, clock.instant())) {
                dropped.increment();
            }
            if (idle) {
                notifyAll();
            }
        }
    }

    /** Stops sending; a mail under way is cut off. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closing = true;
            running = thread;
        }
        if (running != null) {
            running.interrupt();
            try {
                running.join(CLOSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        synchronized (this) {
            dropped.increment(book.pending() + outbox.size());
            book.clear();
            outbox.clear();
        }
    }

    private static boolean mailing(Settings.Alerts alerts) {
        return alerts.enabled() && !alerts.recipients().isEmpty();
    }

    private void run() {
        try {
            while (pause()) {
                Settings now = settings.get();
                if (now != null) {
                    round(now);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until there may be something to do; false at the end. */
    private synchronized boolean pause() throws InterruptedException {
        if (!closing) {
            wait(book.isEmpty() && outbox.size() == 0 ? 60 * MAX_SLEEP_MILLIS : MAX_SLEEP_MILLIS);
        }
        return !closing;
    }

    private void round(Settings now) throws InterruptedException {
        try {
            write(now);
            Instant begin = clock.instant();
            for (Mail mail = poll(begin); mail != null; mail = poll(begin)) {
                send(mail, now);
            }
        } catch (RuntimeException e) {
            log.log(new Notice(Level.Critical, "alerts could not be mailed: " + e));
        }
    }

    private synchronized Mail poll(Instant now) {
        return outbox.poll(now);
    }

    private void write(Settings now) {
        Instant at = clock.instant();
        Duration interval = interval(now);
        List<Alert> alerts;
        boolean each;
        long untold;
        synchronized (this) {
            if (!mailing(now.alerts())) {
                book.clear();
                outbox.clear();
                return;
            }
            int due = book.due(at, interval);
            int room = rate.left(at);
            if (due == 0 || room == 0) {
                return;
            }
            each = due <= room;
            rate.take(at, each ? due : room);   // after one that tells of all, the pause
            alerts = book.take(at, interval);
            untold = each ? 0 : book.takeUntold();
        }
        if (each) {
            alerts.forEach(alert -> post(AlertText.one(head(now, at), alert, alert.outbound() ? waiting.apply(alert.latest().domain()) : null), now, at));
        } else {
            post(AlertText.many(head(now, at), alerts, untold), now, at);
        }
    }

    private AlertText.Head head(Settings now, Instant at) {
        return new AlertText.Head(now.hostname(), instance, now.alerts().from(), now.alerts().recipients(), at, "alert-" + UUID.randomUUID());
    }

    private void post(AlertText.Composed composed, Settings now, Instant at) {
        put(new Mail(composed.subject(), composed.content(), now.alerts().recipients(), interval(now), at));
    }

    private void put(Mail mail) {
        Mail lost;
        synchronized (this) {
            lost = outbox.add(mail);
        }
        if (lost != null) {
            failed.increment();
            log.log(new Notice(Level.Warning, "alert not mailed, as too many wait: " + lost.subject()));
        }
    }

    private void send(Mail mail, Settings now) throws InterruptedException {
        Map<String, DirectSender.Fate> fates;
        try {
            fates = sender.send(mail.letter(now.alerts().from(), now.alerts().route()), (host, address) -> paths.barred(host, address, clock.instant(), interval(now)));
        } catch (InterruptedException e) {
            dropped.increment();
            throw e;
        } catch (RuntimeException e) {
            fates = new LinkedHashMap<>();
            for (String recipient : mail.letter("", List.of()).recipients()) {
                fates.put(recipient, new DirectSender.Fate(DirectSender.Kind.LATER, e.toString()));
            }
        }
        if (!mail.attempted(fates, clock.instant())) {
            put(mail);
        } else if (mail.given().isEmpty()) {
            sent.increment();
            log.log(new Notice(Level.Info, "alert mailed: " + mail.subject()));
        } else {
            failed.increment();
            log.log(new Notice(Level.Warning, "alert not mailed to " + String.join(", ", mail.given()) + ": " + mail.subject() + ": " + mail.why()));
        }
    }

    private static Duration interval(Settings now) {
        return Duration.ofSeconds(now.alerts().intervalSeconds());
    }
}
