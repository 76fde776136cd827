package dev.postern.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.cli.role.Role;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of manifests that asks for encryption at rest. */
class SpoolKeysTest {
    @TempDir
    Path folder;
    private Path manifests;

    @BeforeEach
    void manifest() throws Exception {
        manifests = Files.createDirectory(folder.resolve("manifests"));
        Files.writeString(manifests.resolve("gateway.yaml"), """
                apiVersion: postern.dev/v1alpha1
                kind: MailGateway
                metadata: {name: default}
                spec:
                  hostname: mail.example.com
                  storage: {encryption: {keySecretRef: {name: spool-keys}}}
                """);
    }

    private Standalone start(Path keys) throws Exception {
        return Standalone.start(new Standalone.Options(manifests, folder.resolve("data"), InetAddress.getLoopbackAddress(), null, false, 0, "", keys), new SimpleMeterRegistry());
    }

    @Test
    void withoutKeysItDoesNotWriteInClear() {
        assertThatThrownBy(() -> start(null)).isInstanceOf(Role.StartException.class)
                .hasMessage("MailGateway default has spec.storage.encryption, and there are no keys: give the folder that has them with --spool-keys, or remove the field");
        assertThat(folder.resolve("data/spool")).doesNotExist();
    }

    @Test
    void aKeyThatIsNoneIsNamed() throws Exception {
        var keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("first"), "secret");
        assertThatThrownBy(() -> start(keys)).isInstanceOf(Role.StartException.class).hasMessageContaining("spool key " + keys.resolve("first") + " is no key; allowed are 32 random bytes");
    }

    @Test
    void withKeysItStarts() throws Exception {
        var keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("first"), "ab".repeat(32));
        start(keys).close();
        assertThat(folder.resolve("data/spool/CURRENT")).exists();
    }
}
