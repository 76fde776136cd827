package dev.postern.pki.issue;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

final class Answers {
    private Answers() {
    }

    sealed interface Result {
    }

    record Accepted(List<X509Certificate> certificates, KeyPair key) implements Result {
    }

    record Refused(String reason, String message) implements Result {
    }

    static Result check(List<String> dnsNames, List<KeyPair> keys, String answerPem, Instant now) {
        throw new UnsupportedOperationException();
    }
}
