package dev.postern.gateway.smtp.client;

import dev.postern.gateway.smtp.client.ClientException.Kind;
import dev.postern.gateway.smtp.client.Outgoing.Result;
import dev.postern.pki.HostNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** MAIL, RCPT and DATA of one message; in one go where the server offers PIPELINING (RFC 2920). */
final class Transaction {
    private static final int PIECE = 64 * 1024;

    private final ClientSession session;
    private final Outgoing message;
    private final Result[] results;

    Transaction(ClientSession session, Outgoing message) {
        this.session = session;
        this.message = message;
        this.results = new Result[message.recipients().size()];
    }

    List<Result> run() throws ClientException {
        if (message.size() > session.capabilities().maxSize()) {
            return all(new Result(new Reply(552, List.of("5.3.4 Message of " + message.size() + " bytes exceeds the server's limit of "
                    + session.capabilities().maxSize())), true));
        }
        if (message.requireTls() && !session.capabilities().offers("REQUIRETLS")) {
            return all(new Result(new Reply(550, List.of("5.7.30 REQUIRETLS support required, and the server does not offer it")), true));
        }
        if (!path(message.sender()).deliverable) {
            return all(needsUtf8());
        }
        List<Integer> sent = new ArrayList<>();
        for (int i = 0; i < results.length; i++) {
            if (path(message.recipients().get(i).address()).deliverable) {
                sent.add(i);
            } else {
                results[i] = needsUtf8();
            }
        }
        if (!sent.isEmpty()) {
            if (session.capabilities().offers("PIPELINING")) {
                pipelined(sent);
            } else {
                stepwise(sent);
            }
        }
        return List.of(results);
    }

    private void pipelined(List<Integer> sent) throws ClientException {
        StringBuilder commands = new StringBuilder(session.needsReset() ? "RSET\r\n" : "");
        commands.append(mail());
        sent.forEach(i -> commands.append(rcpt(i)));
        commands.append("DATA\r\n");
        boolean reset = session.needsReset();
        write(commands.toString());
        session.needsReset(true);
        if (reset) {
            expect("RSET");
        }
        Reply mail = expect("MAIL");
        List<Integer> accepted = new ArrayList<>();
        for (int i : sent) {
            Reply rcpt = expect("RCPT");
            results[i] = new Result(mail.positive() ? rcpt : mail, false);
            if (mail.positive() && rcpt.positive()) {
                accepted.add(i);
            }
        }
        data(session.replies().take(session.timeouts().data(), "DATA"), accepted);
    }

    private void stepwise(List<Integer> sent) throws ClientException {
        if (session.needsReset()) {
            write("RSET\r\n");
            expect("RSET");
        }
        session.needsReset(true);
        write(mail());
        Reply mail = expect("MAIL");
        if (!mail.positive()) {
            sent.forEach(i -> results[i] = new Result(mail, false));
            return;
        }
        List<Integer> accepted = new ArrayList<>();
        for (int i : sent) {
            write(rcpt(i));
            Reply rcpt = expect("RCPT");
            results[i] = new Result(rcpt, false);
            if (rcpt.positive()) {
                accepted.add(i);
            }
        }
        if (!accepted.isEmpty()) {
            write("DATA\r\n");
            data(session.replies().take(session.timeouts().data(), "DATA"), accepted);
        }
    }

    /** @param accepted indexes of the recipients that the server took */
    private void data(Reply reply, List<Integer> accepted) throws ClientException {
        if (reply.code() == 421) {
            throw new ClientException(Kind.CLOSED, "server is closing: " + reply.text());
        }
        Reply last = reply;
        if (reply.code() == 354) {
            if (accepted.isEmpty()) {
                write(".\r\n");   // RFC 2920 section 3.1: it wants data for nobody
            } else {
                Reply early = body();
                if (early != null) {
                    conclude(accepted, early);
                    return;
                }
            }
            last = answer();
            session.needsReset(false);
        } else if (reply.positive()) {
            session.close();
            throw new ClientException(Kind.PROTOCOL, "server answered DATA with " + reply.text());
        }
        conclude(accepted, last);
    }

    private void conclude(List<Integer> accepted, Reply reply) throws ClientException {
        if (reply.code() / 100 == 3) {
            session.close();
            throw new ClientException(Kind.PROTOCOL, "server answered the message with " + reply.text(), true);
        }
        accepted.forEach(i -> results[i] = new Result(reply, false));
    }

    private Reply answer() throws ClientException {
        try {
            return session.replies().take(session.timeouts().termination(), "the message");
        } catch (ClientException e) {
            session.close();
            throw new ClientException(e.kind(), e.getMessage() + " (after the whole message was sent)", true);
        }
    }

