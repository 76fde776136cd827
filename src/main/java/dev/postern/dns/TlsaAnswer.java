package dev.postern.dns;

import java.util.List;

/**
 * What is known of a host's TLSA records, with what DNSSEC says of it (RFC 7672 section 2.2).
 *
 * @param records in no order; empty unless the status is SECURE
 * @param base    name that the records belong to, in lower case: the host, or what it is an alias of
 * @param detail  for a person; null where SECURE
 */
public record TlsaAnswer(Status status, List<TlsaRecord> records, String base, String detail) {

    /** What the answer is good for. */
    public enum Status {
        /** Proven records. */
        SECURE,
        /** Proven absence, or a zone that is not signed: DANE does not apply. */
        NONE,
        /** Bogus, or no answer: DANE may apply, and nobody knows. */
        FAILED
    }

    public TlsaAnswer {
        records = List.copyOf(records);
    }
}
