package dev.postern.gateway.delivery;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.Spool;
import java.time.Duration;
import java.util.concurrent.CancellationException;

/** Takes up, beside delivery, what the spool held when it was opened. Where the spool cannot be read it is tried again: nothing that was accepted is forgotten. */
final class SpoolScan implements Runnable {
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Spool spool;
    private final Scheduler scheduler;
    private final MailLog log;
    private volatile Thread thread;
    private volatile boolean stopped;

    SpoolScan(Spool spool, Scheduler scheduler, MailLog log) {
        this.spool = spool;
        this.scheduler = scheduler;
        this.log = log;
    }

    void start() {
        thread = Thread.ofPlatform().daemon().name("delivery-scan").start(this);
    }

    /** Waits until it reads the spool no more. */
    void stop() throws InterruptedException {
        stopped = true;
        if (thread != null) {
            thread.interrupt();
            thread.join();
        }
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                spool.forEachPending(envelope -> {
                    if (stopped) {
                        throw new CancellationException();
                    }
                    scheduler.scanned(envelope);
                });
                scheduler.scanEnds();
                return;
            } catch (RuntimeException e) {
                if (stopped) {
                    return;
                }
                log.log(new MailEvent.Notice(MailEvent.Level.Critical, "what the spool holds cannot be read, which is tried again: " + e));
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();   // it was stopped
        }
    }
}
