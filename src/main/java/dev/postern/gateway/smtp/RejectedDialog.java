package dev.postern.gateway.smtp;

import dev.postern.gateway.tls.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslContext;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Function;

/**
 * A client that is answered 554 at the greeting: every command but QUIT is answered 503 (RFC 5321 section 3.1), for a short while. One that
 * is turned away for what its certificate says, after its STARTTLS, has had a greeting: its commands are answered 554 (RFC 3207 section 4.1).
 */
final class RejectedDialog implements Dialog {
    private static final int MAX_COMMANDS = 5;

    private final SessionLink link;
    private final SmtpLimits limits;
    private final Client client;
    private final Reply greeting;
    private final Reply answer;
    private final Function<ClientHello, SslContext> tls;
    private final CommandDecoder commands = new CommandDecoder();
    private boolean handshake;
    private int count;

    private RejectedDialog(SessionLink link, SmtpLimits limits, Client client, Reply greeting, Reply answer, Function<ClientHello, SslContext> tls) {
        this.link = link;
        this.limits = limits;
        this.client = client;
        this.greeting = greeting;
        this.answer = answer;
        this.tls = tls;
    }

    /** At the greeting, on a connection that is as it is to be. */
    RejectedDialog(SessionLink link, SmtpLimits limits, Client client) {
        this(link, limits, client, client.rejection(), Reply.of(503, "5.5.1", "no mail is taken from your address"), null);
    }

    /** At the greeting, which comes behind a handshake. */
    static RejectedDialog overTls(SessionLink link, SmtpLimits limits, Client client, Function<ClientHello, SslContext> tls) {
        return new RejectedDialog(link, limits, client, client.rejection(), Reply.of(503, "5.5.1", "no mail is taken from your address"), tls);
    }

    /** Behind STARTTLS. */
    static RejectedDialog afterTls(SessionLink link, SmtpLimits limits, Client client) {
        return new RejectedDialog(link, limits, client, null, client.rejection(), null);
    }

    @Override
    public void greet() {
        if (tls == null) {
            begin();
        } else {
            handshake = true;
            link.beginTls(tls);
        }
    }

    @Override
    public boolean consume(ByteBuf in) {
        CommandDecoder.Line line = handshake ? null : commands.next(in);
        if (line == null) {
            return false;
        }
        if (CommandParser.parse(line) instanceof SmtpCommand.Quit) {
            link.bye(Reply.of(221, "2.0.0", client.serverName() + " closing"));
        } else if (++count < MAX_COMMANDS) {
            link.reply(answer);
        } else {
            link.close(Reply.of(421, "4.7.0", "too many errors"));
        }
        return true;
    }

    @Override
    public void timedOut() {
        link.close(Reply.of(421, "4.4.2", client.serverName() + " timeout, closing"));
    }

    @Override
    public void drain() {
        link.close(handshake ? null : Reply.of(421, "4.3.2", client.serverName() + " shutting down"));
    }

    @Override
    public void closed() {
        // nothing is held
    }

    @Override
    public void tlsUp(String protocol, String cipher, List<X509Certificate> shown) {
        handshake = false;
        begin();
        link.resume();
    }

    @Override
    public void tlsFailed(String detail) {
        // it was turned away before
    }

    private void begin() {
        if (greeting != null) {
            link.reply(greeting);
        }
        link.expect(limits.rejected());
    }
}
