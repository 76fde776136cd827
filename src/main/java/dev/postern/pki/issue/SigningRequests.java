package dev.postern.pki.issue;

import dev.postern.api.CertificateSpec.Subject;
import java.security.KeyPair;
import java.util.List;

final class SigningRequests {
    private SigningRequests() {
    }

    static String make(Subject subject, List<String> dnsNames, KeyPair pair) {
        throw new UnsupportedOperationException();
    }
}
