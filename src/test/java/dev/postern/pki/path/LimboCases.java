package dev.postern.pki.path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;

/** The cases of x509-limbo that are carried with these tests; resources/limbo tells where they come from. */
final class LimboCases {
    /** For cases that have no time of their own: when they were made. */
    private static final Instant MADE = Instant.parse("2026-11-22T08:00:00Z");

    private LimboCases() {
    }

    /**
     * One case.
     *
     * @param name   a host name or an address that the server must be verified for; null where any will do
     * @param leaf   DER, as all certificates are: some are such that they cannot be parsed, and then they are refused
     * @param good   whether it is to be trusted
     */
    record Case(String id, boolean good, Instant at, String name, byte[] leaf, List<byte[]> pool, List<byte[]> anchors) {
        String namespace() {
            return id.substring(0, id.lastIndexOf("::"));
        }

        /** The leaf, then the others. */
        List<X509Certificate> presented(Provider provider) throws GeneralSecurityException {
            List<X509Certificate> presented = new ArrayList<>(List.of(parse(leaf, provider)));
            for (byte[] other : pool) {
                presented.add(parse(other, provider));
            }
            return presented;
        }

        /** Those that can be parsed: a store of authorities passes over the others. */
        Set<X509Certificate> anchors(Provider provider) throws GeneralSecurityException {
            Set<X509Certificate> parsed = new LinkedHashSet<>();
            for (byte[] anchor : anchors) {
                try {
                    parsed.add(parse(anchor, provider));
                } catch (CertificateException e) {
                    continue;
                }
            }
            return parsed;
        }

        private static X509Certificate parse(byte[] der, Provider provider) throws GeneralSecurityException {
            var factory = provider == null ? CertificateFactory.getInstance("X.509") : CertificateFactory.getInstance("X.509", provider);
            return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
        }
    }

    static List<Case> all() throws IOException {
        var json = new ObjectMapper();
        List<byte[]> certificates = new ArrayList<>();
        List<Case> cases = new ArrayList<>();
        try (var lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(LimboCases.class.getResourceAsStream("/limbo/cases.jsonl.gz")), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode node = json.readTree(line);
                if (node.has("certificate")) {
                    certificates.add(Base64.getDecoder().decode(node.get("certificate").asText()));
                } else {
                    cases.add(new Case(node.get("id").asText(), node.get("expected").asText().equals("SUCCESS"),
                            node.get("time").isNull() ? MADE : OffsetDateTime.parse(node.get("time").asText()).toInstant(), node.get("name").asText(null),
                            certificates.get(node.get("leaf").asInt()), of(node.get("pool"), certificates), of(node.get("anchors"), certificates)));
                }
            }
        }
        return cases;
    }

    private static List<byte[]> of(JsonNode numbers, List<byte[]> certificates) {
        return StreamSupport.stream(numbers.spliterator(), false).map(n -> certificates.get(n.asInt())).toList();
    }
}
