package dev.postern.plan;

import java.util.List;

/**
 * What holds for a whole gateway.
 *
 * @param hostname            EHLO name, and the name in Received lines
 * @param retryInitialSeconds wait after a message's first failure
 * @param retryMaxSeconds     longest wait between attempts
 * @param maxAgeSeconds       age at which a message bounces
 * @param trustBundle         bundle ID that verified delivery trusts, or null for the system's authorities
 * @param certificate         shown to servers that ask for one, or null; a destination has it filled in
 * @param alertOnRequiredTls  whether failures of required TLS become events
 * @param dnsServers          {@code ADDRESS} or {@code ADDRESS:PORT}; empty: the system's
 * @param jsonLog             whether log lines are JSON objects
 * @param maxMessages         messages that the spool holds at most
 * @param reserveBytes        bytes that stay free on the spool's volume
 */
public record Settings(String hostname, long retryInitialSeconds, long retryMaxSeconds, long maxAgeSeconds, String trustBundle,
        String certificate, boolean alertOnRequiredTls, List<String> dnsServers, boolean jsonLog, int maxMessages, long reserveBytes) {

    public Settings {
        dnsServers = List.copyOf(dnsServers);
    }
}
