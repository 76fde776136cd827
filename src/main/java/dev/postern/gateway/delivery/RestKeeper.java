package dev.postern.gateway.delivery;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.postern.gateway.disk.DurableFile;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Keeps in a file which lanes rest, a few seconds behind: after a start, and a kill, they are not all tried at once. Mail does not depend on it. */
final class RestKeeper implements Runnable {
    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Path file;
    private final Scheduler scheduler;
    private final MailLog log;
    private long kept;
    private boolean failed;

    RestKeeper(Path file, Scheduler scheduler, MailLog log) {
        this.file = file;
        this.scheduler = scheduler;
        this.log = log;
    }

    /** Tells the scheduler what rested before. */
    void load() {
        try {
            scheduler.upkeep().remember(List.of(JSON.readValue(Files.readAllBytes(file), Rest[].class)));
        } catch (NoSuchFileException e) {
            // the first start
        } catch (IOException e) {
            log.log(new MailEvent.Notice(MailEvent.Level.Warning, "which destinations rested before cannot be read, they are all tried at once: " + e.getMessage()));
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                keep();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what changed since the last time. */
    void keep() {
        long changes = scheduler.feedback().rests();
        if (changes == kept) {
            return;
        }
        try {
            DurableFile.write(file, JSON.writeValueAsBytes(scheduler.upkeep().resting()));
            kept = changes;
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                log.log(new MailEvent.Notice(MailEvent.Level.Warning, "which destinations rest cannot be written, which is tried again: " + e.getMessage()));
            }
            failed = true;
        }
    }
}
