package dev.postern.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.pki.KeyPairs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A search that finds nothing is worth something only if it would find something. */
class KeyLeaksTest {
    /** Made once: RSA keys take their time. */
    private static final Map<Algorithm, String> KEYS = Stream.of(Algorithm.values())
            .collect(Collectors.toMap(Function.identity(), algorithm -> KeyPairs.toPem(KeyPairs.generate(algorithm).getPrivate())));

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void keysOfEveryAlgorithmAreFoundInEveryForm(Algorithm algorithm) {
        byte[] key = KeyPairs.parse(KEYS.get(algorithm)).getPrivate().getEncoded();
        String pem = KeyPairs.toPem(KeyPairs.parse(KEYS.get(algorithm)).getPrivate());
        for (String form : List.of(pem, Base64.getEncoder().encodeToString(key), Base64.getMimeEncoder().encodeToString(key),
                Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8)))) {
            List<String> leaks = new ArrayList<>();
            KeyLeaks.look("a log", "some line before: " + form, Set.of(), leaks);
            assertThat(leaks).singleElement().asString().startsWith("a log: what looks like a private key after '")
                    .doesNotContain(Base64.getEncoder().encodeToString(key).substring(40, 60));
        }
        List<String> none = new ArrayList<>();
        KeyLeaks.look("a log", Base64.getEncoder().encodeToString(KeyPairs.parse(KEYS.get(algorithm)).getPublic().getEncoded()), Set.of(), none);
        assertThat(none).as("a public key is none").isEmpty();
    }
}
