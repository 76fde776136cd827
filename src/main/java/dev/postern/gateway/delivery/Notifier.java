package dev.postern.gateway.delivery;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.plan.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Makes the notification that tells a sender what became of a message, and tells the log of it. */
final class Notifier {
    /** Of the original, at most this goes back with a DSN. */
    static final int RETURNED = 64 * 1024;

    private final Spool spool;
    private final MailLog log;

    Notifier(Spool spool, MailLog log) {
        this.spool = spool;
        this.log = log;
    }

    /** A DSN as the spool takes it. */
    record Notification(Envelope envelope, byte[] body) {
    }

    /** Waits for the original's headers. @param now milliseconds since the epoch */
    Notification compose(Envelope original, List<Dsn.Report> reports, Settings settings, long now) throws InterruptedException {
        boolean requireTls = original.tls() == MessageTls.REQUIRED;   // then never more than the headers: RFC 8689 section 5
        boolean failed = reports.stream().anyMatch(r -> r.action() == Dsn.Action.failed);   // RET is for these alone: RFC 3461 section 4.3
        boolean full = failed && "FULL".equalsIgnoreCase(original.ret()) && original.size() <= RETURNED && !requireTls;
        byte[] returned = original(original, full);
        Dsn.Composed dsn = Dsn.compose(original, reports, returned, full, settings.hostname(), Instant.ofEpochMilli(now), UUID.randomUUID().toString());
        Envelope envelope = new Envelope(0, now, "", dsn.body().length, dsn.eightBit(), dsn.smtpUtf8(), null, null, "",
                List.of(new Recipient(original.sender(), Envelope.State.PENDING, 0, now, null, null, null, null))).with(requireTls ? MessageTls.REQUIRED : MessageTls.DESTINATION);
        return new Notification(envelope, dsn.body());
    }

    /** The notification is on disk, under this MID. */
    void tell(long mid, Notification notification, long of) {
        log.log(new MailEvent.BounceQueued(mid, of));   // the spool's onCommitted brings it to the queue
        log.log(new MailEvent.To(mid, 0, 0, notification.envelope.recipients().getFirst().address()));
        if (notification.envelope.tls().demand() != null) {
            log.log(new MailEvent.TlsDemand(mid, notification.envelope.tls().demand()));
        }
    }

    /** The headers of the message or, where wanted, all of it; its Message-ID where it cannot be read. */
    private byte[] original(Envelope envelope, boolean full) throws InterruptedException {
        int length = (int) Math.min(RETURNED, envelope.size());
        if (length == 0) {
            return new byte[0];
        }
        try {
            ByteBuf head = Stages.await(spool.read(envelope.mid(), 0, length), Spool.SpoolException.class, e -> new Spool.SpoolException(e.toString(), false, e));
            try {
                byte[] bytes = ByteBufUtil.getBytes(head);
                return full ? bytes : headers(bytes);
            } finally {
                head.release();
            }
        } catch (Spool.SpoolException e) {
            log.log(new MailEvent.Notice(MailEvent.Level.Critical, "MID " + envelope.mid() + " cannot be read for its bounce: " + e.getMessage()));
            String id = envelope.origin().messageId();
            return id == null || id.isEmpty() ? new byte[0] : ("Message-ID: <" + Dsn.plain(id) + ">\r\n").getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** Up to the empty line, or to the last whole line where none is in sight. */
    static byte[] headers(byte[] message) {
        String text = new String(message, StandardCharsets.ISO_8859_1);
        int end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n") + 2;
        if (end == 1) {
            end = text.lastIndexOf("\r\n") + 2;
        }
        return text.substring(0, end == 1 ? 0 : end).getBytes(StandardCharsets.ISO_8859_1);
    }
}
