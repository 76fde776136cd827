package dev.postern.testing.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/**
 * One connection of the sender: EHLO, STARTTLS, EHLO, then message after message, and QUIT. MAIL, RCPT and DATA are one write where the server offers
 * PIPELINING.
 */
final class SenderSession extends ChannelInboundHandlerAdapter {
    private static final int CHUNK = 78 * 420;
    private static final String MAIL = "MAIL FROM:<sender@from.test>\r\n";
    private static final String DATA = "DATA\r\n";
    private static final String DATE = "Mon, 01 Jan 2024 00:00:00 +0000";

    private enum Step {
        GREETING("220"), EHLO("250"), STARTTLS("220"), SECURE_EHLO("250"), MAIL("250"), RCPT("250"), DATA("354"), END("250"), QUIT("221"), IDLE("");

        private final String wanted;

        Step(String wanted) {
            this.wanted = wanted;
        }
    }

    private final Sender sender;
    private final StringBuilder line = new StringBuilder();
    private ChannelHandlerContext context;
    private Step step = Step.GREETING;
    private int message = -1;
    private int sent;
    private int left;
    private long fillerLine;
    private boolean pipelining;
    private boolean ended;

    SenderSession(Sender sender) {
        this.sender = sender;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelActive(ChannelHandlerContext channel) {
        sender.opened(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext channel, Object received) {
        ByteBuf in = (ByteBuf) received;
        try {
            while (in.isReadable()) {
                byte b = in.readByte();
                if (b != '\n') {
                    line.append((char) (b & 0xff));
                } else {
                    String reply = line.toString().strip();
                    line.setLength(0);
                    pipelining |= reply.startsWith("PIPELINING", 4);
                    if (reply.length() < 4 || reply.charAt(3) != '-') {
                        replied(reply);
                    }
                }
            }
        } finally {
            ReferenceCountUtil.release(in);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext channel) {
        if (step == Step.END) {
            body();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext channel) {
        end(step != Step.QUIT, "the connection ended");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
        end(true, cause.toString());
    }

    /** Begins the next message, if there is one and its time has come. */
    void next() {
        message = sent < sender.load.perConnection() ? sender.take(this) : -1;
        if (message == -2) {
            step = Step.IDLE;
            return;
        }
        if (message < 0) {
            step = Step.QUIT;
            say("QUIT\r\n");
            return;
        }
        sent++;
        step = Step.MAIL;
        sender.ledger.begin(message);
        say(pipelining ? MAIL + rcpt() + DATA : MAIL);
    }

    private String rcpt() {
        return "RCPT TO:<u" + message % 1000 + "@" + domain() + ">\r\n";
    }

    /** A command whose turn has come, unless it was sent with those before it. */
    private void follow(Step next, String command) {
        step = next;
        if (!pipelining) {
            say(command);
        }
    }

    /** Whether a message has been begun and not been answered. */
    boolean busy() {
        return message >= 0;
    }

    /** Ends the connection as it is. */
    void abandon() {
        end(busy(), "given up, waiting for an answer to " + step);
    }

    private void replied(String reply) {
        if (step == Step.IDLE || !reply.startsWith(step.wanted)) {
            end(true, step + " was answered: " + reply);
            return;
        }
        switch (step) {
            case GREETING -> go(Step.EHLO, "EHLO sender.test\r\n");
            case EHLO -> {
                if (sender.load.tls()) {
                    go(Step.STARTTLS, "STARTTLS\r\n");
                } else {
                    next();
                }
            }
            case STARTTLS -> {
                context.pipeline().addFirst(sender.tls.newHandler(context.alloc(), "mail.bench.test", sender.load.port()));
                go(Step.SECURE_EHLO, "EHLO sender.test\r\n");
            }
            case MAIL -> follow(Step.RCPT, rcpt());
            case RCPT -> follow(Step.DATA, DATA);
            case DATA -> {
                step = Step.END;
                head();
                body();
            }
            case END -> {
                sender.ledger.accepted(message);
                message = -1;
                next();
            }
            case QUIT -> context.close();
            default -> next();
        }
    }

    private void go(Step next, String command) {
        step = next;
        say(command);
    }

    private void head() {
        String head = "From: <sender@from.test>\r\nTo: <u" + message % 1000 + "@" + domain() + ">\r\nSubject: bench " + message + "\r\nDate: " + DATE + "\r\nMessage-ID: <"
                + sender.ledger.run + "-" + message + "@from.test>\r\n" + Mark.field(sender.ledger.run, message) + "\r\n";
        context.write(text(head));
        left = Filler.whole(sender.load.size() - head.length());
        fillerLine = message * 131L;
    }

    /** As much as the connection takes; the rest when it takes more. */
    private void body() {
        while (left > 0 && context.channel().isWritable()) {
            ByteBuf piece = sender.filler.from(fillerLine, Math.min(left, CHUNK));
            left -= piece.readableBytes();
            fillerLine += Filler.lines(piece.readableBytes());
            context.write(piece);
            if (left == 0) {
                context.write(text(".\r\n"));
            }
            if (left == 0 || !context.channel().isWritable()) {
                context.flush();
            }
        }
    }

    private String domain() {
        int domains = sender.load.domains();
        return domains == 1 ? sender.load.domain() : "d" + message % domains + "." + sender.load.domain();
    }

    private void say(String command) {
        context.writeAndFlush(text(command));
    }

    private ByteBuf text(String text) {
        return ByteBufUtil.encodeString(context.alloc(), java.nio.CharBuffer.wrap(text), StandardCharsets.US_ASCII);
    }

    private void end(boolean broken, String why) {
        if (ended) {
            return;
        }
        ended = true;
        if (message >= 0) {
            sender.ledger.refused(why);
        } else if (broken) {
            sender.ledger.failed(why);
        }
        context.close();
        sender.closed(this, broken);
    }
}
