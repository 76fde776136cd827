package dev.postern.operator;

import dev.postern.api.Certificate;
import dev.postern.dns.Dns;
import dev.postern.dns.DnsOptions;
import dev.postern.dns.DnsjavaDns;
import dev.postern.operator.certificate.verify.MxRecords;
import dev.postern.operator.kube.Triggers;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.arc.Unremovable;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.InstantSource;
import java.util.UUID;

/** What the reconcilers need and no class of theirs is. */
@Singleton
public final class OperatorBeans {
    /** Namespace of the lease; where absent, that of the client's configuration. */
    private static final String LEASE_NAMESPACE_VARIABLE = "POSTERN_OPERATOR_NAMESPACE";

    @Produces
    @Singleton
    OperatorSettings settings() {
        return OperatorSettings.from(System.getenv());
    }

    @Produces
    @Singleton
    InstantSource clock() {
        return Clock.systemUTC();
    }

    /** @throws IllegalArgumentException naming the server that is none */
    @Produces
    @Singleton
    MxRecords mxRecords(OperatorSettings settings, Triggers triggers, InstantSource clock) {
        return mxRecords(settings.mxLookups() ? new DnsjavaDns(DnsOptions.of(settings.nameServers())) : null, triggers, clock);
    }

    void close(@Disposes MxRecords mxRecords) {
        mxRecords.close();
    }

    /** @param dns null where nobody is to be asked */
    static MxRecords mxRecords(Dns dns, Triggers triggers, InstantSource clock) {
        return new MxRecords(dns, clock, id -> triggers.trigger(Certificate.class, id.getNamespace().orElse(""), id.getName()));
    }

    /**
     * The SDK counts some events with a tag more than others, which Prometheus answers with an exception where the event should
     * be handled.
     */
    @Produces
    @Singleton
    MeterFilter oneSetOfTags() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                boolean bare = id.getName().equals("events.received") && id.getTag("action") == null;
                return bare ? id.withTag(Tag.of("action", "NONE")) : id;
            }
        };
    }

    /** One operator of several works. One that loses the lease ends its process, since another may have begun. */
    @Produces
    @Singleton
    @Unremovable
    LeaderElectionConfiguration leaderElection(OperatorSettings settings) {
        String namespace = System.getenv(LEASE_NAMESPACE_VARIABLE);
        return leaderElection(settings, namespace == null || namespace.isBlank() ? null : namespace.strip(), true);
    }

    /** @param namespace of the lease, or null */
    static LeaderElectionConfiguration leaderElection(OperatorSettings settings, String namespace, boolean exit) {
        // Two processes of one name, such as on one host, must not take each other for themselves.
        String identity = settings.instance() + "-" + UUID.randomUUID();
        // build() would let a process live on that lost the lease.
        return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(OperatorSettings.NAME)
                .withLeaseNamespace(namespace)
                .withIdentity(identity)
                .withLeaseDuration(OperatorSettings.LEASE)
                .withRenewDeadline(OperatorSettings.RENEW_WITHIN)
                .withRetryPeriod(OperatorSettings.RETRY_LEASE)
                .buildForTest(exit);
    }
}
