package dev.postern.plan;

import dev.postern.api.DestinationControl;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.api.DestinationControlSpec;
import dev.postern.pki.HostNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * From DestinationControls to how mail travels.
 *
 * <p>A bad control keeps its last good form only where that is at least as strict as what it now asks for; what the last good
 * form does not name, and everything where it is less strict or where there never was one, is held: mail waits rather
 * than travel below what was asked. A form that would not show the certificate that the control names counts as less strict.
 */
final class DestinationCompiler {
    private static final int MAX_CONNECTIONS = 1000;
    private static final int MAX_MESSAGES = 100_000;
    private static final int MAX_RECIPIENTS = 10_000_000;
    private static final int DAY_MINUTES = 1440;

    private final TrustBundles bundles;
    private final ClientCertificates certificates;
    private final Optional<Settings> gateway;
    private final Previous previous;
    private final Problems problems;
    private final Map<String, String> owners = new HashMap<>();
    private String defaultOwner;
    private final List<DestinationPlan> plans = new ArrayList<>();
    private final List<String> stale = new ArrayList<>();

    /** @param gateway what a control trusts and shows that names neither; empty where the gateway is unusable */
    DestinationCompiler(TrustBundles bundles, ClientCertificates certificates, Optional<Settings> gateway, Previous previous, Problems problems) {
        this.bundles = bundles;
        this.certificates = certificates;
        this.gateway = gateway;
        this.previous = previous;
        this.problems = problems;
    }

    /** To be called once for each control, the oldest first: it gets the domains that no earlier one has. */
    void add(DestinationControl control) {
        var scope = problems.of(ResourceRef.of(control));
        Draft draft = draft(control, scope);
        String name = scope.resource().name();
        if (draft.isDefault && defaultOwner != null) {
            scope.invalid("spec.default", Problem.Reason.CONFLICTED, "DestinationControl '" + defaultOwner
                    + "' is the default already, and came first; a gateway has one default: remove one of the two, or name its destinations");
        }
        boolean bad = scope.bad();
        List<String> free = unclaimed(draft, scope);
        if (!bad) {
            claim(draft.plan(scope.resource(), free, draft.isDefault, null), name);
            return;
        }
        var hold = new LinkedHashSet<>(free);
        boolean holdDefault = draft.isDefault;
        Optional<DestinationPlan> good = previous.destination(name);
        if (good.isPresent()) {
            DestinationPlan last = refilled(good.get(), draft);
            if (draft.stricterThan(last) || !certificates.isThere(last.certificate())) {
                hold.addAll(last.destinations());
                holdDefault |= last.isDefault();
            } else if (claim(last.limitedTo(notClaimed(last.destinations()), last.isDefault() && defaultOwner == null), name)) {
                stale.add(scope.resource().id());
            }
        }
        // What was held stays so until the control is good: otherwise compiling the same resources again would let it go.
        for (DestinationPlan held : previous.held(name)) {
            hold.addAll(held.destinations());
            holdDefault |= held.isDefault();
        }
        claim(draft.plan(scope.resource(), notClaimed(hold), holdDefault && defaultOwner == null, scope.why()), name);
    }

    /** The oldest control's first; where one is in force in an earlier form and holds other domains, that form comes first. */
    List<DestinationPlan> plans() {
        return plans;
    }

    /** IDs of the controls that are in force in an earlier form. */
    List<String> stale() {
        return stale;
    }

    /** Puts a plan in force, unless nothing is left for it. */
    private boolean claim(DestinationPlan plan, String name) {
        if (plan.destinations().isEmpty() && !plan.isDefault()) {
            return false;
        }
        plan.destinations().forEach(d -> owners.put(d, name));
        if (plan.isDefault()) {
            defaultOwner = name;
        }
        plans.add(plan);
        return true;
    }

    /** A control that names no certificate shows the gateway's of now, in whatever form it is in force. */
    private DestinationPlan refilled(DestinationPlan last, Draft draft) {
        String before = previous.plan().map(p -> p.settings().certificate()).orElse(null);
        return draft.askedCertificate == null && Objects.equals(last.certificate(), before) ? last.showing(gatewayCertificate()) : last;
    }

    private String gatewayBundle() {
        return gateway.map(Settings::trustBundle).orElse(null);
    }

    private String gatewayCertificate() {
        return gateway.map(Settings::certificate).orElse(null);
    }

    private List<String> notClaimed(Collection<String> domains) {
        return domains.stream().filter(d -> !owners.containsKey(d)).toList();
    }

    private List<String> unclaimed(Draft draft, Problems.Scope scope) {
        List<String> free = new ArrayList<>();
        draft.domains.forEach((domain, position) -> {
            String owner = owners.get(domain);
            if (owner == null) {
                free.add(domain);
            } else {
                scope.invalid("spec.destinations[" + position + "]", Problem.Reason.CONFLICTED, "'" + domain + "' belongs to DestinationControl '" + owner
                        + "', which came first; remove it from one of the two");
            }
        });
        return free;
    }

    /** How much a control asks for: see {@link Draft#level}; 0 where it does not say. */
    static int level(DestinationControl control) {
        DestinationControlSpec spec = control.getSpec();
        return spec == null || spec.tls == null || spec.tls.mode == null ? 0 : Draft.level(spec.tls.mode);
    }

