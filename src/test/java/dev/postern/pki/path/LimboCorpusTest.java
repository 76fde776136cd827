package dev.postern.pki.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.pki.HostNames;
import dev.postern.pki.path.LimboCases.Case;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Every server case of the x509-limbo corpus that is carried here, through our validator and two others. Where ours differs from what
 * the corpus expects, {@code differences.txt} has the case under its explanation, and no other may differ. With
 * {@code -Dpostern.update=true} that file and the tables of docs/path-validation.md are written anew; new cases stand under
 * "unexplained" there, which must be empty.
 */
class LimboCorpusTest {
    private static final Path DIFFERENCES = Path.of("src/test/resources/limbo/differences.txt");
    private static final Path DOCUMENT = Path.of("docs/path-validation.md");
    private static final String BEGIN = "<!-- written by LimboCorpusTest -->\n";
    private static final String END = "<!-- until here -->\n";
    private static final String UNEXPLAINED = "Unexplained: needs a reason, or a repair.";
    private static final boolean UPDATE = Boolean.getBoolean("postern.update");

    /** @param jdk whether the validator was right, as the corpus has it */
    private record Outcome(Case limbo, boolean ours, boolean jdk, boolean bouncyCastle) {
        String difference() {
            return (limbo.good() ? "rejected " : "accepted ") + limbo.id();
        }
    }

    @Test
    void oursDiffersFromTheCorpusOnlyWhereItSaysWhy() throws IOException {
        List<Outcome> outcomes = LimboCases.all().parallelStream()
                .map(c -> new Outcome(c, right(c, LimboCorpusTest::ours), right(c, OtherValidators::jdk), right(c, OtherValidators::bouncyCastle))).toList();
        List<String> different = outcomes.stream().filter(o -> !o.ours).map(Outcome::difference).toList();
        Map<String, List<String>> explained = read();
        if (UPDATE) {
            explained = updated(explained, different);
            Files.writeString(DIFFERENCES, text(explained));
        }
        assertThat(explained.getOrDefault(UNEXPLAINED, List.of())).as(UNEXPLAINED).isEmpty();
        assertThat(different).as("as in " + DIFFERENCES).containsExactlyInAnyOrderElementsOf(explained.values().stream().flatMap(List::stream).toList());
        assertThat(outcomes).as("the corpus is there").hasSizeGreaterThan(1600);

        String document = Files.readString(DOCUMENT);
        int begin = document.indexOf(BEGIN) + BEGIN.length();
        int end = document.indexOf(END);
        String current = document.substring(0, begin) + table(outcomes) + "\n" + list(explained) + document.substring(end);
        if (UPDATE) {
            Files.writeString(DOCUMENT, current);
        }
        assertThat(Files.readString(DOCUMENT)).as("-Dpostern.update=true writes it").isEqualTo(current);
    }

    private static boolean right(Case limbo, Predicate<Case> validator) {
        return validator.test(limbo) == limbo.good();
    }

    private static boolean ours(Case limbo) {
        try {
            List<X509Certificate> presented = limbo.presented(null);
            return Paths.validate(presented, limbo.anchors(null), limbo.at()).trusted()
                    && (limbo.name() == null || HostNames.matches(presented.getFirst(), limbo.name()));
        } catch (GeneralSecurityException e) {
            return false;   // what cannot be parsed ends the handshake
        }
    }

    /** By explanation, in the order of the file: an explanation begins its line, its cases are indented. */
    private static Map<String, List<String>> read() throws IOException {
        Map<String, List<String>> explained = new LinkedHashMap<>();
        List<String> cases = null;
        for (String line : Files.readAllLines(DIFFERENCES)) {
            if (line.startsWith("  ")) {
                cases.add(line.strip());
            } else if (!line.isBlank() && !line.startsWith("#")) {
                cases = explained.computeIfAbsent(line.strip(), l -> new ArrayList<>());
            }
        }
        return explained;
    }

    private static Map<String, List<String>> updated(Map<String, List<String>> explained, List<String> different) {
        Map<String, List<String>> updated = new LinkedHashMap<>();
        explained.forEach((why, cases) -> updated.put(why, cases.stream().filter(different::contains).sorted().toList()));
        List<String> known = explained.entrySet().stream().filter(e -> !e.getKey().equals(UNEXPLAINED)).flatMap(e -> e.getValue().stream()).toList();
        updated.put(UNEXPLAINED, different.stream().filter(d -> !known.contains(d)).sorted().toList());
        updated.values().removeIf(List::isEmpty);
        return updated;
    }

    private static String text(Map<String, List<String>> explained) {
        return explained.entrySet().stream().map(e -> e.getKey() + "\n" + e.getValue().stream().map(c -> "  " + c + "\n").collect(Collectors.joining()))
                .collect(Collectors.joining("\n", "# Where our verdict is not the one that x509-limbo expects, and why. What is below a line is explained by it.\n\n", ""));
    }

    private static String table(List<Outcome> outcomes) {
        var text = new StringBuilder("| namespace | cases | Postern | JDK | BouncyCastle |\n|---|---|---|---|---|\n");
        new TreeMap<>(outcomes.stream().collect(Collectors.groupingBy(o -> o.limbo.namespace()))).forEach((namespace, group) -> text.append(row(namespace, group)));
        return text.append(row("**all**", outcomes)).toString();
    }

    private static String row(String namespace, List<Outcome> outcomes) {
        return "| " + namespace + " | " + outcomes.size() + " | " + share(outcomes, Outcome::ours) + " | " + share(outcomes, Outcome::jdk) + " | "
                + share(outcomes, Outcome::bouncyCastle) + " |\n";
    }

    private static String share(List<Outcome> outcomes, Predicate<Outcome> right) {
        long count = outcomes.stream().filter(right).count();
        return count + " (" + 100 * count / outcomes.size() + " %)";
    }

    private static String list(Map<String, List<String>> explained) {
        return explained.entrySet().stream().map(e -> "- **" + e.getValue().size() + (e.getValue().size() == 1 ? " case.** " : " cases.** ") + e.getKey() + "\n"
                + "  " + e.getValue().stream().limit(8).map(c -> c.substring(0, c.indexOf(' ')) + " `" + c.substring(c.indexOf(' ') + 1) + "`").collect(Collectors.joining(", "))
                + (e.getValue().size() > 8 ? " and " + (e.getValue().size() - 8) + " more" : "") + "\n").collect(Collectors.joining());
    }
}
