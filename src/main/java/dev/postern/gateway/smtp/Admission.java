package dev.postern.gateway.smtp;

import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.gateway.access.HourlyCounts;
import dev.postern.gateway.access.RecipientAccess;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.spool.Spool;
import dev.postern.plan.PolicyPlan;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Who may send what in one session: decides about its senders and recipients by the policy of its client and the listener's recipient
 * access table, keeps to the limits, and tells log and meters of what is refused. Commands are in order when they come here.
 */
final class Admission {
    private final SmtpServices services;
    private final ListenerMetrics metrics;
    private final Supplier<Client> client;
    private final BooleanSupplier loggedIn;
    private int messages;

    /**
     * @param client   the session's, as it is known at the time
     * @param loggedIn whether it has logged in
     */
    Admission(SmtpServices services, ListenerMetrics metrics, Supplier<Client> client, BooleanSupplier loggedIn) {
        this.services = services;
        this.metrics = metrics;
        this.client = client;
        this.loggedIn = loggedIn;
    }

    /**
     * A refusal.
     *
     * @param last    whether the connection ends with it
     * @param mistake whether it is one that the tarpit counts
     */
    record Refused(Reply reply, boolean last, boolean mistake) {
    }

    /** Whether every recipient is rejected, so that no message begins (delayed rejection). A login turns it around: the client relays then, as on the appliance. */
    boolean rejectsAll() {
        return client.get().rejectedAtRecipients() && !loggedIn.getAsBoolean();
    }

    /** A message has had its answer, good or bad. */
    void messageDone() {
        messages++;
    }

    /** Decides about MAIL; null where it is taken. */
    Refused sender(SmtpCommand.Mail mail) {
        Client known = client.get();
        PolicyPlan.Limits limits = known.policy().limits();
        if (rejectsAll()) {
            services.log().log(new MailEvent.DelayedRejectSender(known.icid(), mail.sender().address(), known.address().getHostAddress()));
            return null;
        }
        if (known.policy().authentication() == Authentication.Require && !loggedIn.getAsBoolean()) {
            return refused(Denial.AuthenticationRequired, false, true);
        }
        if (messages >= limits.messagesPerConnection()) {
            return refused(Denial.Messages, true, false);
        }
        if (mail.size() > limits.messageSize()) {
            return refused(Denial.MessageSize, false, false);
        }
        return services.spool().admission() == Spool.Admission.OK ? null : refused(Denial.SpoolFull, false, false);
    }

    /**
     * Decides about RCPT; null where the recipient is taken, and counted.
     *
     * @param already recipients of this message that were taken
     */
    Refused recipient(String address, int already) {
        Client known = client.get();
        PolicyPlan.Limits limits = known.policy().limits();
        if (rejectsAll()) {
            services.log().log(new MailEvent.DelayedRejectRecipient(known.icid(), address, known.address().getHostAddress()));
            metrics.rejected(Denial.HostAccessRecipient.reason());
            return new Refused(Denial.HostAccessRecipient.reply(known.words(known.policy().rejection().text())), false, true);
        }
        if (!known.relays() && !known.rejectedAtRecipients()) {
            Refused refused = byTable(known, address);
            if (refused != null) {
                return refused;
            }
        }
        if (already >= limits.recipientsPerMessage()) {
            return refused(Denial.Recipients, false, false);
        }
        if (limits.recipientsPerHour() != null && !services.admission().recipients().take(known.address(), limits.recipientsPerHour())) {
            rejected(known, address, "Rejected by rate limit: " + limits.recipientsPerHour() + " recipients an hour");
            return refused(Denial.RecipientsPerHour, false, false);
        }
        return null;
    }

    private Refused byTable(Client known, String address) {
        Integer limit = known.policy().limits().invalidRecipientsPerHour();
        HourlyCounts invalid = services.admission().invalid();
        if (limit != null && invalid.of(known.address()) > limit) {
            return harvest(known, address, limit);   // it learns no more, not even what is valid
        }
        RecipientAccess.Answer answer = known.listener().recipientAccess().find(address);
        if (answer.accepted()) {
            return null;
        }
        if (limit != null) {
            invalid.take(known.address(), limit + 1);
            if (invalid.of(known.address()) > limit) {
                return harvest(known, address, limit);
            }
        }
        Denial denial = answer.routed() ? Denial.RoutedRecipient : Denial.Recipient;
        rejected(known, address, answer.routed() ? "Rejected by RAT: the local part names another destination" : "Rejected by RAT");
        metrics.rejected(denial.reason());
        return new Refused(denial.reply(answer.rejectText()), false, true);
    }

    /** Directory harvest attack prevention. */
    private Refused harvest(Client known, String address, int limit) {
        boolean drop = known.policy().limits().dropOnInvalidRecipients();
        services.log().log(new MailEvent.HarvestAttack(known.icid(), known.address().getHostAddress(), known.hostName(), limit, known.match().senderGroup(),
                known.listener().plan().name(), address, drop));
        return refused(Denial.InvalidRecipients, drop, true);
    }

    private void rejected(Client known, String address, String reason) {
        services.log().log(new MailEvent.RecipientRejected(known.icid(), address, reason));
    }

    private Refused refused(Denial denial, boolean last, boolean mistake) {
        metrics.rejected(denial.reason());
        return new Refused(denial.reply(), last, mistake);
    }
}
