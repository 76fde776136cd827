package dev.postern.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.manifest.YamlEdit.Refused;
import dev.postern.manifest.YamlEdit.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An edit changes one value and no other byte, or it is refused. */
class YamlEditTest {
    private static final Resource MAIL = new Resource("Certificate", "default", "mail");
    private static final List<String> ANSWER = List.of("spec", "source", "signingRequest", "signedCertificate");
    private static final List<String> RENEW = List.of("metadata", "annotations", "postern.dev/renew");
    private static final String PEM = "-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----\n";

    private static final String BASE = """
            # The certificate of the public listener.
            apiVersion: postern.dev/v1alpha1
            kind: Certificate     # a kind
            metadata:
              name: mail          # its name
            spec:
              source:
                signingRequest: {}    # sent on Monday
              dnsNames:
              - mail.example.com
            """;

    @Test
    void putsABlockInPlaceOfAnEmptyFlowMapping() {
        assertThat(edit(BASE, ANSWER, PEM)).isEqualTo(BASE.replace("signingRequest: {}    # sent on Monday\n", """
                signingRequest:    # sent on Monday
                      signedCertificate: |
                        -----BEGIN CERTIFICATE-----
                        MIIB
                        AAAA
                        -----END CERTIFICATE-----
                """));
    }

    @Test
    void replacesWhatItSetBefore() {
        String once = edit(BASE, ANSWER, PEM);
        String other = PEM.replace("AAAA", "BBBB");

        assertThat(edit(once, ANSWER, other)).isEqualTo(once.replace("AAAA", "BBBB"));
        assertThat(edit(once, ANSWER, PEM)).isEqualTo(once);
    }

    @Test
    void addsTheParentsThatLack() {
        assertThat(edit(BASE, RENEW, "2026-08-01T00:00:00Z")).isEqualTo(BASE.replace("# its name\n", """
                # its name
                  annotations:
                    postern.dev/renew: "2026-08-01T00:00:00Z"
                """));
    }

    @Test
    void addsToAMappingThatIsThere() {
        String text = BASE.replace("  name: mail", "  annotations: # ours\n      a: 'b'  # why\n      # not this one\n      c: \"d\"\n  name: mail");

        assertThat(edit(text, RENEW, "now")).isEqualTo(text.replace("      c: \"d\"\n", "      c: \"d\"\n      postern.dev/renew: \"now\"\n"));
    }

    @Test
    void replacesPlainAndQuotedScalarsWithTheirComments() {
        for (String old : List.of("then", "'it''s then'", "\"then \\\" #\"", "yes", "2020-01-01")) {
            String text = BASE.replace("  name: mail", "  annotations:\n    postern.dev/renew:   " + old + "   # when\n  name: mail");
            assertThat(edit(text, RENEW, "now")).as(old).isEqualTo(text.replace(old + "   # when", "\"now\"   # when"));
        }
    }

    @Test
    void quotedKeysAreFound() {
        String text = BASE.replace("  name: mail", "  \"annotations\":\n    'postern.dev/renew': x\n  name: mail");
        assertThat(edit(text, RENEW, "now")).isEqualTo(text.replace("'postern.dev/renew': x", "'postern.dev/renew': \"now\""));
    }

    @Test
    void anEmptyValueIsFilled() {
        String text = BASE.replace("  name: mail", "  annotations:    # none yet\n  name: mail");
        assertThat(edit(text, RENEW, "now")).isEqualTo(text.replace("# none yet\n", "# none yet\n    postern.dev/renew: \"now\"\n"));
        String empty = BASE.replace("  name: mail", "  annotations:\n    postern.dev/renew:  # when\n  name: mail");
        assertThat(edit(empty, RENEW, "now")).isEqualTo(empty.replace("renew:  # when", "renew: \"now\"  # when"));
    }

    @Test
    void carriageReturnsStay() {
        String text = BASE.replace("\n", "\r\n");
        String edited = edit(text, ANSWER, PEM);

        assertThat(edited).isEqualTo(edit(BASE, ANSWER, PEM).replace("\n", "\r\n"));
        assertThat(Pattern.compile("(?<!\r)\n").matcher(edited).find()).isFalse();
        assertThat(edit(edited, RENEW, "now")).isEqualTo(edit(edit(BASE, ANSWER, PEM), RENEW, "now").replace("\n", "\r\n"));
    }

