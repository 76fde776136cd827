package dev.postern.gateway.tls;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.tls.Published.Dane;
import dev.postern.gateway.tls.Published.Sts;
import dev.postern.plan.DestinationPlan;

/**
 * What a connection to one host must come to: the DestinationControl's level, raised by what the domain publishes (DANE,
 * MTA-STS) and by what the message asks (REQUIRETLS). Nothing lowers the level; {@code TLS-Required: No} only leaves out what is
 * published, unless DANE is mandatory. Each demand must be met; where a host has usable TLSA records, MTA-STS is left to them (RFC 8461 section 2). Pure.
 *
 * @param mode       the level, raised
 * @param configured the DestinationControl's own
 * @param dane       records that the chain must fit, or null
 * @param hostName   whether the system's authorities must vouch for the host's name: MTA-STS
 * @param requireTls whether the server must offer REQUIRETLS
 * @param refusal    why the host is not even to be tried, or null
 */
public record Requirement(TlsMode mode, TlsMode configured, Dane.Usable dane, boolean hostName, boolean requireTls, Refusal refusal) {

    /** Reason of a host that a message with REQUIRETLS may not go to, as nobody vouches for its name. */
    public static final String MX_NOT_PROVEN = "MxNotProven";

    /** Why a host is out before a connection is made; the small set of its reasons is counted by. */
    public record Refusal(String reason, String text) {
    }

    /**
     * Puts the demands together.
     *
     * @param proven  whether the host's name is beyond doubt: configured as a route, proven by DNSSEC, or listed by an enforced policy
     */
    public static Requirement of(DestinationPlan.Tls tls, Published published, MessageTls message, boolean proven) {
        Dane dane = heedsDane(tls, message) ? published.dane() : new Dane.Absent();
        Sts sts = message != MessageTls.OPTIONAL ? published.sts() : new Sts.Absent();
        Dane.Usable usable = dane instanceof Dane.Usable u ? u : null;
        boolean enforced = usable == null && sts instanceof Sts.Found found && found.enforce();
        boolean required = message == MessageTls.REQUIRED;
        Refusal refusal = refusal(tls, dane, enforced ? (Sts.Found) sts : null, required && !proven);
        TlsMode mode = tls.mode();
        if (usable != null || enforced || required) {
            mode = TlsMode.RequiredVerify;
        } else if (dane instanceof Dane.Unusable && !OutboundTls.required(mode)) {
            mode = TlsMode.Required;
        }
        return new Requirement(mode, tls.mode(), usable, enforced, required, refusal);
    }

    /** A message may leave out what the recipient's side publishes; that DANE is mandatory is this side's word. */
    public static boolean heedsDane(DestinationPlan.Tls tls, MessageTls message) {
        return message != MessageTls.OPTIONAL || tls.dane() == dev.postern.api.DestinationControlSpec.Dane.Mandatory;
    }

    private static Refusal refusal(DestinationPlan.Tls tls, Dane dane, Sts.Found enforced, boolean unproven) {
        if (dane instanceof Dane.Failed failed) {
            return new Refusal("DnssecFailed", "TLSA records could not be had: " + failed.detail());
        }
        if (tls.dane() == dev.postern.api.DestinationControlSpec.Dane.Mandatory && !(dane instanceof Dane.Usable)) {
            return new Refusal("DaneMissing", "DANE is mandatory and the host has no usable TLSA records");
        }
        if (enforced != null && !enforced.listsHost()) {
            return mismatch(enforced);
        }
        return unproven ? new Refusal(MX_NOT_PROVEN, "REQUIRETLS asks for a host that DNSSEC or MTA-STS vouches for, and neither does") : null;
    }

    /**
     * Whether the authorities that the DestinationControl trusts must vouch for the host's name: REQUIRETLS, where nothing that is published
     * says who must. Which authorities count is the sender's choice (RFC 8689 section 2).
     */
    public boolean hostNameByChoice() {
        return requireTls && dane == null && !hostName;
    }

    static Refusal mismatch(Sts.Found policy) {
        return new Refusal("StsMxMismatch", "the domain's MTA-STS policy does not list the host, but " + String.join(", ", policy.mx()));
    }

    /** Whether the DestinationControl itself demands verification; where it merely prefers it, it is only looked at. */
    public boolean verifiesConfigured() {
        return OutboundTls.verifies(configured);
    }

    /** The name to ask the server for (SNI): the TLSA base domain where its records decide (RFC 7672 section 8.1), else the host's own. */
    public String serverName(String host) {
        return dane == null ? host : dane.names().getFirst();
    }
}
