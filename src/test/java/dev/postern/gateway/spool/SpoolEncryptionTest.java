package dev.postern.gateway.spool;

import static dev.postern.gateway.spool.Messages.await;
import static dev.postern.gateway.spool.Messages.body;
import static dev.postern.gateway.spool.Messages.deliver;
import static dev.postern.gateway.spool.Messages.pending;
import static dev.postern.gateway.spool.Messages.put;
import static dev.postern.gateway.spool.Messages.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.gateway.spool.Envelope.Origin;
import dev.postern.gateway.spool.Envelope.State;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encryption at rest: nothing of a message is in a file in clear, keys change while mail waits, and a key that lacks is named. */
class SpoolEncryptionTest {
    private static final String[] SECRETS = {"Geheimer-Betreff", "alice.sender@example.com", "bob.recipient@example.org", "unique-message-id@host.example",
        "192.0.2.77", "the-user-name", "envid-of-mine", "orcpt-of-mine", "last-reply-of-mine"};

    @TempDir
    Path root;
    private Path folder;
    private Path keys;

    @BeforeEach
    void folders() throws IOException {
        folder = root.resolve("spool");
        keys = Files.createDirectory(root.resolve("keys"));
    }

    private void key(String name, int seed) throws IOException {
        Files.writeString(keys.resolve(name), Base64.getEncoder().encodeToString(body(seed, 32)) + "\n");
    }

    private void current(String name) throws IOException {
        Files.writeString(keys.resolve("current"), name + "\n");
    }

    private SpoolFixture open() throws IOException {
        return new SpoolFixture(folder, SpoolFixture.SMALL, SpoolKeys.read(keys));
    }

    /** Everything that a message says of somebody, in its envelope and in its body. */
    private static Envelope telling() {
        var recipient = new Envelope.Recipient("bob.recipient@example.org", State.PENDING, 1, 0, "4.0.0", "last-reply-of-mine", "FAILURE", "orcpt-of-mine");
        return new Envelope(0, 1, "alice.sender@example.com", 0, false, false, null, "envid-of-mine", "public", List.of(recipient, Messages.recipient("c@example.net")))
                .from(new Origin("192.0.2.77", "the-user-name", "unique-message-id@host.example"));
    }

    private static byte[] tellingBody(int size) {
        var line = ("Subject: Geheimer-Betreff to bob.recipient@example.org <unique-message-id@host.example>\r\n").getBytes(StandardCharsets.US_ASCII);
        var bytes = new byte[size];
        for (var i = 0; i < size; i++) {
            bytes[i] = line[i % line.length];
        }
        return bytes;
    }

    private static long pourInto(Spool.Incoming incoming, byte[] body) throws Exception {
        for (var at = 0; at < body.length; at += 30_000) {
            await(incoming.append(Unpooled.copiedBuffer(body, at, Math.min(30_000, body.length - at))));
        }
        await(incoming.commit(telling()));
        return incoming.mid();
    }

