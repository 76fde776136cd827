package dev.postern.plan;

import dev.postern.api.Certificate;
import dev.postern.api.MailGateway;
import dev.postern.api.MailGatewaySpec.Format;
import dev.postern.api.MailGatewaySpec;
import dev.postern.pki.Chains;
import dev.postern.pki.DkimRecord;
import dev.postern.pki.HostNames;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** From a MailGateway to what holds for all of its listeners and destinations. */
final class SettingsCompiler {
    /** What the store may need to be read back after a write that found the disk full: as much as its log holds. */
    private static final long LEAST_RESERVE = 64L << 20;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final int MAX_PORT = 65535;
    private static final int MAX_MESSAGES = 10_000_000;
    /** Far beyond any volume, and far below the end of a long. */
    private static final String MOST_BYTES = "1Pi";

    private final TrustBundles bundles;
    private final ClientCertificates certificates;
    private final List<String> ticketKeys;
    private final Problems problems;

    /** @param ticketKeys digests of the session ticket keys */
    SettingsCompiler(TrustBundles bundles, ClientCertificates certificates, List<String> ticketKeys, Problems problems) {
        this.ticketKeys = ticketKeys;
        this.bundles = bundles;
        this.certificates = certificates;
        this.problems = problems;
    }

    /** Empty where the gateway is unusable as it stands. */
    Optional<Settings> compile(MailGateway gateway) {
        var scope = problems.of(ResourceRef.of(gateway));
        var fields = new Fields(scope);
        MailGatewaySpec spec = Specs.normal(gateway.getSpec(), MailGatewaySpec.class, scope);
        Optional<String> hostname = fields.required(spec.hostname, "spec.hostname", "the fully qualified name that the gateway gives in EHLO")
                .flatMap(h -> fields.hostname(h, "spec.hostname"));
        DestinationPlan.Retry retry = RetryTimes.read(spec.delivery.retry, "spec.delivery.retry.", fields, scope);
        String bundle = bundles.resolve(spec.delivery.trustBundleRef, "spec.delivery.trustBundleRef", scope);
        String certificate = certificates.resolve(spec.delivery.certificateRef, "spec.delivery.certificateRef", scope);
        for (int i = 0; i < spec.dns.servers.size(); i++) {
            fields.read("spec.dns.servers[" + i + "]", spec.dns.servers.get(i), SettingsCompiler::dnsServer);
        }
        for (int i = 0; i < spec.dns.trustAnchors.size(); i++) {
            fields.read("spec.dns.trustAnchors[" + i + "]", spec.dns.trustAnchors.get(i), TrustAnchorText::parse);
        }
        var alerts = alerts(spec, hostname.orElse(""), fields, scope);
        var reporting = reporting(spec.tlsReporting, fields, scope);
        int maxMessages = fields.number(spec.storage.maxMessages, "spec.storage.maxMessages", 1, MAX_MESSAGES);
        Optional<Long> reserve = fields.bytes(spec.storage.reserve, "spec.storage.reserve", MOST_BYTES);
        Optional<Long> size = fields.bytes(spec.storage.size, "spec.storage.size", MOST_BYTES);
        if (reserve.isPresent() && reserve.get() < LEAST_RESERVE) {
            scope.invalid("spec.storage.reserve", "'" + spec.storage.reserve + "' is too little to recover from a full disk with; allowed is 64Mi and more");
        }
        if (reserve.isPresent() && size.isPresent() && reserve.get() >= size.get()) {
            scope.invalid("spec.storage.reserve", "'" + spec.storage.reserve + "' leaves no room for mail; allowed is less than spec.storage.size, '" + spec.storage.size + "'");
        }
        if (spec.storage.encryption != null) {
            var secret = spec.storage.encryption.keySecretRef;
            fields.required(secret == null ? null : secret.name, "spec.storage.encryption.keySecretRef.name", "the Secret with the keys of the spool");
        }
        if (scope.bad()) {
            return Optional.empty();
        }
        return Optional.of(new Settings(hostname.orElseThrow(), retry, bundle, certificate,
                alerts, new Settings.Dns(spec.dns.servers, spec.dns.dnssec, spec.dns.trustAnchors), spec.logging.format == Format.JSON, maxMessages,
                reserve.orElseThrow(), reporting, ticketKeys));
    }

