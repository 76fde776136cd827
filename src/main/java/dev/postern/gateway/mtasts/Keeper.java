package dev.postern.gateway.mtasts;

import dev.postern.gateway.mtasts.Known.Kept;
import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent.Notice;
import dev.postern.gateway.report.MailLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** The folder, or none where it cannot be used: what goes wrong with it is in the log, once until it goes right again, and stops nobody. */
final class Keeper {
    private final MailLog log;
    private final PolicyFolder folder;
    private final AtomicBoolean failing = new AtomicBoolean();

    Keeper(Path path, MailLog log) {
        this.log = log;
        PolicyFolder made = null;
        try {
            made = new PolicyFolder(path);
        } catch (IOException e) {
            complain("folder " + path + " cannot be used, so that they are forgotten at a restart: " + e);
        }
        folder = made;
    }

    Map<String, Kept> read(Instant now) {
        try {
            return folder == null ? Map.of() : folder.read(now, this::complain);
        } catch (IOException e) {
            complain("what was kept cannot be read: " + e);
            return Map.of();
        }
    }

    void write(String domain, Kept kept) {
        attempt("policy of " + domain + " cannot be kept over restarts", () -> folder.write(domain, kept));
    }

    void remove(String domain) {
        attempt("policy of " + domain + " cannot be removed from disk", () -> folder.remove(domain));
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private void attempt(String failure, Work work) {
        if (folder == null) {
            return;
        }
        try {
            work.run();
            failing.set(false);
        } catch (IOException e) {
            if (!failing.getAndSet(true)) {
                complain(failure + ": " + e);
            }
        }
    }

    private void complain(String what) {
        log.log(new Notice(Level.Warning, "MTA-STS policies: " + what));
    }
}
