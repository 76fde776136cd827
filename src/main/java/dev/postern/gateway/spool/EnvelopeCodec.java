package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.tls.MessageTls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * The form of an envelope on disk. The MID is the key and not repeated.
 *
 * <pre>
 * envelope  = version(1 byte, 1 to 3) receivedAt(8) size(varint) flags(1) sender ret envid listener [origin route] count(varint) recipient*
 * flags     = bit 0 eightBit, bit 1 smtpUtf8; from version 2 on also bit 2 REQUIRETLS, bit 3 TLS-Required: No; in version 3 also bit 4 held
 * origin    = client user messageId, in version 3, as is the route
 * recipient = state(1: 0 PENDING, 1 DELIVERED, 2 BOUNCED) attempts(varint) nextAttempt(8) address lastStatus lastReply dsnNotify orcpt
 * string    = length+1(varint) UTF-8 bytes; 0 is null
 * varint    = 7 bits a byte, lowest first, bit 7 set where more follow
 * </pre>
 * Integers of fixed length are big-endian. A new field means a new version; readers keep reading the old ones, and refuse newer ones: one that
 * does not know a demand of a message must not send it without. Version 3 is written.
 */
final class EnvelopeCodec {
    private static final byte VERSION = 1;
    private static final byte VERSION_WITH_TLS = 2;
    private static final byte VERSION_WITH_ORIGIN = 3;
    private static final int EIGHT_BIT = 1;
    private static final int SMTP_UTF8 = 2;
    private static final int REQUIRE_TLS = 4;
    private static final int TLS_OPTIONAL = 8;
    private static final int HELD = 16;
    /** A recipient takes at least its state, attempts, next attempt and five string lengths. */
    private static final int LEAST_RECIPIENT = 15;
    private static final State[] STATES = {State.PENDING, State.DELIVERED, State.BOUNCED};

    private EnvelopeCodec() {
    }

    static byte[] encode(Envelope envelope) {
        var out = new Output(64 + envelope.recipients().size() * 64);
        out.octet(VERSION_WITH_ORIGIN);
        out.fixed(envelope.receivedAt());
        out.varint(envelope.size());
        out.octet((envelope.eightBit() ? EIGHT_BIT : 0) | (envelope.smtpUtf8() ? SMTP_UTF8 : 0) | flag(envelope.tls()) | (envelope.held() ? HELD : 0));
        out.string(envelope.sender());
        out.string(envelope.ret());
        out.string(envelope.envid());
        out.string(envelope.listener());
        out.string(envelope.origin().client());
        out.string(envelope.origin().user());
        out.string(envelope.origin().messageId());
        out.string(envelope.route());
        out.varint(envelope.recipients().size());
        for (var recipient : envelope.recipients()) {
            out.octet(code(recipient.state()));
            out.varint(Integer.toUnsignedLong(recipient.attempts()));
            out.fixed(recipient.nextAttempt());
            out.string(recipient.address());
            out.string(recipient.lastStatus());
            out.string(recipient.lastReply());
            out.string(recipient.dsnNotify());
            out.string(recipient.orcpt());
        }
        return out.bytes();
    }

    /** @throws IllegalArgumentException naming the offset, where the bytes are not an envelope */
    static Envelope decode(long mid, byte[] bytes) {
        var in = new Input(bytes);
        var version = in.octet();
        if (version < VERSION || version > VERSION_WITH_ORIGIN) {
            throw in.wrong("version is " + version + ", known are " + VERSION + " to " + VERSION_WITH_ORIGIN);
        }
        var receivedAt = in.fixed();
        var size = in.varint();
        var flags = in.octet();
        var tls = version == VERSION ? MessageTls.DESTINATION : tls(in, flags, version == VERSION_WITH_TLS);
        var sender = in.string();
        var ret = in.string();
        var envid = in.string();
        var listener = in.string();
        var whence = version == VERSION_WITH_ORIGIN;
        var origin = whence ? new Envelope.Origin(in.string(), in.string(), in.string()) : Envelope.Origin.OWN;
        var route = whence ? in.string() : null;
        var count = in.varint();
        if (count < 0 || count > in.remaining() / LEAST_RECIPIENT) {
            throw in.wrong(count + " recipients do not fit into " + in.remaining() + " bytes");
        }
        var recipients = new ArrayList<Recipient>((int) count);
        for (var i = 0; i < count; i++) {
            var state = in.octet();
            if (state >= STATES.length) {
                throw in.wrong("recipient state " + state + " is not 0 to " + (STATES.length - 1));
            }
            var attempts = (int) in.varint();
            var nextAttempt = in.fixed();
            recipients.add(new Recipient(in.string(), STATES[state], attempts, nextAttempt, in.string(), in.string(), in.string(), in.string()));
        }
        if (in.remaining() != 0) {
            throw in.wrong(in.remaining() + " bytes too many");
        }
        return new Envelope(mid, receivedAt, sender, size, (flags & EIGHT_BIT) != 0, (flags & SMTP_UTF8) != 0, ret, envid, listener, recipients, tls, origin,
                whence && (flags & HELD) != 0, route);
    }