    private List<String> filesThatTell() throws IOException {
        var found = new ArrayList<String>();
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var text = Files.readString(file, StandardCharsets.ISO_8859_1);
                Arrays.stream(SECRETS).filter(text::contains).forEach(secret -> found.add(secret + " in " + file.getFileName()));
            }
        }
        return found;
    }

    /** Small bodies are in tables, larger ones in blob files, several chunks are written before the commit, large ones are files of their own. */
    private static List<Long> pour(Spool spool) throws Exception {
        var mids = new ArrayList<Long>();
        for (var size : new int[] {300, 20_000, 150_000, 250_000}) {
            mids.add(pourInto(spool.begin(size), tellingBody(size)));
        }
        var retried = telling().recipients().getFirst().with(State.PENDING, 2, 5, "4.0.0", "last-reply-of-mine");
        await(spool.update(mids.getFirst(), Map.of(0, retried)));
        await(spool.amend(mids.get(1), envelope -> envelope.held(true).via("bob.recipient@example.org")));
        return mids;
    }

    @Test
    void nothingOfAMessageIsInAnyFileInClear() throws Exception {
        key("first", 1);
        try (var fixture = open()) {
            pour(fixture.spool);
            assertThat(filesThatTell()).as("log and all").isEmpty();
        }
        assertThat(filesThatTell()).as("closed").isEmpty();
        try (var store = Store.open(folder, SpoolFixture.SMALL, SpoolKeys.read(keys))) {
            store.compact();
            assertThat(filesThatTell()).as("tables and blob files").isEmpty();
        }
        try (var fixture = open()) {
            assertThat(pending(fixture.spool)).hasSize(4).allSatisfy(envelope -> assertThat(envelope.sender()).isEqualTo("alice.sender@example.com"));
        }
    }

    @Test
    void whatIsSearchedForIsThereWithoutEncryption() throws Exception {
        try (var fixture = new SpoolFixture(folder)) {
            pour(fixture.spool);
        }
        assertThat(filesThatTell()).hasSizeGreaterThanOrEqualTo(SECRETS.length);
    }

    /** Of a known size the store has them, of an unknown one or a large one they are files of their own. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "10000, 10000", "65535, 65535", "65536, 65536", "65537, 65537", "65537, 0", "131072, 131072", "131072, 0", "1000000, 1000000"})
    void aBodyComesBackAsItWentInNowAndAfterARestart(int size, int expected) throws Exception {
        key("first", 1);
        long mid;
        try (var fixture = open()) {
            mid = pourInto(fixture.spool.begin(expected), body(size, size));
            assertThat(read(fixture.spool, mid, 0, size + 10)).isEqualTo(body(size, size));
        }
        try (var fixture = open()) {
            assertThat(read(fixture.spool, mid, 0, size)).isEqualTo(body(size, size));
            assertThat(await(fixture.spool.envelope(mid))).isEqualTo(telling().as(mid, size));
            var from = size / 2;
            assertThat(read(fixture.spool, mid, from, 100)).isEqualTo(Arrays.copyOfRange(body(size, size), from, Math.min(size, from + 100)));
            fixture.close();
            assertThat(fixture.buffersHeld()).isZero();
        }
    }

    @Test
    void aKeyIsReplacedWhileMailWaits() throws Exception {
        key("2026-01", 1);
        long old;
        try (var fixture = open()) {
            old = put(fixture.spool, body(1, 70_000), 70_000, Messages.to("a@example.org", "b@example.org"));
        }
        key("2026-11", 2);
        current("2026-11");
        long young;
        try (var fixture = open()) {
            young = put(fixture.spool, body(2, 5_000));
            // Its envelope is under the new key now, its body under the old one.
            await(fixture.spool.update(old, Map.of(0, Messages.delivered(Messages.recipient("a@example.org")))));
        }
        try (var fixture = open()) {
            assertThat(read(fixture.spool, old, 0, 70_000)).isEqualTo(body(1, 70_000));
            assertThat(read(fixture.spool, young, 0, 5_000)).isEqualTo(body(2, 5_000));
        }
        Files.delete(keys.resolve("2026-01"));
        assertThatThrownBy(this::open).isInstanceOf(SpoolOpenException.class).hasMessageContainingAll(folder.toString(), "encrypted with key 2026-01",
                "that key is missing", "the keys in " + keys + " are [2026-11", "give it back until this mail is delivered");
        key("2026-01", 1);
        try (var fixture = open()) {
            deliver(fixture.spool, old);
        }
        Files.delete(keys.resolve("2026-01"));
        try (var fixture = open()) {
            assertThat(read(fixture.spool, young, 0, 5_000)).isEqualTo(body(2, 5_000));
        }
    }

    @Test
    void anEnvelopeUnderAKeyThatWroteNoBodyStillNeedsThatKey() throws Exception {
        key("a", 1);
        long mid;
        try (var fixture = open()) {
            mid = put(fixture.spool, body(1, 100), 100, Messages.to("a@example.org", "b@example.org"));
        }
        key("b", 2);
        current("b");
        try (var fixture = open()) {
            await(fixture.spool.update(mid, Map.of(0, Messages.delivered(Messages.recipient("a@example.org")))));
        }
        key("c", 3);
        current("c");
        open().close();
        Files.delete(keys.resolve("b"));
        assertThatThrownBy(this::open).isInstanceOf(SpoolOpenException.class).hasMessageContaining("encrypted with key b");
    }

    @Test
    void encryptionIsSwitchedOnAndOffWhileMailWaits() throws Exception {
        var mids = new ArrayList<Long>();
        try (var fixture = new SpoolFixture(folder)) {
            mids.add(put(fixture.spool, body(1, 100_000), 100_000, Messages.to("a@example.org", "b@example.org")));
        }
        key("first", 1);
        try (var fixture = open()) {
            assertThat(read(fixture.spool, mids.getFirst(), 0, 100_000)).isEqualTo(body(1, 100_000));
            mids.add(put(fixture.spool, body(2, 100_000), 100_000, Messages.to("a@example.org", "b@example.org")));
            await(fixture.spool.update(mids.getFirst(), Map.of(0, Messages.delivered(Messages.recipient("a@example.org")))));
        }
        current("none");
        try (var fixture = open()) {
            mids.add(put(fixture.spool, tellingBody(100), 100, telling()));
            await(fixture.spool.update(mids.get(1), Map.of(0, Messages.delivered(Messages.recipient("a@example.org")))));
            assertThat(pending(fixture.spool)).hasSize(3);
            assertThat(read(fixture.spool, mids.getFirst(), 0, 100_000)).isEqualTo(body(1, 100_000));
            assertThat(read(fixture.spool, mids.get(1), 0, 100_000)).isEqualTo(body(2, 100_000));
        }
        assertThat(filesThatTell()).isNotEmpty();
        assertThatThrownBy(() -> new SpoolFixture(folder)).isInstanceOf(SpoolOpenException.class)
                .hasMessageContainingAll("encrypted with key first", "that key is missing: no folder of keys was given");
        try (var fixture = open()) {
            deliver(fixture.spool, mids.get(0));
            deliver(fixture.spool, mids.get(1));
        }
        // What is left is in clear, so no key is needed any more, and an older version may read it.
        try (var fixture = new SpoolFixture(folder)) {
            assertThat(read(fixture.spool, mids.get(2), 0, 100)).isEqualTo(tellingBody(100));
        }
        try (var store = Store.open(folder, SpoolFixture.SMALL)) {
            assertThat(store.format()).isEqualTo(StoreStart.FORMAT);
        }
    }

    @Test
    void anEncryptedSpoolHasAFormatThatOlderVersionsRefuse() throws Exception {
        key("first", 1);
        try (var fixture = open()) {
            put(fixture.spool, body(1, 100));
        }
        try (var store = Store.open(folder, SpoolFixture.SMALL, SpoolKeys.read(keys))) {
            assertThat(store.format()).isEqualTo(StoreStart.FORMAT_WITH_KEYS);
        }
    }

    @Test
    void anotherKeyOfTheSameNameIsNoKey() throws Exception {
        key("first", 1);
        try (var fixture = open()) {
            put(fixture.spool, body(1, 100));
        }
        key("first", 2);
        assertThatThrownBy(this::open).isInstanceOf(SpoolOpenException.class).hasMessageContainingAll("encrypted with key first", "the key of that name is another one",
                "give the old one back, under any name");
        key("renamed", 1);
        current("first");
        try (var fixture = open()) {
            assertThat(pending(fixture.spool)).hasSize(1);
        }
    }

    @Test
    void anEmptySpoolNeedsNoOldKey() throws Exception {
        key("first", 1);
        try (var fixture = open()) {
            deliver(fixture.spool, put(fixture.spool, body(1, 100)));
        }
        Files.delete(keys.resolve("first"));
        key("second", 2);
        try (var fixture = open()) {
            put(fixture.spool, body(1, 100));
        }
    }

    @Test
    void hexAndBase64AreTheSameKeyAndMountedSecretsAreRead() throws Exception {
        var mounted = Files.createDirectory(keys.resolve("..2026_11_22"));
        Files.writeString(mounted.resolve("first"), HexFormat.of().formatHex(body(1, 32)));
        Files.createSymbolicLink(keys.resolve("..data"), mounted);
        Files.createSymbolicLink(keys.resolve("first"), keys.resolve("..data/first"));
        var hex = SpoolKeys.read(keys).writing();
        Files.delete(keys.resolve("first"));
        key("first", 1);
        assertThat(SpoolKeys.read(keys).writing().fingerprint()).isEqualTo(hex.fingerprint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "AAAA", "!!!!not base64 at all!!!!", "zz00000000000000000000000000000000000000000000000000000000000000"})
    void whatIsNoKeyIsNamedAndNotQuoted(String content) throws Exception {
        Files.writeString(keys.resolve("bad"), content);
        assertThatThrownBy(() -> SpoolKeys.read(keys)).isInstanceOf(SpoolOpenException.class)
                .hasMessage("spool key " + keys.resolve("bad") + " is no key; allowed are 32 random bytes as base64 (44 characters) or hex (64): openssl rand -base64 32")
                .hasNoCause();
    }

    @Test
    void aFolderThatDoesNotSayWhichKeyWritesIsRefused() throws Exception {
        assertThatThrownBy(() -> SpoolKeys.read(keys)).hasMessageContainingAll(keys.toString(), "has no key; give it a file of 32 random bytes");
        assertThatThrownBy(() -> SpoolKeys.read(keys.resolve("missing"))).isInstanceOf(SpoolOpenException.class).hasMessageContaining("cannot be read");
        key("a", 1);
        key("b", 2);
        assertThatThrownBy(() -> SpoolKeys.read(keys)).hasMessageContainingAll("several keys, [a, b], and no file 'current'");
        current("c");
        assertThatThrownBy(() -> SpoolKeys.read(keys)).hasMessageContainingAll("'current' says 'c'; allowed are [a, b], and 'none'");
        Files.writeString(keys.resolve("current"), "x".repeat(2_000));
        assertThatThrownBy(() -> SpoolKeys.read(keys)).hasMessageContaining("2000 bytes");
        Files.write(keys.resolve("current"), new byte[] {(byte) 0xFF, (byte) 0xFE});
        assertThatThrownBy(() -> SpoolKeys.read(keys)).hasMessageContaining("is not text");
    }
}
