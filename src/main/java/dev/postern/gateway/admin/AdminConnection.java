package dev.postern.gateway.admin;

import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent.Notice;
import dev.postern.gateway.report.MailLog;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/** One administrator's connection: a request, its answer, and the end. */
final class AdminConnection implements AutoCloseable {
    private static final int BUFFER = 64 << 10;

    /**
     * How long it may stand still.
     *
     * @param request until the request is there
     * @param write   until a part of the answer is taken: longer, as somebody may be reading it page by page
     */
    record Limits(Duration request, Duration write) {
        static final Limits STANDARD = new Limits(Duration.ofSeconds(10), Duration.ofMinutes(10));
    }

    private final SocketChannel channel;
    private final QueueDesk desk;
    private final MailLog log;
    private final Limits limits;
    /** By {@link System#nanoTime}: when what is waited for now is too late; 0 while nobody waits for the other side. */
    private volatile long deadline;
    private volatile boolean refused;

    AdminConnection(SocketChannel channel, QueueDesk desk, MailLog log, Limits limits) {
        this.channel = channel;
        this.desk = desk;
        this.log = log;
        this.limits = limits;
        wait(limits.request());
    }

    /** @param room whether there is any for it */
    void serve(boolean room) {
        refused = !room;
        try (channel; OutputStream out = new BufferedOutputStream(new Watched(Channels.newOutputStream(channel)), BUFFER)) {
            if (!room) {
                out.write(Wire.line(QueueLine.error("there are " + AdminServer.CONNECTIONS + " requests under way already; try again later")));
                return;
            }
            QueueRequest request;
            try {
                request = request();
            } catch (IllegalArgumentException e) {
                out.write(Wire.line(QueueLine.error("the request was not understood: " + e.getMessage())));
                return;
            }
            if (request != null) {
                handle(request, out);
            }
        } catch (IOException e) {
            // The other side is gone, or was too slow; what was changed is whole.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.log(new Notice(Level.Critical, "a request of postern queue failed unexpectedly: " + e));
        }
    }

    private QueueRequest request() throws IOException {
        byte[] line;
        try {
            line = Wire.readLine(new BufferedInputStream(Channels.newInputStream(channel)), Wire.LONGEST_REQUEST);
        } catch (IOException e) {
            if (!channel.isOpen()) {
                throw e;
            }
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        deadline = 0;
        return line == null ? null : Wire.request(line);
    }

    private void handle(QueueRequest request, OutputStream out) throws IOException, InterruptedException {
        try {
            desk.handle(request, who(request), line -> {
                out.write(Wire.line(line));
                if (line.progress() != null) {
                    out.flush();
                }
            });
        } catch (RuntimeException e) {
            out.write(Wire.line(QueueLine.error("the gateway failed: " + e)));
            throw e;
        }
    }

    /** The connection's user as the system knows it; whom it asks for, as it says itself. */
    private String who(QueueRequest request) throws IOException {
        String user;
        try {
            user = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        } catch (UnsupportedOperationException e) {
            user = "unknown";
        }
        return request.by() == null ? user : user + " for " + request.by();
    }

    private void wait(Duration most) {
        long at = System.nanoTime() + most.toNanos();
        deadline = at == 0 ? 1 : at;
    }

    /** Closes it where it stands still for too long. */
    void look() {
        long at = deadline;
        if (at != 0 && System.nanoTime() - at > 0) {
            close();
        }
    }

    void closeIfRefused() {
        if (refused) {
            close();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // closed enough
        }
    }

    /** Knows how long a write has been waiting. */
    private final class Watched extends OutputStream {
        private final OutputStream out;

        Watched(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            AdminConnection.this.wait(limits.write());
            try {
                out.write(bytes, from, length);
            } finally {
                deadline = 0;
            }
        }
    }
}
