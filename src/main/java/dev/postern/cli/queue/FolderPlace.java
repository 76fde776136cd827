package dev.postern.cli.queue;

import com.sun.security.auth.module.UnixSystem;
import dev.postern.cli.tool.Lines;
import dev.postern.cli.tool.ToolException;
import dev.postern.gateway.admin.AdminClient;
import dev.postern.gateway.admin.QueueDesk;
import dev.postern.gateway.admin.QueueLine;
import dev.postern.gateway.admin.QueueRequest;
import dev.postern.gateway.admin.Wire;
import dev.postern.gateway.delivery.Returns;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.RocksSpool;
import dev.postern.gateway.spool.SpoolKeys;
import dev.postern.gateway.spool.SpoolOpenException;
import dev.postern.gateway.spool.SpoolOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A spool on this machine: by the gateway that has it open or, where none has, directly. */
final class FolderPlace implements Place {
    private final Path spool;
    private final String hostname;
    private final Path keys;
    private final MailLog log;
    private final InstantSource clock;

    /** @param hostname for notifications of a spool that no gateway has open; null: this machine's @param keys folder of its keys; null: it is in clear */
    FolderPlace(Path spool, String hostname, Path keys, MailLog log, InstantSource clock) {
        this.spool = spool;
        this.hostname = hostname;
        this.keys = keys;
        this.log = log;
        this.clock = clock;
    }

    @Override
    public List<String> queues() {
        return Collections.singletonList(null);
    }

    @Override
    public void ask(String queue, QueueRequest request, Lines lines) throws InterruptedException {
        try {
            Optional<AdminClient> running = AdminClient.connect(spool);
            if (running.isPresent()) {
                try (AdminClient client = running.get()) {
                    read(client.ask(request), lines);
                }
            } else {
                directly(request, lines);
            }
        } catch (AccessDeniedException e) {
            throw new ToolException("the gateway of " + spool + " belongs to another user");
        } catch (IOException e) {
            throw new ToolException("the gateway of " + spool + " cannot be asked: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
        }
    }

    /** Reads an answer to its end. */
    static void read(InputStream in, Lines lines) throws IOException {
        QueueLine line;
        do {
            line = Wire.answer(in);
            if (line == null) {
                throw new IOException("the connection ended before the answer did; what was reported is done");
            }
            lines.line(line);
        } while (!line.last());
    }

    private void directly(QueueRequest request, Lines lines) throws InterruptedException, IOException {
        refuseAsStranger();
        try (RocksSpool open = RocksSpool.open(spool, SpoolOptions.DEFAULTS, keys == null ? SpoolKeys.NONE : SpoolKeys.read(keys), committed -> { },
                damaged -> log.log(new MailEvent.Notice(MailEvent.Level.Critical,
                        "message MID " + damaged.mid() + " is damaged on disk and was set aside: " + damaged.reason())), new SimpleMeterRegistry())) {
            QueueDesk desk = new QueueDesk(open, null, Returns.ofStanding(open, log, clock, hostname == null ? InetAddress.getLocalHost().getCanonicalHostName() : hostname), log, clock);
            desk.handle(request, System.getProperty("user.name"), lines::line);
        } catch (SpoolOpenException e) {
            throw new ToolException(e.getMessage());
        }
    }

    /** Files that root makes in the folder of another user would keep the gateway from starting. */
    private void refuseAsStranger() throws IOException {
        int owner = (int) Files.getAttribute(spool, "unix:uid");
        long me = new UnixSystem().getUid();
        if (owner != me) {
            throw new ToolException("no gateway uses " + spool + ", so it would have to be opened here; it belongs to uid " + owner + ", and this is uid " + me + ": run it as that user");
        }
    }

    @Override
    public void close() {
        // every request has a connection of its own
    }
}
