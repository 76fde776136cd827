package dev.postern.gateway.tls;

import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.X509TrustManager;

/** Authorities that verified delivery trusts. Immutable; its trust manager is safe for use by many threads. */
public record TrustAnchors(X509TrustManager trustManager, Set<X509Certificate> certificates) {
}