    private Draft draft(DestinationControl control, Problems.Scope scope) {
        var fields = new Fields(scope);
        DestinationControlSpec spec = Specs.normal(control.getSpec(), DestinationControlSpec.class, scope);
        Map<String, Integer> domains = new LinkedHashMap<>();
        for (int i = 0; i < spec.destinations.size(); i++) {
            int position = i;
            fields.read("spec.destinations[" + i + "]", spec.destinations.get(i), DestinationCompiler::domain).ifPresent(d -> domains.putIfAbsent(d, position));
        }
        if (spec.isDefault && !spec.destinations.isEmpty()) {
            scope.invalid("spec.default", "is true beside spec.destinations; the default stands for every domain that no other names: give one of the two");
        } else if (!spec.isDefault && spec.destinations.isEmpty()) {
            scope.invalid("spec.destinations", "is empty; give at least one domain, or default: true");
        }
        String own = bundles.resolve(spec.tls.trustBundleRef, "spec.tls.trustBundleRef", scope);
        String asked = spec.tls.trustBundleRef == null ? gatewayBundle() : TrustBundles.id(spec.tls.trustBundleRef);
        String shown = certificates.resolve(spec.certificateRef, "spec.certificateRef", scope);
        int connections = fields.number(spec.limits.concurrentConnections, "spec.limits.concurrentConnections", 1, MAX_CONNECTIONS);
        int messages = fields.number(spec.limits.messagesPerConnection, "spec.limits.messagesPerConnection", 1, MAX_MESSAGES);
        for (int i = 0; i < spec.tls.pins.size(); i++) {
            fields.read("spec.tls.pins[" + i + "]", spec.tls.pins.get(i), Pins::parse);
        }
        if (!spec.tls.pins.isEmpty() && spec.tls.mode != TlsMode.RequiredVerify && spec.tls.mode != TlsMode.PreferredVerify) {
            scope.warning("spec.tls.pins", Problem.Reason.CONFLICTED, "count for nothing in mode " + spec.tls.mode + ", which does not verify; set mode to RequiredVerify");
        }
        var tls = new DestinationPlan.Tls(spec.tls.mode, spec.tls.identity, own == null ? gatewayBundle() : own, spec.tls.pins, spec.tls.dane, spec.tls.mtaSTS);
        return new Draft(domains, spec.isDefault, tls, asked,
                shown == null ? gatewayCertificate() : shown, spec.certificateRef == null ? null : String.valueOf(spec.certificateRef.name),
                new DestinationPlan.Limits(connections, messages, rate(spec.limits.recipients, fields), spec.limits.per), retry(spec, fields, scope), spec.suspend,
                Routes.read(spec.route, "spec.route", fields, scope));
    }

    private static DestinationPlan.Rate rate(DestinationControlSpec.RecipientRate spec, Fields fields) {
        return spec == null ? null : new DestinationPlan.Rate(fields.number(spec.maximum, "spec.limits.recipients.maximum", 1, MAX_RECIPIENTS),
                fields.number(spec.minutes, "spec.limits.recipients.minutes", 1, DAY_MINUTES));
    }

    private DestinationPlan.Retry retry(DestinationControlSpec spec, Fields fields, Problems.Scope scope) {
        return spec.retry == null ? gateway.map(Settings::retry).orElse(DestinationPlan.Retry.STANDARD) : RetryTimes.read(spec.retry, "spec.retry.", fields, scope);
    }

    private static String domain(String text) {
        try {
            return text.startsWith(".") ? "." + HostNames.normal(text.substring(1)) : HostNames.normal(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not a recipient domain (example.com, or .example.com for its subdomains): " + e.getMessage(), e);
        }
    }

    /**
     * What a control asks for, as far as it can be read.
     *
     * @param domains     with their positions
     * @param tls         with the bundle that resolves, so that a plan never names one that is not there
     * @param askedBundle what was named, there or not
     * @param certificate what resolves
     * @param askedCertificate what the control itself names, there or not; null where it names none
     */
    private record Draft(Map<String, Integer> domains, boolean isDefault, DestinationPlan.Tls tls, String askedBundle, String certificate, String askedCertificate,
            DestinationPlan.Limits limits, DestinationPlan.Retry retry, boolean suspended, List<DestinationPlan.Host> route) {

        DestinationPlan plan(ResourceRef resource, List<String> destinations, boolean asDefault, String held) {
            return new DestinationPlan(resource, destinations, asDefault, tls, certificate, limits, retry, suspended, route, held);
        }

        /** Whether mail that travels as {@code last} says could travel below what is asked. */
        boolean stricterThan(DestinationPlan last) {
            DestinationPlan.Tls before = last.tls();
            if (tls.mode() != TlsMode.None && askedCertificate != null && !askedCertificate.equals(last.certificate())) {
                return true;
            }
            if (tls.dane().compareTo(before.dane()) > 0 || tls.mtaSts().compareTo(before.mtaSts()) > 0) {
                return true;
            }
            if (level(tls.mode()) != level(before.mode())) {
                return level(tls.mode()) > level(before.mode());
            }
            return tls.mode() == TlsMode.RequiredVerify && (tls.identity() != before.identity() && before.identity() != Identity.Destination
                    || !Objects.equals(askedBundle, before.trustBundle()) || !tls.pins().isEmpty() && !(!before.pins().isEmpty() && tls.pins().containsAll(before.pins())));
        }

        /** By what may happen to the mail: PreferredVerify lets pass what Required does not, whatever their names suggest. */
        private static int level(TlsMode mode) {
            return switch (mode) {
                case None -> 0;
                case Preferred -> 1;
                case PreferredVerify -> 2;
                case Required -> 3;
                case RequiredVerify -> 4;
            };
        }
    }
}
