package dev.postern.plan;

import dev.postern.api.Listener;
import dev.postern.api.ListenerSpec.Mechanism;
import dev.postern.api.ListenerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** From Listeners to ports. A bad one keeps its last good form, unless that would now be in the way of another, or does not go with its policies any more: it might be an open relay. */
final class ListenerCompiler {
    private static final int MAX_PORT = 65535;

    private final String gatewayHostname;
    private final Catalog<PolicyPlan> policies;
    private final Catalog<ServedCertificate> certificates;
    private final UserSecrets users;
    private final Previous previous;
    private final Problems problems;
    private final Map<Integer, String> ports = new HashMap<>();
    private final List<ListenerPlan> plans = new ArrayList<>();
    private final List<String> stale = new ArrayList<>();

    /** @param gatewayHostname the greeting's name where a listener gives none */
    ListenerCompiler(String gatewayHostname, Catalog<PolicyPlan> policies, Catalog<ServedCertificate> certificates, UserSecrets users, Previous previous, Problems problems) {
        this.gatewayHostname = gatewayHostname;
        this.policies = policies;
        this.certificates = certificates;
        this.users = users;
        this.previous = previous;
        this.problems = problems;
    }

    /** To be called once for each listener, the oldest first: it gets the port that no earlier one has. */
    void add(Listener listener) {
        var scope = problems.of(ResourceRef.of(listener));
        ListenerPlan plan = read(listener, scope);
        String owner = ports.get(plan.port());
        if (owner != null && hasPort(listener, plan.port())) {
            scope.invalid("spec.port", Problem.Reason.CONFLICTED, "port " + plan.port() + " belongs to Listener '" + owner
                    + "', which came first; give one of the two another port");
        }
        if (!scope.bad()) {
            claim(plan);
            return;
        }
        previous.listener(plan.name()).filter(this::stillFits).ifPresent(last -> {
            claim(last);
            stale.add(scope.resource().id());
        });
    }

    /** Why a listener could be served neither as it is nor in its last good form, but for its port; null where it could. Nothing is noted. */
    String unusable(Listener listener) {
        var scope = new Problems().of(ResourceRef.of(listener));
        ListenerPlan plan = read(listener, scope);
        return !scope.bad() || previous.listener(plan.name()).filter(this::stillFits).isPresent() ? null : scope.why();
    }

    List<ListenerPlan> plans() {
        return plans;
    }

    /** IDs of the listeners that are in force in an earlier form. */
    List<String> stale() {
        return stale;
    }

    /** Not so where the port cannot be read, and a number stands in for it. */
    private static boolean hasPort(Listener listener, int port) {
        return listener.getSpec() != null && Integer.valueOf(port).equals(listener.getSpec().port);
    }

    private void claim(ListenerPlan plan) {
        ports.put(plan.port(), plan.name());
        plans.add(plan);
    }

    /** What a last good form names may have changed since. */
    private boolean stillFits(ListenerPlan last) {
        return !ports.containsKey(last.port())
                && last.certificates().stream().allMatch(name -> certificates.find(name).isPresent())
                && (last.authentication() == null || users.isThere(last.authentication().digest()))
                && LastGoodAccess.fits(last, policies);
    }

    private ListenerPlan read(Listener listener, Problems.Scope scope) {
        var fields = new Fields(scope);
        ListenerSpec spec = Specs.normal(listener.getSpec(), ListenerSpec.class, scope);
        fields.required(spec.type, "spec.type", "Public or Private");
        int port = fields.number(spec.port, "spec.port", 1, MAX_PORT);
        if (port == PlanNames.HTTP_PORT) {
            scope.invalid("spec.port", "port " + port + " is where the pods serve health and metrics; give the listener another one");
        }
        if (spec.hostname != null) {
            fields.hostname(spec.hostname, "spec.hostname");
        }
        if (spec.implicitTLS && spec.certificateRefs.isEmpty()) {
            scope.invalid("spec.implicitTLS", "TLS begins with the connection, and the listener has no certificate; name at least one in certificateRefs");
        }
        var access = new AccessCompiler(spec, policies, scope);
        var tls = ListenerSuites.read(spec, fields, scope);
        return new ListenerPlan(scope.resource(), spec.type, port, spec.hostname == null ? gatewayHostname : spec.hostname, certificates(spec, tls, scope),
                tls, proxies(spec, fields, scope), authentication(spec, scope), access.hostAccess(), access.recipientAccess());
    }

    private static List<String> proxies(ListenerSpec spec, Fields fields, Problems.Scope scope) {
        List<String> from = spec.proxyProtocol == null ? List.of() : spec.proxyProtocol.from;
        List<SenderPattern> read = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            fields.read("spec.proxyProtocol.from[" + i + "]", from.get(i), SenderPattern::network).ifPresent(read::add);
        }
        // A proxy says who its client is: what anyone can be says that he may relay.
        read.stream().filter(SenderPattern::matchesEveryone).findFirst().map(wide -> "'" + wide + "'").or(() -> AddressSpace.tooMuch(read)).ifPresent(everyone -> scope.invalid("spec.proxyProtocol.from",
                "has " + everyone + ", and whoever is believed to be a proxy may claim any client's address; name your proxies"));
        return from;
    }

    private ListenerPlan.Authentication authentication(ListenerSpec spec, Problems.Scope scope) {
        var authentication = spec.authentication;
        if (authentication == null) {
            return null;
        }
        if (spec.type == ListenerSpec.Type.Public) {
            scope.invalid("spec.authentication", "is for Private listeners; a Public listener takes mail for recipientAccess from anyone: remove it, or make the listener Private");
        }
        if (authentication.mechanisms.isEmpty() || Set.copyOf(authentication.mechanisms).size() < authentication.mechanisms.size()) {
            scope.invalid("spec.authentication.mechanisms", (authentication.mechanisms.isEmpty() ? "is empty" : "names a mechanism twice")
                    + "; allowed are SCRAM-SHA-256, PLAIN and EXTERNAL, each once");
        }
        String field = "spec.authentication.usersSecretRef";
        boolean passwords = authentication.mechanisms.stream().anyMatch(m -> m != Mechanism.EXTERNAL);
        String secret = authentication.usersSecretRef == null ? null : authentication.usersSecretRef.name;
        if (!passwords && secret != null) {
            scope.invalid(field, "EXTERNAL asks nobody for a password; remove the users, or add PLAIN or SCRAM-SHA-256 to mechanisms");
        }
        if (!passwords) {
            return new ListenerPlan.Authentication(null, null, authentication.mechanisms);
        }
        if (secret == null) {
            scope.invalid(field + ".name", "is required: the Secret of the users, as PLAIN and SCRAM-SHA-256 need their verifiers");
            return null;
        }
        return new ListenerPlan.Authentication(secret, users.resolve(secret, field + ".name", scope).orElse(null), authentication.mechanisms);
    }

    private List<String> certificates(ListenerSpec spec, ListenerPlan.Tls tls, Problems.Scope scope) {
        var named = new ListenerCertificates();
        for (int i = 0; i < spec.certificateRefs.size(); i++) {
            String field = "spec.certificateRefs[" + i + "].name";
            certificates.resolve(spec.certificateRefs.get(i).name, field, Problem.Reason.CERTIFICATE_NOT_FOUND, Problem.Reason.CERTIFICATE_NOT_READY, scope)
                    .ifPresent(certificate -> named.add(certificate, field, scope));
        }
        named.fit(tls, scope);
        return named.names();
    }
}
