package dev.postern.testing;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks for private keys where none may be: in every object of an API server but Secrets, and in what processes and tests
 * wrote. Two ways: whatever looks like a key in PEM or Base64, and pieces of the very keys that the Secrets hold.
 */
public final class KeyLeaks {
    /** What ITs and tests leave behind: logs of processes, reports with the output of operators and gateways in the tests' JVM. */
    private static final List<Path> WRITTEN = List.of(Path.of("target/processes"), Path.of("target/surefire-reports"), Path.of("target/failsafe-reports"));
    /** PEM headers, plain and in Base64; the beginnings of PKCS#8 for EC, RSA and Ed25519 in Base64, and of SEC1 and PKCS#1; and verifiers of users. */
    private static final Pattern KEY_LIKE = Pattern.compile("BEGIN [A-Z ]*PRIVATE KEY|LS0tLS1CRUdJTiBQUklWQVRF|LS0tLS1CRUdJTiBFQyBQUklW|LS0tLS1CRUdJTiBSU0EgUFJJ"
            + "|AgEAMB[AM]GByqGSM49|AQAwE[AQw]YHKoZIzj0C|BgkqhkiG9w0BAQEFAASC|AQAwBQYDK2VwBCIEI|MHcCAQEEI|MIGkAgEBBD"
            + "|SCRAM-SHA-256\\$[0-9]+:[A-Za-z0-9+/=]+\\$|U0NSQU0tU0hBLTI1Ni[Qk]");
    private static final Pattern PEM_BODY = Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END");
    private static final int PIECE = 32;
    /** Where a gateway's session ticket keys are kept: a line of other things, then a key a line. */
    private static final String TICKET_KEYS = "ticket-keys";
    private static final List<String> OBJECTS = List.of("/api/v1/configmaps", "/api/v1/events", "/api/v1/services", "/apis/events.k8s.io/v1/events",
            "/apis/apps/v1/statefulsets", "/apis/certificates.k8s.io/v1/certificatesigningrequests", "/apis/cert-manager.io/v1/certificaterequests",
            "/apis/postern.dev/v1alpha1/mailgateways", "/apis/postern.dev/v1alpha1/listeners", "/apis/postern.dev/v1alpha1/mailflowpolicies",
            "/apis/postern.dev/v1alpha1/destinationcontrols", "/apis/postern.dev/v1alpha1/certificates");

    private KeyLeaks() {
    }

    /** What was found. {@code keys} and {@code places} say how much was looked for, and in how many texts. */
    public record Report(int keys, int places, List<String> leaks) {
    }

    /** Looks through an API server and through what was written up to now. */
    public static Report of(KubernetesClient client) {
        Set<String> pieces = new TreeSet<>();
        client.secrets().inAnyNamespace().list().getItems().forEach(secret -> pieces(secret, pieces));
        List<String> leaks = new ArrayList<>();
        int places = 0;
        for (String path : OBJECTS) {
            try {
                String json = client.raw(path);
                if (json != null) {
                    look(path, json, pieces, leaks);
                    places++;
                }
            } catch (KubernetesClientException e) {
                if (e.getCode() != 404) {   // a kind that this server does not know
                    throw e;
                }
            }
        }
        Report files = ofFiles(pieces);
        leaks.addAll(files.leaks());
        return new Report(pieces.size(), places + files.places(), leaks);
    }

    /** Looks through what was written up to now. */
    public static Report ofFiles(Set<String> pieces) {
        List<String> leaks = new ArrayList<>();
        int places = 0;
        for (Path folder : WRITTEN) {
            for (Path file : files(folder)) {
                look(file.toString(), text(file), pieces, leaks);
                places++;
            }
        }
        return new Report(pieces.size(), places, leaks);
    }

    /** Says where something was found, with what is before it, and never what it is. */
    static void look(String place, String text, Set<String> pieces, List<String> leaks) {
        Matcher matcher = KEY_LIKE.matcher(text);
        if (matcher.find()) {
            leaks.add(place + ": what looks like a private key after '" + before(text, matcher.start()) + "'");
        }
        for (String piece : pieces) {
            int at = text.indexOf(piece);
            if (at >= 0) {
                leaks.add(place + ": a piece of a Secret's private key after '" + before(text, at) + "'");
            }
        }
    }

    private static String before(String text, int at) {
        return text.substring(Math.max(0, at - 120), at).replaceAll("\\s+", " ");
    }

    /** From the middle of each key, where they differ, as it stands in PEM and as it would stand in one line. */
    private static void pieces(Secret secret, Set<String> pieces) {
        if (secret.getData() == null) {
            return;
        }
        secret.getData().forEach((file, data) -> {
            String text = new String(Base64.getDecoder().decode(data), StandardCharsets.ISO_8859_1);
            if (file.equals(TICKET_KEYS)) {
                text.lines().skip(1).forEach(key -> pieces.add(key.substring(0, PIECE)));
            }
            Matcher matcher = PEM_BODY.matcher(text);
            while (matcher.find()) {
                String body = matcher.group(1).strip();
                String middle = body.lines().skip(body.lines().count() / 2).findFirst().orElseThrow();
                if (middle.length() >= PIECE) {
                    pieces.add(middle.substring(0, PIECE));
                }
            }
        });
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
