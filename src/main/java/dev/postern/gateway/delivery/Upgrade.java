package dev.postern.gateway.delivery;

import dev.postern.gateway.smtp.client.ClientException;
import dev.postern.gateway.smtp.client.ClientException.Kind;
import dev.postern.gateway.smtp.client.ClientSession;
import dev.postern.gateway.smtp.client.Reply;
import dev.postern.gateway.smtp.client.TlsSession;
import dev.postern.gateway.tls.ClientContext;
import dev.postern.gateway.tls.OutboundTls.Outcome;

/**
 * What STARTTLS and the handshake came to, with a server that offers it.
 *
 * @param detail what the server said or did; empty where the session is encrypted
 * @param tls    null unless the session is encrypted
 * @param over   whether the connection is of no use any more, in clear either
 */
record Upgrade(Outcome outcome, String detail, TlsSession tls, boolean over) {

    /**
     * The first EHLO over TLS.
     *
     * @param reply   null where none came
     * @param refusal null, or how the server refused TLS behind the handshake
     */
    record First(Reply reply, String refusal) {
    }

    /**
     * Starts TLS. Waits.
     *
     * @param serverName for SNI
     * @throws ClientException when interrupted: the gateway stops, and that is nobody's failure of TLS
     */
    static Upgrade of(ClientSession session, ClientContext context, String serverName) throws ClientException {
        Reply reply;
        try {
            reply = session.startTls();
        } catch (ClientException e) {
            rethrowInterrupt(e);
            return new Upgrade(e.kind() == Kind.PROTOCOL ? Outcome.STARTTLS_REFUSED : Outcome.STARTTLS_LOST, e.getMessage(), null, true);
        }
        if (reply.code() != 220) {
            return new Upgrade(Outcome.STARTTLS_REFUSED, reply.text(), null, !session.usable() || reply.code() == 421);
        }
        try {
            return new Upgrade(Outcome.ENCRYPTED, "", session.handshake(context, serverName), false);
        } catch (ClientException e) {
            rethrowInterrupt(e);
            return new Upgrade(e.kind() == Kind.INJECTED ? Outcome.INJECTED : Outcome.HANDSHAKE_FAILED, e.getMessage(), null, true);
        }
    }

    /**
     * In TLS 1.3 the handshake is over for a client before the server has seen its certificate. A server that ends the connection right
     * behind it, with an alert, with 421 or without a word, refuses TLS with us. Waits.
     *
     * @throws ClientException where the connection fails in another way
     */
    static First first(ClientSession session, String name) throws ClientException {
        try {
            Reply hello = session.ehlo(name);
            return new First(hello, hello.code() == 421 ? hello.text() : null);
        } catch (ClientException e) {
            rethrowInterrupt(e);
            if (e.kind() == Kind.HANDSHAKE || e.kind() == Kind.CLOSED) {
                return new First(null, e.getMessage());
            }
            throw e;
        }
    }

    /** The gateway stops: that is nobody's failure of TLS. */
    static void rethrowInterrupt(ClientException e) throws ClientException {
        if (Thread.currentThread().isInterrupted()) {
            throw e;
        }
    }
}
