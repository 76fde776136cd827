package dev.postern.dns;

import java.util.List;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/**
 * An answer, with what DNSSEC says of it.
 *
 * @param status  of all of it, aliases included
 * @param exists  whether the name exists; of use where not FAILED
 * @param records of the type asked for; empty where there are none, or where FAILED
 * @param owner   name at the end of the aliases: the name asked for where it is none
 * @param alias   whether the name asked for is an alias
 * @param seconds for which it is good
 * @param detail  for a person: why it is FAILED, else null
 */
record SecureAnswer(Status status, boolean exists, List<Record> records, Name owner, boolean alias, long seconds, String detail) {

    /** RFC 4035 section 4.3, where FAILED is bogus, or no answer at all. */
    enum Status { SECURE, INSECURE, FAILED }

    SecureAnswer {
        records = List.copyOf(records);
    }

    static SecureAnswer failed(Name name, long seconds, String detail) {
        return new SecureAnswer(Status.FAILED, true, List.of(), name, false, seconds, detail);
    }

    boolean secure() {
        return status == Status.SECURE;
    }

    boolean failed() {
        return status == Status.FAILED;
    }
}
