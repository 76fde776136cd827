package dev.postern.gateway.smtp;

import dev.postern.dns.Dns;
import dev.postern.gateway.access.DnsLists;
import dev.postern.gateway.access.HourlyCounts;
import dev.postern.gateway.report.MailLog;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;

/**
 * What the listeners of a gateway share to judge clients by: as on the appliance, a client has one count for all of them, and each holds it
 * against the limit of its own policy.
 *
 * @param recipients taken from each client within an hour
 * @param invalid    recipients that recipient access tables rejected, of each client within an hour
 * @param tarpit     places for connections whose answers come late
 */
public record AdmissionServices(DnsLists lists, HourlyCounts recipients, HourlyCounts invalid, Semaphore tarpit) {
    /** Connections whose answers come late at a time. */
    static final int MOST_TARPITTED = 1000;

    static AdmissionServices of(Dns dns, MailLog log, InstantSource clock) {
        return new AdmissionServices(new DnsLists(dns, log, clock), new HourlyCounts(clock, HourlyCounts.MOST_CLIENTS), new HourlyCounts(clock, HourlyCounts.MOST_CLIENTS),
                new Semaphore(MOST_TARPITTED));
    }
}
