package dev.postern.plan;

import dev.postern.pki.Chains;
import dev.postern.pki.Names;
import dev.postern.pki.Purposes;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The certificates of one listener, in the order in which it names them. A client gets one by its name and by the type of its key. */
final class ListenerCertificates {
    private final List<Shown> shown = new ArrayList<>();

    /** Adds one; a warning says where those before it leave it no client. */
    void add(ServedCertificate certificate, String field, Problems.Scope scope) {
        if (names().contains(certificate.plan().name())) {
            return;
        }
        Shown next = Shown.of(certificate);
        shown.stream().filter(s -> s.hides(next)).findFirst().ifPresent(s -> scope.warning(field, Problem.Reason.CONFLICTED, "Certificate '" + next.name
                + "' is never served: Certificate '" + s.name + "', which comes before it, has all of its names and a key of the same type; remove one of the two"));
        if (!next.forServers) {
            scope.warning(field, Problem.Reason.NOT_VERIFIABLE, "Certificate '" + next.name
                    + "' is not for servers: its extended key usage lacks serverAuth; clients that verify it will refuse it");
        }
        shown.add(next);
    }

    /** To be called when all are there: whether the suites of the listener are for their keys. */
    void fit(ListenerPlan.Tls tls, Problems.Scope scope) {
        ListenerSuites.fit(tls, names(), shown.stream().map(s -> s.key.equals("RSA")).toList(), scope);
    }

    List<String> names() {
        return shown.stream().map(Shown::name).toList();
    }

    private record Shown(String name, Set<String> hosts, String key, boolean forServers) {
        static Shown of(ServedCertificate certificate) {
            X509Certificate leaf = Chains.parse(certificate.plan().chainPem()).getFirst();
            return new Shown(certificate.plan().name(), Names.hostNames(leaf), type(leaf.getPublicKey()), Purposes.forServers(leaf));
        }

        boolean hides(Shown later) {
            return key.equals(later.key) && hosts.containsAll(later.hosts);
        }

        /** As clients tell keys apart: of ECDSA the curve, of RSA not the size. */
        private static String type(PublicKey key) {
            return key.getAlgorithm() + (key instanceof ECPublicKey ec ? ec.getParams().getCurve().getField().getFieldSize() : "");
        }
    }
}
