package dev.postern.gateway.smtp;

/** A command of a client, parsed. */
public sealed interface SmtpCommand {

    /** EHLO with the client's name or address literal. */
    record Ehlo(String domain) implements SmtpCommand {
    }

    /** HELO with the client's name or address literal. */
    record Helo(String domain) implements SmtpCommand {
    }

    /**
     * MAIL FROM.
     *
     * @param size     SIZE of RFC 1870, or -1
     * @param eightBit BODY=8BITMIME (RFC 6152)
     * @param smtpUtf8 SMTPUTF8 (RFC 6531)
     * @param ret      FULL, HDRS or null (RFC 3461)
     * @param envid    xtext or null (RFC 3461)
     * @param requireTls REQUIRETLS (RFC 8689)
     */
    record Mail(Path sender, long size, boolean eightBit, boolean smtpUtf8, String ret, String envid, boolean requireTls) implements SmtpCommand {
    }

    /**
     * RCPT TO.
     *
     * @param dsnNotify NOTIFY as received in capitals, or null (RFC 3461)
     * @param orcpt  ORCPT as received, or null (RFC 3461)
     */
    record Rcpt(Path recipient, String dsnNotify, String orcpt) implements SmtpCommand {
        /** Whether the address, or the original one, can travel under SMTPUTF8 alone (RFC 6531, RFC 6533). */
        boolean needsUtf8() {
            return recipient.needsUtf8() || orcpt != null && orcpt.chars().anyMatch(c -> c > 127);
        }
    }

    /** DATA. */
    record Data() implements SmtpCommand {
    }

    /** BDAT (RFC 3030): {@code size} octets follow, whatever the answer will be. */
    record Bdat(long size, boolean last) implements SmtpCommand {
    }

    /** RSET. */
    record Rset() implements SmtpCommand {
    }

    /** NOOP. */
    record Noop() implements SmtpCommand {
    }

    /** QUIT. */
    record Quit() implements SmtpCommand {
    }

    /** VRFY. */
    record Vrfy() implements SmtpCommand {
    }

    /** HELP. */
    record Help() implements SmtpCommand {
    }

    /** STARTTLS (RFC 3207). */
    record StartTls() implements SmtpCommand {
    }

    /**
     * AUTH (RFC 4954).
     *
     * @param mechanism in capitals
     * @param initial   the initial response in Base64, {@code =} where it is empty; null where there is none; never printed
     */
    record Auth(String mechanism, String initial) implements SmtpCommand {
        @Override
        public String toString() {
            return "Auth[" + mechanism + "]";
        }
    }

    /** A command that is not understood; {@code verb} is in capitals, empty where the line was bad before its verb. */
    record Invalid(String verb, Reply reply) implements SmtpCommand {
    }
}
