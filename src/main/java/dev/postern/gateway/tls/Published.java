package dev.postern.gateway.tls;

import dev.postern.dns.TlsaRecord;
import java.util.List;

/** What a recipient domain publishes of the TLS of one of its hosts. Immutable. */
public record Published(Dane dane, Sts sts) {
    /** Not asked for, or nothing there. */
    public static final Published NOTHING = new Published(new Dane.Absent(), new Sts.Absent());

    /** DANE (RFC 7672). */
    public sealed interface Dane {
        /** Not asked for; or proven to be absent; or of a zone that is not signed. */
        record Absent() implements Dane {
        }

        /** Proven records, and none that can be used (RFC 7672 section 2.2): encrypted, but not authenticated. */
        record Unusable(List<TlsaRecord> records) implements Dane {
            public Unusable {
                records = List.copyOf(records);
            }
        }

        /**
         * Proven records, one of which the host's chain must fit.
         *
         * @param names of the certificate where the usage is 2, one of them: the TLSA base domain, which comes first, the MX host, the recipient domain (RFC 7672 section 3.2.2)
         */
        record Usable(List<TlsaRecord> records, List<String> names) implements Dane {
            public Usable {
                records = List.copyOf(records);
                names = List.copyOf(names);
            }
        }

        /** Bogus, or no answer: the host must not be used. */
        record Failed(String detail) implements Dane {
        }
    }

    /** MTA-STS (RFC 8461). */
    public sealed interface Sts {
        /** Not asked for, or nothing published. */
        record Absent() implements Sts {
        }

        /**
         * A policy.
         *
         * @param enforce    else it is for testing: nothing but reports follow from it
         * @param listsHost  whether the host is one of its hosts
         * @param lines      of the policy
         * @param mx         its patterns
         */
        record Found(boolean enforce, boolean listsHost, List<String> lines, List<String> mx) implements Sts {
            public Found {
                lines = List.copyOf(lines);
                mx = List.copyOf(mx);
            }
        }

        /** One is announced and could not be had; nothing follows from it but reports. */
        record Unavailable(String resultType, String detail) implements Sts {
        }
    }
}
