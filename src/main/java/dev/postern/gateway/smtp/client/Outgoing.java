package dev.postern.gateway.smtp.client;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * One transaction to be made. Parameters of extensions go to servers that offer them, and are left out for others.
 *
 * @param sender     reverse path without brackets; empty for {@code <>}
 * @param size       bytes of the body, line ends CRLF, not dot-stuffed
 * @param eightBit   whether it has bytes above 127
 * @param ret        RET of RFC 3461, or null
 * @param envid      ENVID of RFC 3461 in xtext, or null
 * @param recipients one to a hundred
 * @param requireTls whether the server must take REQUIRETLS over (RFC 8689): to one that does not offer it, nothing is sent
 */
public record Outgoing(String sender, long size, boolean eightBit, boolean smtpUtf8, String ret, String envid, List<Recipient> recipients, Body body,
        boolean requireTls) {

    public Outgoing {
        recipients = List.copyOf(recipients);
    }

    /** Without REQUIRETLS. */
    public Outgoing(String sender, long size, boolean eightBit, boolean smtpUtf8, String ret, String envid, List<Recipient> recipients, Body body) {
        this(sender, size, eightBit, smtpUtf8, ret, envid, recipients, body, false);
    }

    /**
     * One recipient.
     *
     * @param address forward path without brackets
     * @param dsnNotify  NOTIFY of RFC 3461, or null
     * @param orcpt   ORCPT of RFC 3461, or null
     */
    public record Recipient(String address, String dsnNotify, String orcpt) {
    }

    /** Where the body comes from, piece by piece. */
    @FunctionalInterface
    public interface Body {
        /** The buffer is the caller's; it has at least one byte and at most {@code length}. */
        CompletionStage<ByteBuf> read(long offset, int length);
    }

    /**
     * What a server said to one recipient.
     *
     * @param reply the reply that decided
     * @param local whether the client made the reply, as the server lacks what the message needs
     */
    public record Result(Reply reply, boolean local) {
    }
}
