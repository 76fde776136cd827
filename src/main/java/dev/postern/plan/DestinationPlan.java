package dev.postern.plan;

import dev.postern.api.DestinationControlSpec.Dane;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.api.DestinationControlSpec.Per;
import dev.postern.api.DestinationControlSpec.TlsMode;
import java.util.List;

/**
 * How mail to some domains travels.
 *
 * @param destinations lower-case A-label domains, or {@code .domain} for its subdomains
 * @param isDefault    whether it stands for every domain that no other names
 * @param certificate  shown to servers that ask for one, or null; the gateway's is already filled in
 * @param retry        the gateway's is already filled in
 * @param suspended    whether delivery rests
 * @param route        hosts in the place of MX, or empty
 * @param held         null, or why mail for these domains waits: a resource that is broken and never was good must not let its
 *                     mail fall to a lower level
 */
public record DestinationPlan(ResourceRef resource, List<String> destinations, boolean isDefault, Tls tls, String certificate, Limits limits, Retry retry, boolean suspended,
        List<Host> route, String held) {

    public DestinationPlan {
        destinations = List.copyOf(destinations);
        route = List.copyOf(route);
    }

    /** Of what every destination has: not suspended, on the schedule of {@link Retry#STANDARD}. */
    public static DestinationPlan of(ResourceRef resource, List<String> destinations, boolean isDefault, Tls tls, String certificate, Limits limits, List<Host> route, String held) {
        return new DestinationPlan(resource, destinations, isDefault, tls, certificate, limits, Retry.STANDARD, false, route, held);
    }

    public String name() {
        return resource.name();
    }

    /** The same way to travel, for fewer domains. */
    DestinationPlan limitedTo(List<String> domains, boolean asDefault) {
        return new DestinationPlan(resource, domains, asDefault, tls, certificate, limits, retry, suspended, route, held);
    }

    /** The same way to travel, with another certificate or, for null, with none. */
    DestinationPlan showing(String other) {
        return new DestinationPlan(resource, destinations, isDefault, tls, other, limits, retry, suspended, route, held);
    }

    /** The same TLS by other hosts. */
    public DestinationPlan via(List<Host> other) {
        return new DestinationPlan(resource, destinations, isDefault, tls, certificate, limits, retry, suspended, other, held);
    }

    /** {@link Tls#trustBundle}. */
    public String trustBundle() {
        return tls.trustBundle;
    }

    /**
     * What TLS to these domains must come to.
     *
     * @param trustBundle bundle ID, or null for the system's authorities; the gateway's is already filled in
     * @param pins        base64 of SHA-256 digests of public keys, one of which a verified chain must have; empty: any
     */
    public record Tls(TlsMode mode, Identity identity, String trustBundle, List<String> pins, Dane dane, MtaSts mtaSts) {
        public Tls {
            pins = List.copyOf(pins);
        }

        /** Without pins, and without regard to what the domains publish. */
        public static Tls of(TlsMode mode, Identity identity, String trustBundle) {
            return new Tls(mode, identity, trustBundle, List.of(), Dane.None, MtaSts.None);
        }
    }

    /**
     * Bounds of delivery.
     *
     * @param concurrentConnections of one pod
     * @param recipients            null: no limit
     * @param per                   what {@code concurrentConnections} and {@code recipients} are counted for
     */
    public record Limits(int concurrentConnections, int messagesPerConnection, Rate recipients, Per per) {
        /** What a DestinationControl has that says nothing. */
        public static final Limits STANDARD = of(20, 100);

        /** Without a rate, for each domain. */
        public static Limits of(int concurrentConnections, int messagesPerConnection) {
            return new Limits(concurrentConnections, messagesPerConnection, null, Per.Destination);
        }
    }

    /** At most {@code maximum} in any {@code minutes}. */
    public record Rate(int maximum, int minutes) {
    }

    /**
     * The retry schedule.
     *
     * @param initialSeconds wait after a message's first failure
     * @param maxSeconds     longest wait between attempts
     * @param maxAgeSeconds  age at which a message bounces
     */
    public record Retry(long initialSeconds, long maxSeconds, long maxAgeSeconds) {
        /** What a MailGateway has that says nothing. */
        public static final Retry STANDARD = new Retry(300, 3600, 345_600);
    }

    /** One host of a route. */
    public record Host(String host, int port, int priority) {
    }
}