    @Test
    void flowStyleStaysFlowStyle() {
        String text = "{\"apiVersion\": \"postern.dev/v1alpha1\", \"kind\": \"Certificate\",\n \"metadata\": {\"name\": \"mail\"}, \"spec\": {\"source\": {\"signingRequest\": { }}}}";

        assertThat(edit(text, RENEW, "now")).isEqualTo(text.replace("{\"name\"", "{\"annotations\": {\"postern.dev/renew\": \"now\"}, \"name\""));
        assertThat(edit(text, ANSWER, "a\nb\n")).isEqualTo(text.replace("{ }", "{signedCertificate: \"a\\nb\\n\" }"));
    }

    @Test
    void insideOfABlockAFlowMappingWithEntriesStays() {
        String text = BASE.replace("signingRequest: {}", "signingRequest: { signerName: null }");
        assertThat(edit(text, ANSWER, "x")).isEqualTo(text.replace("{ signerName", "{ signedCertificate: \"x\", signerName"));
    }

    @Test
    void onlyTheDocumentMeantIsTouched() {
        String gateway = "apiVersion: postern.dev/v1alpha1\nkind: MailGateway\nmetadata:\n  name: mail\nspec: {hostname: a.example}\n";
        String other = BASE.replace("name: mail ", "name: other");
        String text = "---\n" + gateway + "---   # next\n" + other + "--- \n" + BASE + "...\n---\n# nothing here\n---\n" + gateway.replace("mail", "two");

        assertThat(edit(text, RENEW, "now")).isEqualTo(text.replace(BASE, edit(BASE, RENEW, "now")));
    }

    @Test
    void theNamespaceTellsTwoApart() {
        String mine = BASE.replace("  name: mail", "  namespace: default\n  name: mail");
        String theirs = BASE.replace("  name: mail", "  namespace: other\n  name: mail");
        String text = theirs + "---\n" + mine;

        assertThat(edit(text, RENEW, "now")).isEqualTo(theirs + "---\n" + edit(mine, RENEW, "now"));
    }

    @Test
    void anItemOfAListIsFound() {
        String text = """
                apiVersion: v1
                kind: List
                items:
                  - apiVersion: postern.dev/v1alpha1
                    kind: Certificate
                    metadata:
                        name: other
                    spec: {source: {demo: {}}}
                  # this one
                  - apiVersion: postern.dev/v1alpha1
                    kind: Certificate
                    metadata:
                        name: mail
                    spec: {source: {demo: {}}}
                """;
        assertThat(edit(text, RENEW, "now")).isEqualTo(text.replace("        name: mail\n", "        name: mail\n        annotations:\n            postern.dev/renew: \"now\"\n"));
    }

