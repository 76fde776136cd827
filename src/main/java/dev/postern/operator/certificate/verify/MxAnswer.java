package dev.postern.operator.certificate.verify;

import java.util.List;

/** What is known of a domain's MX hosts. */
sealed interface MxAnswer {

    /** @param hosts sorted; the domain itself where it has addresses and no MX record; not empty */
    record Hosts(List<String> hosts) implements MxAnswer {
        public Hosts {
            hosts = List.copyOf(hosts);
        }
    }

    /** The domain takes no mail: a null MX (RFC 7505), or neither MX record nor address. */
    record NoMail(String why) implements MxAnswer {
    }

    /** No answer was to be had. */
    record Failed(String why) implements MxAnswer {
    }

    /** The answer is awaited. */
    record Pending() implements MxAnswer {
    }

    /** Nobody is asked. */
    record Off() implements MxAnswer {
    }
}