    /** Sends the body and the final dot; a reply where the server refused in the midst: the connection is closed then. */
    private Reply body() throws ClientException {
        DotStuffer stuffer = new DotStuffer();
        long offset = 0;
        CompletableFuture<ByteBuf> next = read(0);
        try {
            do {
                ByteBuf piece = await(next);
                next = null;
                ByteBuf out = session.channel().alloc().buffer(DotStuffer.bound(piece.readableBytes()) + 5);
                try {
                    offset += piece.readableBytes();
                    stuffer.stuff(piece, out);
                } finally {
                    piece.release();
                }
                if (offset < message.size()) {
                    next = read(offset);
                } else {
                    stuffer.end(out);
                }
                if (next == null) {
                    session.ask(out, session.timeouts().block());
                } else {
                    session.write(out, session.timeouts().block());
                    session.replies().requireQuiet();
                }
            } while (next != null);
            return null;
        } catch (ClientException e) {
            Reply refusal = session.replies().refusal(e.kind() == Kind.CLOSED ? ReplyHandler.LAST_WORDS : Duration.ZERO);
            session.close();   // without the final dot, the server keeps nothing
            if (refusal != null) {
                return refusal;
            }
            throw next == null && e.kind() != Kind.BODY ? new ClientException(e.kind(), e.getMessage(), true) : e;
        } finally {
            if (next != null) {
                next.thenAccept(ByteBuf::release);
            }
        }
    }

    private CompletableFuture<ByteBuf> read(long offset) {
        int length = (int) Math.min(PIECE, message.size() - offset);
        return length == 0 ? CompletableFuture.completedFuture(Unpooled.EMPTY_BUFFER)
                : message.body().read(offset, length).toCompletableFuture();
    }

    private ByteBuf await(CompletableFuture<ByteBuf> piece) throws ClientException {
        try {
            ByteBuf bytes = piece.get();   // of the own disk: where that stalls everything does, and a limit for each wait costs more than the wait
            if (!bytes.isReadable() && message.size() > 0) {
                bytes.release();
                throw new ClientException(Kind.BODY, "the message's body is shorter than its envelope says");
            }
            return bytes;
        } catch (ExecutionException e) {
            throw new ClientException(Kind.BODY, "the message's body cannot be read: " + ClientSession.describe(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            piece.thenAccept(ByteBuf::release);
            throw new ClientException(Kind.CLOSED, "interrupted");
        }
    }

    private Reply expect(String command) throws ClientException {
        Reply reply = session.replies().take(session.timeouts().command(), command);
        if (reply.code() == 421) {
            session.close();
            throw new ClientException(Kind.CLOSED, "server is closing: " + reply.text());
        }
        if (reply.code() / 100 == 3) {
            session.close();
            throw new ClientException(Kind.PROTOCOL, "server answered " + command + " with " + reply.text());
        }
        return reply;
    }

    private void write(String commands) throws ClientException {
        session.ask(Unpooled.copiedBuffer(commands, StandardCharsets.UTF_8), session.timeouts().command());
    }

    private String mail() {
        Capabilities server = session.capabilities();
        StringBuilder line = new StringBuilder("MAIL FROM:<").append(path(message.sender()).text).append('>');
        if (server.offers("SIZE")) {
            line.append(" SIZE=").append(message.size());
        }
        if (message.eightBit() && server.offers("8BITMIME")) {
            line.append(" BODY=8BITMIME");
        }
        if (message.smtpUtf8() && server.offers("SMTPUTF8")) {
            line.append(" SMTPUTF8");
        }
        if (server.offers("DSN")) {
            line.append(message.ret() == null ? "" : " RET=" + message.ret());
            line.append(message.envid() == null ? "" : " ENVID=" + message.envid());
        }
        if (message.requireTls()) {
            line.append(" REQUIRETLS");
        }
        return ClientSession.line(line.toString());
    }

    private String rcpt(int index) {
        Outgoing.Recipient recipient = message.recipients().get(index);
        StringBuilder line = new StringBuilder("RCPT TO:<").append(path(recipient.address()).text).append('>');
        if (session.capabilities().offers("DSN")) {
            line.append(recipient.dsnNotify() == null ? "" : " NOTIFY=" + recipient.dsnNotify());
            line.append(recipient.orcpt() == null ? "" : " ORCPT=" + (session.capabilities().offers("SMTPUTF8") ? recipient.orcpt() : Orcpt.ascii(recipient.orcpt())));
        }
        return ClientSession.line(line.toString());
    }

    private record Path(String text, boolean deliverable) {
    }

    /** A domain can always be written in A-labels; a local part outside ASCII needs SMTPUTF8. */
    private Path path(String address) {
        if (address.chars().allMatch(c -> c < 128) || message.smtpUtf8() && session.capabilities().offers("SMTPUTF8")) {
            return new Path(address, true);
        }
        int at = address.lastIndexOf('@');
        String local = address.substring(0, Math.max(at, 0));
        try {
            return new Path(local + "@" + HostNames.normal(address.substring(at + 1)), at > 0 && local.chars().allMatch(c -> c < 128));
        } catch (IllegalArgumentException e) {
            return new Path(address, false);
        }
    }

    private static Result needsUtf8() {
        return new Result(new Reply(553, List.of("5.6.7 The server does not offer SMTPUTF8, which this address needs")), true);
    }

    private List<Result> all(Result result) {
        Arrays.fill(results, result);
        return List.of(results);
    }
}
