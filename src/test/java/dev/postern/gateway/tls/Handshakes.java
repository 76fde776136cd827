package dev.postern.gateway.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** Two engines of native TLS that talk to each other without a network. */
final class Handshakes {
    private static final int ROUNDS = 50;
    private static final int ROOM = 64 * 1024;

    private Handshakes() {
    }

    /**
     * Takes a handshake to its end.
     *
     * @return the protocol
     * @throws SSLException where one of the two refuses
     */
    static String run(SSLEngine client, SSLEngine server) throws SSLException {
        client.setUseClientMode(true);
        client.beginHandshake();
        server.beginHandshake();
        ByteBuffer toServer = ByteBuffer.allocate(ROOM);
        ByteBuffer toClient = ByteBuffer.allocate(ROOM);
        for (int i = 0; i < ROUNDS && !(done(client) && done(server)); i++) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
        if (!done(client) || !done(server)) {
            throw new AssertionError("no end of the handshake: " + client.getHandshakeStatus() + ", " + server.getHandshakeStatus());
        }
        return client.getSession().getProtocol();
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        in.flip();
        Status status = Status.OK;
        while (in.hasRemaining() && status == Status.OK) {
            status = engine.unwrap(in, ByteBuffer.allocate(ROOM)).getStatus();
            tasks(engine);
        }
        in.compact();
        // Also where the handshake is over: its last message may wait to be fetched.
        while (engine.wrap(ByteBuffer.allocate(0), out).bytesProduced() > 0) {
            tasks(engine);
        }
    }

    private static void tasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private static boolean done(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }
}
