package dev.postern.gateway.smtp;

import io.netty.buffer.ByteBuf;
import java.security.cert.X509Certificate;
import java.util.List;

/** What is said on a connection, from the greeting. Used on the connection's event loop alone. */
interface Dialog {

    /** The connection is this dialog's. */
    void greet();

    /**
     * Does one thing with what was received.
     *
     * @return false when nothing can be done: too little is there, or something else has to end first
     */
    boolean consume(ByteBuf in);

    /** The client did not do in time what it had to. */
    void timedOut();

    /** The server shuts down: ends at once, or when the message that is coming in has its answer. */
    void drain();

    /** The connection is gone. */
    void closed();

    /**
     * TLS is up.
     *
     * @param shown the client's certificate, then what it showed beside it, as they came; empty where it showed none
     */
    void tlsUp(String protocol, String cipher, List<X509Certificate> shown);

    /** The handshake failed; the connection is closed next. */
    void tlsFailed(String detail);
}
