package dev.postern.plan;

import dev.postern.api.MailGatewaySpec.Dnssec;
import dev.postern.dns.Dns;
import java.util.List;

/**
 * What holds for a whole gateway.
 *
 * @param hostname            EHLO name, and the name in Received lines
 * @param retry               of destinations that have no schedule of their own
 * @param trustBundle         bundle ID that verified delivery trusts, or null for the system's authorities
 * @param certificate         shown to servers that ask for one, or null; a destination has it filled in
 * @param jsonLog             whether log lines are JSON objects
 * @param maxMessages         messages that the spool holds at most
 * @param reserveBytes        bytes that stay free on the spool's volume
 * @param tlsReporting        null where no reports are sent
 * @param ticketKeys          digests of the session ticket keys, the one in use first; the keys are beside the private keys
 */
public record Settings(String hostname, DestinationPlan.Retry retry, String trustBundle,
        String certificate, Alerts alerts, Dns dns, boolean jsonLog, int maxMessages, long reserveBytes,
        TlsReporting tlsReporting, List<String> ticketKeys) {

    public Settings {
        ticketKeys = List.copyOf(ticketKeys);
    }

    /** The same, with another certificate for delivery or, for null, with none. */
    Settings showing(String other) {
        return new Settings(hostname, retry, trustBundle, other, alerts, dns, jsonLog, maxMessages, reserveBytes,
                tlsReporting, ticketKeys);
    }

    /** The same, under another name, with other name servers. */
    public Settings asking(String otherHostname, Dns otherDns) {
        return new Settings(otherHostname, retry, trustBundle, certificate, alerts, otherDns, jsonLog, maxMessages,
                reserveBytes, tlsReporting, ticketKeys);
    }

    /** These, with other session ticket keys: those go on however old the rest is. */
    Settings with(List<String> otherTicketKeys) {
        return new Settings(hostname, retry, trustBundle, certificate, alerts, dns, jsonLog, maxMessages,
                reserveBytes, tlsReporting, otherTicketKeys);
    }

    /**
     * Alerts of required TLS that failed.
     *
     * @param enabled         whether failures become events and mails
     * @param recipients      of the mails; empty: none are sent
     * @param from            sender address of the mails
     * @param intervalSeconds between two mails about one domain
     * @param route           hosts in the place of the recipients' MX, or empty
     */
    public record Alerts(boolean enabled, List<String> recipients, String from, long intervalSeconds, List<DestinationPlan.Host> route) {
        /** Events, and no mail. */
        public static final Alerts EVENTS = new Alerts(true, List.of(), "postmaster@localhost", 3600, List.of());

        public Alerts {
            recipients = List.copyOf(recipients);
            route = List.copyOf(route);
        }
    }

    /**
     * Name resolution.
     *
     * @param servers      {@code ADDRESS} or {@code ADDRESS:PORT}; empty: the system's
     * @param trustAnchors DS records in text, for Validate; empty: the root's
     */
    public record Dns(List<String> servers, Dnssec dnssec, List<String> trustAnchors) {
        /** The system's servers. */
        public static final Dns SYSTEM = new Dns(List.of(), Dnssec.Validate, List.of());

        public Dns {
            servers = List.copyOf(servers);
            trustAnchors = List.copyOf(trustAnchors);
        }
    }

    /**
     * Reports of SMTP TLS (RFC 8460).
     *
     * @param dkimSelector    null where mailed reports cannot be signed
     * @param dkimCertificate name of the certificate whose key signs, or null
     */
    public record TlsReporting(String organizationName, String contactInfo, String from, String dkimSelector, String dkimCertificate) {
    }
}
