package dev.postern.gateway.admin;

import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent.Notice;
import dev.postern.gateway.report.MailLog;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Takes requests of administrators on a Unix domain socket that only the gateway's own user can open: a virtual thread a connection, so many at a time and no
 * more, and none that stands still for ever. Where the socket cannot be made, mail goes on without it.
 */
public final class AdminServer implements AutoCloseable {
    static final int CONNECTIONS = 16;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final long CLOSE_MILLIS = 5_000;

    private final Path spool;
    private final QueueDesk desk;
    private final MailLog log;
    private final AdminConnection.Limits limits;
    private final Set<AdminConnection> connections = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("postern-admin-watch").factory());
    private ServerSocketChannel socket;

    /** @param spool folder of the spool, which this process has open: a socket that is in there was left by one that was killed */
    public AdminServer(Path spool, QueueDesk desk, MailLog log) {
        this(spool, desk, log, AdminConnection.Limits.STANDARD);
    }

    AdminServer(Path spool, QueueDesk desk, MailLog log, AdminConnection.Limits limits) {
        this.spool = spool;
        this.desk = desk;
        this.log = log;
        this.limits = limits;
    }

    /** Opens the socket. */
    public void start() {
        try {
            Path folder = Files.createDirectories(AdminSocket.folder(spool));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            var address = AdminSocket.address(spool);
            Files.deleteIfExists(address.getPath());
            socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
            Files.setPosixFilePermissions(address.getPath(), PosixFilePermissions.fromString("rw-------"));
            watch.scheduleWithFixedDelay(() -> connections.forEach(AdminConnection::look), LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
            Thread.ofPlatform().daemon().name("postern-admin").start(this::accept);
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            log.log(new Notice(Level.Warning, "postern queue cannot reach this gateway: " + (e.getMessage() == null ? e.toString() : e.getMessage())));
        }
    }

    private void accept() {
        while (socket.isOpen()) {
            try {
                SocketChannel channel = socket.accept();
                AdminConnection connection = new AdminConnection(channel, desk, log, limits);
                boolean room = connections.size() < CONNECTIONS;
                connections.add(connection);
                Thread.ofVirtual().name("postern-admin-connection").start(() -> {
                    try {
                        connection.serve(room);
                    } finally {
                        connections.remove(connection);
                    }
                });
                if (connections.size() >= 2 * CONNECTIONS) {
                    connections.forEach(AdminConnection::closeIfRefused);
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                log.log(new Notice(Level.Warning, "a connection of postern queue was not taken: " + e.getMessage()));
                pause();
            }
        }
    }

    /** Out of file descriptors, most likely. */
    private static void pause() {
        try {
            Thread.sleep(LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Connections now. */
    int connections() {
        return connections.size();
    }

    /** Takes no more requests, and lets changes under way come to the end of their stretch. */
    @Override
    public void close() {
        try {
            watch.shutdownNow();
            if (socket != null) {
                socket.close();
                Files.deleteIfExists(AdminSocket.file(spool));
            }
            connections.forEach(AdminConnection::close);
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
            while (!connections.isEmpty() && System.nanoTime() < end) {
                Thread.sleep(10);
            }
        } catch (IOException e) {
            log.log(new Notice(Level.Warning, "the socket of postern queue was not closed: " + e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
