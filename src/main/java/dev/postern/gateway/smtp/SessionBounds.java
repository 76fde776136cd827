package dev.postern.gateway.smtp;

import dev.postern.gateway.smtp.SmtpLimits.Abuse;

/**
 * What one connection may ask for without bringing mail. The log and the time of a session are bounded by it, whatever the client says.
 * Used on the connection's event loop alone.
 */
final class SessionBounds {
    static final Reply IDLE = Reply.of(421, "4.7.0", "too many commands without a message");
    static final Reply RECIPIENTS = Reply.of(421, "4.5.3", "too many recipients refused");

    private final Abuse limits;
    private int idle;
    private int refused;

    SessionBounds(Abuse limits) {
        this.limits = limits;
    }

    /**
     * Counts a command before it is carried out. RCPT and the commands of content are bounded by the transaction that they belong to.
     *
     * @return the last word where there were too many, or null
     */
    Reply command(SmtpCommand command) {
        boolean counts = switch (command) {
            case SmtpCommand.Rcpt rcpt -> false;
            case SmtpCommand.Data data -> false;
            case SmtpCommand.Bdat bdat -> bdat.size() == 0 && !bdat.last();
            case SmtpCommand.Quit quit -> false;
            default -> true;
        };
        return counts && ++idle > limits.idleCommands() ? IDLE : null;
    }

    /** A recipient was refused: whether it was one too many. */
    boolean recipientRefused() {
        return ++refused > limits.refusedRecipients();
    }

    /** A message was taken: the client is one of those that bring mail. */
    void messageTaken() {
        idle = 0;
    }
}