    private static Settings.Alerts alerts(MailGatewaySpec spec, String hostname, Fields fields, Problems.Scope scope) {
        String path = "spec.alerts.";
        for (int i = 0; i < spec.alerts.recipients.size(); i++) {
            fields.read(path + "recipients[" + i + "]", spec.alerts.recipients.get(i), MailAddress::parse);
        }
        if (spec.alerts.from != null) {
            fields.read(path + "from", spec.alerts.from, MailAddress::parse);
        }
        var interval = fields.duration(spec.alerts.interval, path + "interval", MINUTE, DAY);
        return new Settings.Alerts(spec.alerts.requiredTLSFailure.enabled, spec.alerts.recipients,
                spec.alerts.from == null ? "postmaster@" + hostname : spec.alerts.from, interval.orElse(MINUTE).toSeconds(),
                Routes.read(spec.alerts.route, path + "route", fields, scope));
    }

    private Settings.TlsReporting reporting(MailGatewaySpec.TlsReporting spec, Fields fields, Problems.Scope scope) {
        if (spec == null) {
            return null;
        }
        String path = "spec.tlsReporting.";
        fields.required(spec.organizationName, path + "organizationName", "the name of the organisation that reports");
        fields.read(path + "contactInfo", spec.contactInfo, MailAddress::parse);
        String from = fields.read(path + "from", spec.from, MailAddress::parse).orElse(spec.from);
        if (spec.dkim == null) {
            return new Settings.TlsReporting(spec.organizationName, spec.contactInfo, from, null, null);
        }
        fields.hostname(spec.dkim.selector, path + "dkim.selector");
        fields.required(spec.dkim.certificateRef, path + "dkim.certificateRef", "the Certificate whose key signs");
        var signing = certificates.named(spec.dkim.certificateRef, path + "dkim.certificateRef", scope);
        signing.ifPresent(c -> canSign(c, path + "dkim.certificateRef.name", scope));
        String certificate = signing.map(c -> c.plan().name()).orElse(null);
        return new Settings.TlsReporting(spec.organizationName, spec.contactInfo, from, spec.dkim.selector, certificate);
    }

    private static void canSign(ServedCertificate certificate, String path, Problems.Scope scope) {
        try {
            DkimRecord.algorithm(Chains.parse(certificate.plan().chainPem()).getFirst().getPublicKey());
        } catch (IllegalArgumentException e) {
            scope.invalid(path, "the key of Certificate '" + certificate.plan().name() + "' " + e.getMessage());
        }
    }

    /** A literal address, so that names can be resolved without resolving one. */
    private static String dnsServer(String text) {
        String address = text;
        String port = null;
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            address = end < 0 ? "" : text.substring(1, end);
            String rest = text.substring(end + 1);
            port = rest.isEmpty() ? null : rest.startsWith(":") && address.contains(":") ? rest.substring(1) : "";
        } else if (text.indexOf(':') == text.lastIndexOf(':') && text.contains(":")) {
            address = text.substring(0, text.indexOf(':'));
            port = text.substring(text.indexOf(':') + 1);
        }
        boolean portIsGood = port == null || port.matches("[0-9]{1,5}") && Integer.parseInt(port) >= 1 && Integer.parseInt(port) <= MAX_PORT;
        if (HostNames.address(address).isEmpty() || !portIsGood) {
            throw new IllegalArgumentException("'" + text + "' is not the address of a name server; allowed are an IP address, and one with a port: 10.0.0.53, 10.0.0.53:5353, 2001:db8::53 or [2001:db8::53]:5353");
        }
        return text;
    }
}
