package dev.postern.gateway.smtp;

import io.netty.buffer.ByteBuf;

/** A client that is answered 554 at the greeting: every command but QUIT is answered 503 (RFC 5321 section 3.1), for a short while. */
final class RejectedDialog implements Dialog {
    private static final int MAX_COMMANDS = 5;

    private final SessionLink link;
    private final SmtpLimits limits;
    private final Reply rejection;
    private final String serverName;
    private final CommandDecoder commands = new CommandDecoder();
    private int count;

    RejectedDialog(SessionLink link, SmtpLimits limits, Reply rejection, String serverName) {
        this.link = link;
        this.limits = limits;
        this.rejection = rejection;
        this.serverName = serverName;
    }

    @Override
    public void greet() {
        link.reply(rejection);
        link.expect(limits.rejected());
    }

    @Override
    public boolean consume(ByteBuf in) {
        CommandDecoder.Line line = commands.next(in);
        if (line == null) {
            return false;
        }
        if (CommandParser.parse(line) instanceof SmtpCommand.Quit) {
            link.bye(Reply.of(221, "2.0.0", serverName + " closing"));
        } else if (++count < MAX_COMMANDS) {
            link.reply(Reply.of(503, "5.5.1", "no mail is taken from your address"));
        } else {
            link.close(Reply.of(421, "4.7.0", "too many errors"));
        }
        return true;
    }

    @Override
    public void timedOut() {
        link.close(Reply.of(421, "4.4.2", serverName + " timeout, closing"));
    }

    @Override
    public void drain() {
        link.close(Reply.of(421, "4.3.2", serverName + " shutting down"));
    }

    @Override
    public void closed() {
        // nothing is held
    }

    @Override
    public void tlsUp(String protocol, String cipher) {
        throw new IllegalStateException("TLS was not offered");
    }

    @Override
    public void tlsFailed(String detail) {
        throw new IllegalStateException("TLS was not offered");
    }
}
