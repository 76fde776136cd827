package dev.postern.operator.certificate.verify;

import dev.postern.operator.status.Reasons;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Compares three names: in the MX record, in the certificate, and of the listener. Domains for which the same is to be said are
 * said together. Where a listener has several certificates, only the one that has the name is measured by it. Not shared between
 * threads.
 */
final class NameAgreement {
    /** Domains that are looked at for one certificate. */
    static final int MAX_DOMAINS = 100;
    private static final int NAMED = 5;

    private final Predicate<String> covers;
    private final String presented;
    private final Function<String, MxAnswer> mx;
    private final Map<Cause, List<String>> differing = new LinkedHashMap<>();
    private final Map<Agreement, List<String>> agreeing = new LinkedHashMap<>();
    private final List<String> pending = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private final Set<String> looked = new LinkedHashSet<>();
    private final Set<String> leftOut = new LinkedHashSet<>();
    private String failure;
    private boolean unasked;

    /** Something that does not agree, and the reason that it gives the condition. */
    record Difference(String reason, String message) {
    }

    /** Why domains cannot be verified: what is said before their names, and after. */
    private record Cause(String reason, String before, String after) {
    }

    private record Agreement(String host, String listener) {
    }

    /**
     * @param covers    whether the certificate is for a name
     * @param presented the certificate's names, for messages
     */
    NameAgreement(Predicate<String> covers, String presented, Function<String, MxAnswer> mx) {
        this.covers = covers;
        this.presented = presented;
        this.mx = mx;
    }

    void add(ServedName served) {
        if (served.domains().isEmpty()) {
            addHostname(served);
        }
        for (String domain : served.domains()) {
            if (looked.size() < MAX_DOMAINS || looked.contains(domain)) {
                looked.add(domain);
                addDomain(served, domain);
            } else {
                leftOut.add(domain);
            }
        }
    }

    /** Clients of a private listener connect to its name; so may anybody where no domain is known. */
    private void addHostname(ServedName served) {
        String host = served.hostname();
        if (covers.test(host)) {
            agreeing.computeIfAbsent(new Agreement(host, served.listener()), key -> new ArrayList<>());
        } else if (!served.others().test(host)) {
            differing.put(new Cause(Reasons.CERTIFICATE_NAME_DIFFERS, "clients of listener " + served.listener() + " connect to " + host + ", which the certificate (" + presented
                    + ") does not have", ""), List.of());
        }
    }

    private void addDomain(ServedName served, String domain) {
        switch (mx.apply(domain)) {
            case MxAnswer.Hosts answer -> compare(served, domain, answer.hosts());
            case MxAnswer.NoMail none -> differ(domain, Reasons.MX_DIFFERS, "listener " + served.listener() + " takes mail for ", ", to which nobody can send: " + none.why());
            case MxAnswer.Failed none -> {
                failed.add(domain);
                failure = failure == null ? none.why() : failure;
            }
            case MxAnswer.Pending none -> pending.add(domain);
            case MxAnswer.Off none -> {
                unasked = true;
                addHostname(served);
            }
        }
    }

    private void compare(ServedName served, String domain, List<String> hosts) {
        List<String> covered = hosts.stream().filter(covers).toList();
        boolean listens = hosts.contains(served.hostname());
        if (listens && covered.contains(served.hostname())) {
            agreeing.computeIfAbsent(new Agreement(served.hostname(), served.listener()), key -> new ArrayList<>()).add(domain);
            return;
        }
        String of = "MX of ";
        String is = hosts.size() == 1 ? " is " + hosts.getFirst() : " are " + list(hosts, ", ");
        if (!covered.isEmpty() && !listens) {
            differ(domain, Reasons.LISTENER_HOSTNAME_DIFFERS, of, is + ": the certificate has " + covered.getFirst() + ", but the host name of listener " + served.listener()
                    + " is " + served.hostname());
        } else if (hosts.stream().anyMatch(served.others())) {
            return;   // another certificate is chosen there
        } else if (listens) {
            differ(domain, Reasons.CERTIFICATE_NAME_DIFFERS, of, is + ": listener " + served.listener() + " has " + served.hostname() + ", but the certificate (" + presented + ") does not");
        } else {
            differ(domain, Reasons.MX_DIFFERS, of, is + ": neither the certificate (" + presented + ") nor listener " + served.listener() + " (" + served.hostname() + ") has "
                    + (hosts.size() == 1 ? "that name" : "one of those names"));
        }
    }

    private void differ(String domain, String reason, String before, String after) {
        differing.computeIfAbsent(new Cause(reason, before, after), key -> new ArrayList<>()).add(domain);
    }

    List<Difference> differences() {
        return differing.entrySet().stream().map(e -> new Difference(e.getKey().reason(), e.getKey().before() + list(e.getValue(), ", ") + e.getKey().after())).toList();
    }

    /** What agrees, by listener, in words. */
    List<String> agreements() {
        return agreeing.entrySet().stream().map(e -> e.getKey().host() + " is in the certificate, of listener " + e.getKey().listener()
                + (e.getValue().isEmpty() ? "" : ", and in MX of " + list(e.getValue(), ", "))).toList();
    }

    /** Domains that are not known yet, or null. */
    String pending() {
        return pending.isEmpty() ? null : list(pending, ", ");
    }

    /** Domains whose lookup failed, and why the first did, or null. */
    String failed() {
        return failed.isEmpty() ? null : list(failed, ", ") + " could not be looked up: " + failure;
    }

    boolean unasked() {
        return unasked;
    }

    int leftOut() {
        return leftOut.size();
    }

    /** The first few, and how many more there are. */
    static String list(List<String> names, String between) {
        String few = String.join(between, names.subList(0, Math.min(NAMED, names.size())));
        return names.size() <= NAMED ? few : few + " and " + (names.size() - NAMED) + " more";
    }
}