    private static int flag(MessageTls tls) {
        return switch (tls) {
            case DESTINATION -> 0;
            case REQUIRED -> REQUIRE_TLS;
            case OPTIONAL -> TLS_OPTIONAL;
        };
    }

    /** @param asks whether some demand must be there */
    private static MessageTls tls(Input in, int flags, boolean asks) {
        if (!asks && (flags & (REQUIRE_TLS | TLS_OPTIONAL)) == 0) {
            return MessageTls.DESTINATION;
        }
        return switch (flags & (REQUIRE_TLS | TLS_OPTIONAL)) {
            case REQUIRE_TLS -> MessageTls.REQUIRED;
            case TLS_OPTIONAL -> MessageTls.OPTIONAL;
            default -> throw in.wrong("flags are " + flags + ": one of " + REQUIRE_TLS + " and " + TLS_OPTIONAL + " is to be set");
        };
    }

    private static int code(State state) {
        return switch (state) {
            case PENDING -> 0;
            case DELIVERED -> 1;
            case BOUNCED -> 2;
        };
    }

    private static final class Output {
        private byte[] bytes;
        private int at;

        Output(int capacity) {
            bytes = new byte[capacity];
        }

        private void room(int count) {
            if (bytes.length - at < count) {
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, at + count));
            }
        }

        void octet(int value) {
            room(1);
            bytes[at++] = (byte) value;
        }

        void fixed(long value) {
            room(Long.BYTES);
            ByteBuffer.wrap(bytes).putLong(at, value);
            at += Long.BYTES;
        }

        void varint(long value) {
            for (; (value & ~0x7FL) != 0; value >>>= 7) {
                octet((int) (value & 0x7F) | 0x80);
            }
            octet((int) value);
        }

        void string(String value) {
            if (value == null) {
                varint(0);
                return;
            }
            var utf8 = value.getBytes(StandardCharsets.UTF_8);
            varint(utf8.length + 1L);
            room(utf8.length);
            System.arraycopy(utf8, 0, bytes, at, utf8.length);
            at += utf8.length;
        }

        byte[] bytes() {
            return Arrays.copyOf(bytes, at);
        }
    }

    private static final class Input {
        private final ByteBuffer bytes;

        Input(byte[] bytes) {
            this.bytes = ByteBuffer.wrap(bytes);
        }

        int remaining() {
            return bytes.remaining();
        }

        IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("envelope, byte " + bytes.position() + " of " + bytes.limit() + ": " + what);
        }

        private void need(long count) {
            if (count < 0 || count > bytes.remaining()) {
                throw wrong(count + " bytes expected, " + bytes.remaining() + " are left");
            }
        }

        int octet() {
            need(1);
            return bytes.get() & 0xFF;
        }

        long fixed() {
            need(Long.BYTES);
            return bytes.getLong();
        }

        long varint() {
            var value = 0L;
            for (var shift = 0; shift < Long.SIZE; shift += 7) {
                var next = octet();
                value |= (long) (next & 0x7F) << shift;
                if ((next & 0x80) == 0) {
                    return value;
                }
            }
            throw wrong("a number of more than 10 bytes");
        }

        String string() {
            var length = varint() - 1;
            if (length == -1) {
                return null;
            }
            need(length);
            var text = new String(bytes.array(), bytes.position(), (int) length, StandardCharsets.UTF_8);
            bytes.position(bytes.position() + (int) length);
            return text;
        }
    }
}
