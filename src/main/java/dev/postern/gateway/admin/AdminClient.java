package dev.postern.gateway.admin;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;

/** Asks the gateway that has a spool open. */
public final class AdminClient implements AutoCloseable {
    private static final int BUFFER = 64 << 10;
    private final SocketChannel channel;

    private AdminClient(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * Connects.
     *
     * @param spool folder of the spool
     * @return empty where nobody listens
     * @throws IOException where somebody does, or may, but cannot be reached: another user's gateway
     */
    public static Optional<AdminClient> connect(Path spool) throws IOException {
        if (!AdminSocket.exists(spool)) {
            return Optional.empty();
        }
        UnixDomainSocketAddress address;
        try {
            address = AdminSocket.address(spool);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(address);
            return Optional.of(new AdminClient(channel));
        } catch (IOException e) {
            channel.close();
            if (String.valueOf(e.getMessage()).contains("refused")) {
                return Optional.empty();   // left by a gateway that was killed
            }
            throw e;
        }
    }

    /** Sends the request; the answer's lines follow, or the connection's end. */
    public InputStream ask(QueueRequest request) {
        ByteBuffer line = ByteBuffer.wrap(Wire.line(request));
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            // A gateway that has too much to do says so, and closes, before it has read anything.
        }
        return new BufferedInputStream(Channels.newInputStream(channel), BUFFER);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
