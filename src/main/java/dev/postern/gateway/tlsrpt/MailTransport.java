package dev.postern.gateway.tlsrpt;

import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.gateway.tlsrpt.ReportRecord.Destination.Mail;
import dev.postern.plan.Settings;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** Puts reports into the spool as ordinary messages: from there on they are delivered, tried again and bounced as any other mail. */
final class MailTransport implements Transport<Mail> {
    private final Spool spool;
    private final Supplier<ActivePlan> plan;
    private final InstantSource clock;

    MailTransport(Spool spool, Supplier<ActivePlan> plan, InstantSource clock) {
        this.spool = spool;
        this.plan = plan;
        this.clock = clock;
    }

    @Override
    public void send(Report report, Mail to) throws IOException, NotPossible, InterruptedException {
        ActivePlan active = plan.get();
        Settings.TlsReporting settings = active.plan().settings().tlsReporting();
        if (settings == null) {
            throw new NotPossible("spec.tlsReporting is no longer there");
        }
        Instant now = clock.instant();
        byte[] message;
        try {
            message = ReportMessage.compose(report, settings.from(), to.address(), signer(active, settings), now);
        } catch (GeneralSecurityException e) {
            throw new NotPossible("it cannot be signed: " + e.getMessage());
        }
        if (spool.admission() != Spool.Admission.OK) {
            throw new IOException("the spool takes no mail: " + spool.admission());
        }
        Spool.Incoming incoming = spool.begin();
        boolean committed = false;
        try {
            await(incoming.append(Unpooled.wrappedBuffer(message)));
            await(incoming.commit(envelope(incoming.mid(), now, settings.from(), to.address(), message.length)));
            committed = true;
        } finally {
            if (!committed) {
                incoming.abort();
            }
        }
    }

    private static DkimSigner signer(ActivePlan active, Settings.TlsReporting settings) throws NotPossible {
        PrivateKey key = settings.dkimCertificate() == null ? null : active.signingKey(settings.dkimCertificate());
        if (key == null) {
            throw new NotPossible("reports by mail must be signed (RFC 8460 section 3), and spec.tlsReporting.dkim is not set");
        }
        return new DkimSigner(settings.from().substring(settings.from().lastIndexOf('@') + 1), settings.dkimSelector(), key);
    }

    /** What {@code TLS-Required: No} says in the header is said here, too: nobody reads the headers of what the gateway writes. */
    private static Envelope envelope(long mid, Instant now, String from, String to, int size) {
        return new Envelope(mid, now.toEpochMilli(), from, size, false, false, null, null, "",
                List.of(new Envelope.Recipient(to, Envelope.State.PENDING, 0, now.toEpochMilli(), null, null, null, null))).with(MessageTls.OPTIONAL);
    }

    private static void await(CompletionStage<?> stage) throws IOException, InterruptedException {
        try {
            stage.toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IOException("the spool did not take it: " + e.getCause().getMessage(), e.getCause());
        }
    }
}