    @Test
    void endOfFileWithoutALineBreak() {
        String text = BASE + "  duration: 90d";
        assertThat(edit(text, List.of("spec", "renewBefore"), "1d")).isEqualTo(text + "\n  renewBefore: \"1d\"");
        String block = BASE + "  duration: |-\n    90d";
        assertThat(edit(block, List.of("spec", "renewBefore"), "1d")).isEqualTo(block + "\n  renewBefore: \"1d\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"|", "|-", "|+", ">", ">+", "|2", "| # why"})
    void afterABlockScalarThatIsLast(String header) {
        String text = BASE.replace("  name: mail          # its name\n", "  name: mail\n  annotations:\n    note: " + header + "\n        one\n\n        two\n\n# spec follows\n");
        assertThat(edit(text, RENEW, "now")).contains("two\n").contains("# spec follows\nspec:").contains("    postern.dev/renew: \"now\"\n");
    }

    @Test
    void aBlockScalarKeepsTheCommentOfItsHeaderAndTheBlankLinesBehindIt() {
        String text = BASE.replace("signingRequest: {}    # sent on Monday\n", "signingRequest:\n      signedCertificate: >- # theirs\n         old\n\n         older\n\n\n  # tail\n");
        assertThat(edit(text, ANSWER, PEM)).isEqualTo(text.replace(">- # theirs\n         old\n\n         older\n", """
                | # theirs
                        -----BEGIN CERTIFICATE-----
                        MIIB
                        AAAA
                        -----END CERTIFICATE-----
                """));
    }

    @Test
    void tabsAndEmojisInCommentsCountRight() {
        String text = "# \uD83D\uDD10\uD83D\uDD10 keys\t\u00fc\n" + BASE.replace("# its name", "#\tits \uD83D\uDCEE name\t");
        assertThat(edit(text, ANSWER, PEM)).isEqualTo(text.replace(BASE.substring(BASE.indexOf("    signingRequest")), edit(BASE, ANSWER, PEM).substring(BASE.indexOf("    signingRequest"))));
    }

    @Test
    void aByteOrderMarkStays() {
        assertThat(edit("\uFEFF" + BASE, RENEW, "now")).isEqualTo("\uFEFF" + edit(BASE, RENEW, "now"));
    }

    @Test
    void anEntryAfterAnAlias() {
        String text = BASE.replace("  name: mail          # its name\n", "  labels: &l\n    a: b\n  name: mail\n  annotations: *l   # same\n");
        assertThatThrownBy(() -> edit(text, RENEW, "now")).isInstanceOf(Refused.class).hasMessageContaining("alias");
        assertThat(edit(text, List.of("metadata", "namespace"), "default")).isEqualTo(text.replace("# same\n", "# same\n  namespace: \"default\"\n"));
    }

    @Test
    void whatHasAnAnchorIsRefused() {
        String text = BASE.replace("  name: mail          # its name\n", "  annotations: &l\n    a: b\n  labels: *l\n  name: mail\n");
        assertThatThrownBy(() -> edit(text, RENEW, "now")).isInstanceOf(Refused.class).hasMessageContaining("metadata.annotations has an anchor");
    }

    @Test
    void whatCannotBeDoneIsRefused() {
        assertThatThrownBy(() -> edit(BASE, List.of("spec", "dnsNames"), "x")).isInstanceOf(Refused.class).hasMessageContaining("spec.dnsNames is no text");
        assertThatThrownBy(() -> edit(BASE, List.of("kind", "x"), "x")).isInstanceOf(Refused.class).hasMessageContaining("kind is no mapping");
        assertThatThrownBy(() -> edit(BASE + "---\n" + BASE, RENEW, "x")).isInstanceOf(Refused.class).hasMessageContaining("more than once");
        assertThatThrownBy(() -> edit(BASE.replace("name: mail", "name: other"), RENEW, "x")).isInstanceOf(Refused.class).hasMessageContaining("is not in the file");
        assertThatThrownBy(() -> edit(BASE + "kind: Secret\n", RENEW, "x")).isInstanceOf(Refused.class).hasMessageContaining("twice");
        assertThatThrownBy(() -> edit(BASE + "  - [\n", RENEW, "x")).isInstanceOf(Refused.class).hasMessageContaining("malformed YAML");
    }

    /** Whatever the form of the file, the outcome means the same but for the one field: texts that no block scalar can hold too. */
    @ParameterizedTest
    @ValueSource(strings = {"", " leading", "trailing \n", "a\nb", "a\n\nb\n", "\n", "\ta\n", "# no comment", "*x", "yes", "a: b\n", "\u00fc\u2028\n", "---\n", "%x\n"})
    void anyTextCanBeSet(String value) {
        String edited = edit(BASE, ANSWER, value);
        assertThat(YamlText.parse(edited).documents().getFirst().root().at("/spec/source/signingRequest/signedCertificate").asText()).isEqualTo(value);
    }

    @Test
    void theFileKeepsItsPermissionsAndItsLink(@TempDir Path folder) throws IOException {
        Path real = Files.writeString(folder.resolve("real.yaml"), BASE);
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), real);

        YamlEdit.set(link, MAIL, RENEW, "now");

        assertThat(link).isSymbolicLink();
        assertThat(Files.readString(real)).isEqualTo(edit(BASE, RENEW, "now"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real))).isEqualTo("rw-r-----");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(real, link);
        }
    }

    @Test
    void aRefusedFileStaysAsItIs(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("a.yaml"), BASE + "---\n" + BASE);
        assertThatThrownBy(() -> YamlEdit.set(file, MAIL, RENEW, "now")).isInstanceOf(Refused.class);
        assertThat(Files.readString(file)).isEqualTo(BASE + "---\n" + BASE);
    }

    private static String edit(String text, List<String> path, String value) {
        return YamlEdit.set(text, MAIL, path, value);
    }
}
