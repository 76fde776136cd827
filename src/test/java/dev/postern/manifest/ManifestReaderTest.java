package dev.postern.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec;
import dev.postern.api.ListenerSpec;
import dev.postern.api.MailFlowPolicySpec;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestReaderTest {
    private static final Path FILE = Path.of("in.yaml");
    private static final String GATEWAY = """
            apiVersion: postern.dev/v1alpha1
            kind: MailGateway
            metadata: {name: default}
            spec: {hostname: mail.example.com}
            """;
    private static final String LISTENER = """
            apiVersion: postern.dev/v1alpha1
            kind: Listener
            metadata:
              name: public
            spec:
              type: Public
              port: 25
              tls:
                minimumVersion: TLSv1.3
              hostAccess:
                - senderGroup: PARTNERS
                  senders:
                    - 10.1.2.3
                    - 10.1.0.0/16
                    - .partner.com
                  policyRef: {name: accepted}
              recipientAccess:
                - recipients: [example.com, .example.org, postmaster@]
            """;
    private final ManifestReader reader = new ManifestReader("mail");

    @TempDir
    Path folder;

    @Test
    void readsEveryKindWithDefaultsAndIdentity() {
        Manifests manifests = parse(GATEWAY + "---\n" + LISTENER + """
                ---
                apiVersion: postern.dev/v1alpha1
                kind: MailFlowPolicy
                metadata: {name: accepted, namespace: other, generation: 7}
                spec:
                  behavior: Accept
                  tls: {mode: "Off"}
                  limits: {maxMessageSize: 1048576}
                ---
                apiVersion: postern.dev/v1alpha1
                kind: DestinationControl
                metadata: {name: default}
                spec: {default: true}
                ---
                apiVersion: postern.dev/v1alpha1
                kind: Certificate
                metadata: {name: mail}
                spec:
                  source: {selfSigned: {}}
                  dnsNames: [mail.example.com]
                  privateKey: {algorithm: RSA-2048}
                """);

        assertThat(manifests.errors()).isEmpty();
        var gateway = manifests.gateways().getFirst();
        assertThat(gateway.getSpec().hostname).isEqualTo("mail.example.com");
        assertThat(gateway.getSpec().replicas).isEqualTo(1);
        assertThat(gateway.getSpec().delivery.retry.maxAge).isEqualTo("4d");
        assertThat(gateway.getMetadata().getNamespace()).isEqualTo("mail");
        assertThat(gateway.getMetadata().getGeneration()).isEqualTo(1);
        assertThat(gateway.getMetadata().getUid()).isEqualTo(UUID.nameUUIDFromBytes("MailGateway/mail/default".getBytes(StandardCharsets.UTF_8)).toString());
        var listener = manifests.listeners().getFirst().getSpec();
        assertThat(listener.tls.minimumVersion).isEqualTo(ListenerSpec.TlsVersion.TLSv1_3);
        assertThat(listener.hostAccess.getFirst().senders).containsExactly("10.1.2.3", "10.1.0.0/16", ".partner.com");
        assertThat(listener.gatewayRef.name).isEqualTo("default");
        var policy = manifests.policies().getFirst();
        assertThat(policy.getMetadata().getNamespace()).isEqualTo("other");
        assertThat(policy.getMetadata().getGeneration()).isEqualTo(7);
        assertThat(policy.getSpec().tls.mode).isEqualTo(MailFlowPolicySpec.TlsMode.Off);
        assertThat(Quantity.getAmountInBytes(policy.getSpec().limits.maxMessageSize)).isEqualByComparingTo("1048576");
        assertThat(manifests.destinations().getFirst().getSpec().isDefault).isTrue();
        assertThat(manifests.certificates().getFirst().getSpec().privateKey.algorithm).isEqualTo(CertificateSpec.Algorithm.RSA_2048);
    }

    @Test
    void secretsHaveOnlyBase64DataAndConfigMapsTheirTexts() {
        Manifests manifests = parse("""
                apiVersion: v1
                kind: Secret
                metadata: {name: tls}
                data: {tls.crt: Y2VydA==}
                stringData: {tls.key: key}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: ca}
                data:
                  ca.crt: |
                    line 1
                    line 2
                """);

        assertThat(manifests.errors()).isEmpty();
        var secret = manifests.secrets().getFirst();
        assertThat(secret.getData()).containsOnly(Map.entry("tls.crt", "Y2VydA=="), Map.entry("tls.key", base64("key")));
        assertThat(secret.getStringData()).isNullOrEmpty();
        assertThat(secret.getType()).isEqualTo("Opaque");
        assertThat(manifests.configMaps().getFirst().getData()).containsEntry("ca.crt", "line 1\nline 2\n");
    }

    @Test
    void aListIsItsItems() {
        Manifests manifests = parse("""
                apiVersion: v1
                kind: List
                items:
                - apiVersion: v1
                  kind: ConfigMap
                  metadata:
                    name: one
                - apiVersion: postern.dev/v1alpha1
                  kind: DestinationControl
                  metadata:
                    name: two
                  spec:
                    destinations: [example.com]
                    tls: {mode: Sometimes}
                """);

        assertThat(manifests.configMaps()).hasSize(1);
        assertThat(manifests.errors()).hasToString("[in.yaml:14: spec.tls.mode: 'Sometimes' is not allowed; "
                + "allowed are None, Preferred, PreferredVerify, Required, RequiredVerify]");
        assertThat(manifests.locate("ConfigMap", "mail", "one", "metadata.name")).contains(new Location(FILE, 7));
        assertThat(manifests.locate("DestinationControl", "mail", "two", "spec.destinations[0]")).contains(new Location(FILE, 13));
    }

    @Test
    void fieldsAreLocatedByTheirNearestAncestor() {
        Manifests manifests = parse("# a comment\n---\n" + LISTENER);

        assertThat(manifests.errors()).isEmpty();
        assertThat(line(manifests, "spec.hostAccess[0].senders[2]")).isEqualTo(17);
        assertThat(line(manifests, "spec.hostAccess[0].senders[9]")).isEqualTo(14);
        assertThat(line(manifests, "spec.hostAccess[0].policyRef.name")).isEqualTo(18);
        assertThat(line(manifests, "spec.certificateRefs[0].name")).isEqualTo(7);
        assertThat(line(manifests, "status.conditions")).isEqualTo(3);
        assertThat(line(manifests, "")).isEqualTo(3);
        assertThat(manifests.locate(ResourceRef.of(manifests.listeners().getFirst()), "spec.port")).contains(new Location(FILE, 9));
        assertThat(manifests.locate("Listener", "mail", "other", "spec")).isEmpty();
    }

    @Test
    void plainScalarsHaveTheTypeThatKubectlGivesThem() {
        Manifests manifests = parse("""
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: texts}
                data:
                  date: 2026-01-31
                  time: 12:30:45
                  address: 10.1.2.3
                  partial: 10.1.
                  quoted: "0x10"
                  folded: >-
                    123
                """);

        assertThat(manifests.errors()).hasToString("[]");
        assertThat(manifests.configMaps().getFirst().getData()).containsEntry("date", "2026-01-31").containsEntry("time", "12:30:45")
                .containsEntry("address", "10.1.2.3").containsEntry("partial", "10.1.").containsEntry("quoted", "0x10").containsEntry("folded", "123");
    }

    @Test
    void anchorsAliasesAndMergesAreResolved() {
        Manifests manifests = parse("""
                apiVersion: postern.dev/v1alpha1
                kind: DestinationControl
                metadata: {name: a}
                spec:
                  tls: &tls {mode: Required}
                  limits: &limits {concurrentConnections: 5}
                  destinations: [a.example]
                ---
                apiVersion: postern.dev/v1alpha1
                kind: DestinationControl
                metadata: {name: b}
                spec:
                  tls: &tls {mode: Required, identity: Destination}
                  limits:
                    <<: {concurrentConnections: 5, messagesPerConnection: 7}
                    concurrentConnections: 0x10
                  destinations: [&d b.example, *d]
                """);

        assertThat(manifests.errors()).hasToString("[]");
        var limits = manifests.destinations().get(1).getSpec().limits;
        assertThat(limits.concurrentConnections).isEqualTo(16);
        assertThat(limits.messagesPerConnection).isEqualTo(7);
        assertThat(manifests.destinations().get(1).getSpec().destinations).containsExactly("b.example", "b.example");
    }

    @Test
    void nullFieldsCountAsAbsentAndStatusIsLeftOut() {
        Manifests manifests = parse(GATEWAY + "status: {revision: 1}\n---\n" + """
                apiVersion: postern.dev/v1alpha1
                kind: DestinationControl
                metadata: {name: a, labels: }
                spec: {destinations: [a.example], tls: null, route: ~, default: }
                """);

        assertThat(manifests.errors()).hasToString("[]");
        assertThat(manifests.gateways().getFirst().getStatus()).isNull();
        assertThat(manifests.destinations().getFirst().getSpec().isDefault).isFalse();
    }

    @Test
    void readsYamlFilesOfVisibleFolders() throws IOException {
        Files.writeString(folder.resolve("b.yaml"), GATEWAY);
        Files.writeString(Files.createDirectory(folder.resolve("sub")).resolve("a.yml"), LISTENER);
        Files.writeString(Files.createDirectory(folder.resolve("..data")).resolve("b.yaml"), GATEWAY);
        Files.writeString(folder.resolve(".hidden.yaml"), "not: read");
        Files.writeString(folder.resolve("kustomization.yaml"), "resources: [b.yaml]");
        Files.writeString(folder.resolve("README.md"), "# not read");
        Files.writeString(folder.resolve("empty.yaml"), "# nothing\n---\n");

        Manifests manifests = reader.read(folder);

        assertThat(manifests.errors()).hasToString("[]");
        assertThat(manifests.gateways()).hasSize(1);
        assertThat(manifests.locate("Listener", "mail", "public", "")).contains(new Location(folder.resolve("sub/a.yml"), 1));
    }

    @Test
    void followsTheLinksOfAMountedConfigMap() throws IOException {
        Path data = Files.createDirectory(folder.resolve("..2026"));
        Files.writeString(data.resolve("gateway.yaml"), GATEWAY);
        Files.createSymbolicLink(folder.resolve("..data"), data.getFileName());
        Files.createSymbolicLink(folder.resolve("gateway.yaml"), Path.of("..data", "gateway.yaml"));

        assertThat(reader.read(folder).gateways()).hasSize(1);
    }

    @Test
    void whatCannotBeReadIsAnError() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Files.write(folder.resolve("latin.yaml"), "a: ä".getBytes(StandardCharsets.ISO_8859_1));
        Files.write(folder.resolve("large.yaml"), new byte[YamlText.LONGEST + 1]);

        assertThat(reader.read(file).errors()).hasToString("[" + file + ": is not a folder]");
        assertThat(reader.read(folder.resolve("none")).errors()).hasToString("[" + folder.resolve("none") + ": does not exist]");
        assertThat(reader.read(folder).errors()).extracting(ManifestError::toString).containsExactly(
                folder.resolve("large.yaml") + ": is larger than 16 MiB", folder.resolve("latin.yaml") + ": is not UTF-8");
    }

    @Test
    void oneBadFileDoesNotHideTheOthers() {
        Map<Path, String> contents = new LinkedHashMap<>();
        contents.put(Path.of("a.yaml"), "kind: [");
        contents.put(Path.of("b.yaml"), GATEWAY);
        Manifests manifests = reader.parse(contents);

        assertThat(manifests.errors()).hasSize(1);
        assertThat(manifests.gateways()).hasSize(1);
    }

    private Manifests parse(String text) {
        return reader.parse(Map.of(FILE, text));
    }

    private static int line(Manifests manifests, String field) {
        return manifests.locate("Listener", "mail", "public", field).orElseThrow().line();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
