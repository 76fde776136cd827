package dev.postern.gateway.tlsrpt;

import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.config.SigningKeys;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.DestinationTable;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import java.util.List;
import java.util.Map;

/** Settings of a gateway that reports. */
final class TestSettings {
    static final Settings.TlsReporting UNSIGNED = new Settings.TlsReporting("Company-X", "sts-reporting@company-x.example", "tlsrpt@company-x.example", null, null);
    static final Settings.TlsReporting SIGNED = new Settings.TlsReporting("Company-X", "sts-reporting@company-x.example", "tlsrpt@company-x.example", "tls1", "dkim");

    private TestSettings() {
    }

    /** @param reporting null for off */
    static Settings of(Settings.TlsReporting reporting) {
        return new Settings("mail.company-x.example", new DestinationPlan.Retry(60, 3600, 345_600), null, null, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 1000, 0, reporting, List.of());
    }

    /** @param key signs in the name of the certificate {@code dkim}; null for none */
    static ActivePlan plan(Settings.TlsReporting reporting, TestCertificates.Pair key) {
        var plan = new GatewayPlan(new ResourceRef("MailGateway", "mail", "default", "", 1), of(reporting), List.of(), List.of(), List.of(), Map.of(), List.of());
        return new ActivePlan(new PlanParts.Index("r", 1, Map.of()), plan, Map.of(), new DestinationTable(List.of()), Map.of(), Map.of(),
                key == null ? SigningKeys.NONE : SigningKeys.of(plan, Map.of("dkim", key.keyPem())));
    }
}
