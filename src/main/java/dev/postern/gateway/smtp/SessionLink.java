package dev.postern.gateway.smtp;

import dev.postern.gateway.tls.ClientHello;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** What a session needs of its connection. Used on the connection's event loop alone. */
interface SessionLink {

    /** Queues a reply; it goes out with others as soon as there is nothing more to do. */
    void reply(Reply reply);

    /** Says a last word, or nothing for null, and closes; nothing more is read. */
    void close(Reply lastWord);

    /** Says a last word to a client that has said its own, and closes at once. */
    void bye(Reply lastWord);

    /** Throws away what was received and not yet read, and begins a TLS handshake; what was replied before goes out in clear. */
    void startTls(Function<ClientHello, SslContext> contexts);

    /** Begins a TLS handshake with what was received already: TLS comes before the greeting. */
    void beginTls(Function<ClientHello, SslContext> contexts);

    /** Another dialog goes on with this connection. */
    void hand(Dialog next);

    /** Whether there is still something to be said, and somebody to say it to. */
    boolean open();

    /** Gives the client this long for what it has to do next; null: it is not the client's turn. */
    void expect(Duration time);

    /** Runs {@code task} on the loop after a while, unless the connection has ended; until then nothing more is read. */
    void later(Duration time, Runnable task);

    /** Goes on with what was received: the session is free again. */
    void resume();

    /** Something broke that should not: the connection ends, and the log says why. */
    void failed(Throwable cause);

    Executor loop();

    ByteBufAllocator allocator();
}
