package dev.postern.plan;

import dev.postern.api.ListenerSpec.CipherProfile;
import dev.postern.api.ListenerSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which TLS versions and cipher suites a listener serves, and whether they fit together and fit its certificates. */
final class ListenerSuites {
    private static final String SUITES = "spec.tls.cipherSuites";
    private static final String TLS_13 = "TLSv1.3";

    private ListenerSuites() {
    }

    /**
     * TLS of a port. A Custom list without suites of a version does without that version, so that one with suites of TLS 1.2 alone ends
     * there. Of TLS 1.3 it has all suites or none.
     */
    static ListenerPlan.Tls read(ListenerSpec spec, Fields fields, Problems.Scope scope) {
        Set<String> seen = new HashSet<>();
        boolean known = true;
        for (int i = 0; i < spec.tls.cipherSuites.size(); i++) {
            String field = SUITES + "[" + i + "]";
            String suite = spec.tls.cipherSuites.get(i);
            known &= fields.read(field, suite, CipherSuites::parse).isPresent();
            if (!seen.add(suite)) {
                scope.invalid(field, "'" + suite + "' is there already; remove one of the two");
            }
        }
        var tls = new ListenerPlan.Tls(spec.tls.minimumVersion.protocol(), spec.tls.cipherProfile, spec.tls.cipherSuites, spec.implicitTLS);
        if (known && tls.profile() == CipherProfile.Custom && !tls.cipherSuites().isEmpty()) {
            fit(tls, scope);
        }
        return tls;
    }

    private static void fit(ListenerPlan.Tls tls, Problems.Scope scope) {
        long newest = tls.cipherSuites().stream().filter(CipherSuites::isTls13).distinct().count();
        if (newest != 0 && newest != CipherSuites.MODERN.size()) {
            List<String> absent = CipherSuites.MODERN.stream().filter(s -> !tls.cipherSuites().contains(s)).toList();
            scope.invalid(SUITES, "the suites of TLS 1.3 cannot be chosen one by one; add " + String.join(" and ", absent)
                    + ", or remove all of " + String.join(", ", CipherSuites.MODERN) + ", which ends at TLS 1.2");
        } else if (tls.versions().isEmpty()) {
            scope.invalid(SUITES, "none of them is for TLS 1.3, and spec.tls.minimumVersion allows nothing older; add " + String.join(", ", CipherSuites.MODERN)
                    + ", or set minimumVersion: TLSv1.2");
        } else if (tls.minimum().equals(TLS_13) && newest < tls.cipherSuites().size()) {
            scope.warning(SUITES, Problem.Reason.CONFLICTED, "those of TLS 1.2 are never used, as spec.tls.minimumVersion is TLSv1.3; remove them, or set minimumVersion: TLSv1.2");
        }
    }

    /**
     * What of a listener's certificates the suites leave unused.
     *
     * @param rsa whether each has an RSA key, in the order of {@code names}
     */
    static void fit(ListenerPlan.Tls tls, List<String> names, List<Boolean> rsa, Problems.Scope scope) {
        List<String> suites = tls.suites();
        boolean readable = !suites.isEmpty() && suites.stream().allMatch(CipherSuites::isKnown);
        if (names.isEmpty() || !readable || tls.profile() != CipherProfile.Custom) {
            return;
        }
        boolean tls13 = tls.versions().contains(TLS_13);
        List<Boolean> used = rsa.stream().map(r -> suites.stream().anyMatch(s -> !CipherSuites.isTls13(s) && CipherSuites.isRsa(s) == r)).toList();
        String kinds = rsa.contains(true) ? rsa.contains(false) ? "RSA, and ECDSA or Ed25519" : "RSA" : "ECDSA or Ed25519";
        if (!used.contains(true)) {
            if (!tls13) {
                scope.invalid(SUITES, "none of them is for the keys of the listener's certificates, which are " + kinds + "; add some that are, or name other certificates");
            } else if (tls.versions().size() > 1) {
                scope.warning(SUITES, Problem.Reason.CONFLICTED, "those of TLS 1.2 are never used: none is for the keys of the listener's certificates, which are "
                        + kinds + "; add some that are, or set minimumVersion: TLSv1.3");
            }
        } else if (!tls13) {
            for (int i = 0; i < names.size(); i++) {
                if (!used.get(i)) {
                    scope.warning(SUITES, Problem.Reason.CONFLICTED, "Certificate '" + names.get(i) + "' is never served: none of them is for its key, which is "
                            + (rsa.get(i) ? "RSA" : "ECDSA or Ed25519") + "; add some that are, or remove the certificate from spec.certificateRefs");
                }
            }
        }
    }
}
