package dev.postern.operator.certificate.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.dns.Dns.DnsException.Kind;
import dev.postern.dns.Dns;
import dev.postern.testing.NoDns;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is known of MX records, when it is asked anew, and who is told. */
class MxRecordsTest {
    private static final ResourceID MAIL = new ResourceID("mail", "a");
    private static final ResourceID OTHER = new ResourceID("other", "a");

    private volatile Instant now = Instant.parse("2027-01-01T00:00:00Z");
    private final FakeDns dns = new FakeDns();
    private final ConcurrentLinkedQueue<ResourceID> told = new ConcurrentLinkedQueue<>();
    private final MxRecords records = new MxRecords(dns, () -> now, told::add);

    @AfterEach
    void close() {
        records.close();
    }

    @Test
    void nobodyWaitsAndWhoCaresIsToldOfAnAnswer() {
        assertThat(records.care(MAIL, List.of("a.test"))).containsExactly(Map.entry("a.test", new MxAnswer.Pending()));
        assertThat(records.care(OTHER, List.of("a.test"))).containsExactly(Map.entry("a.test", new MxAnswer.Pending()));
        dns.answer("a.test", "MX2.a.test", "mx1.a.test");
        awaitTold(MAIL, OTHER);
        assertThat(records.care(MAIL, List.of("a.test"))).containsExactly(Map.entry("a.test", new MxAnswer.Hosts(List.of("mx1.a.test", "mx2.a.test"))));
        assertThat(dns.asked).as("one lookup for all").containsExactly("a.test");
    }

    @Test
    void itIsAskedAnewWhenItIsOldAndToldOnlyWhenItIsAnother() {
        known("a.test", "mx1.a.test", "mx2.a.test");
        records.sweep();
        assertThat(dns.asked).hasSize(1);
        now = now.plus(MxRecords.FRESH);
        records.sweep();
        records.sweep();
        assertThat(dns.asked).hasSize(2);
        assertThat(answer("a.test")).as("until the answer is there").isInstanceOf(MxAnswer.Hosts.class);
        dns.answer("a.test", "mx2.a.test", "mx1.a.test");
        awaitAsked(3);
        assertThat(told).as("the same in another order").isEmpty();
        dns.answer("a.test", "mx3.a.test");
        awaitTold(MAIL);
        assertThat(answer("a.test")).isEqualTo(new MxAnswer.Hosts(List.of("mx3.a.test")));
    }

    @Test
    void anAnswerOutlivesLookupsThatFailForADay() {
        known("a.test", "mx1.a.test");
        now = now.plus(MxRecords.FRESH);
        records.sweep();
        dns.fail("a.test", Kind.TEMPORARY);
        awaitAsked(3);
        assertThat(told).isEmpty();
        assertThat(answer("a.test")).isInstanceOf(MxAnswer.Hosts.class);
        now = now.plus(MxRecords.LASTING);
        dns.fail("a.test", Kind.TEMPORARY);
        awaitTold(MAIL);
        assertThat(answer("a.test")).isEqualTo(new MxAnswer.Failed("TEMPORARY"));
        awaitAsked(4);
        dns.answer("a.test", "mx1.a.test");
        awaitTold(MAIL);
    }

    @Test
    void noMailIsAnAnswerAndAFailureIsToldOnce() {
        records.care(MAIL, List.of("null.test", "gone.test", "slow.test"));
        dns.fail("null.test", Kind.NULL_MX);
        awaitTold(MAIL);
        dns.fail("gone.test", Kind.NOT_FOUND);
        awaitTold(MAIL);
        dns.fail("slow.test", Kind.TEMPORARY);
        awaitTold(MAIL);
        assertThat(records.care(MAIL, List.of("null.test", "gone.test", "slow.test"))).isEqualTo(Map.of("null.test", new MxAnswer.NoMail("NULL_MX"),
                "gone.test", new MxAnswer.NoMail("NOT_FOUND"), "slow.test", new MxAnswer.Failed("TEMPORARY")));
        awaitAsked(4);
        assertThat(dns.asked).last().isEqualTo("slow.test");
        dns.fail("slow.test", Kind.TEMPORARY);
        awaitAsked(5);
        assertThat(told).isEmpty();
    }

    @Test
    void fewLookupsAreUnderWayAtOnceAndAllAreDoneInTheEnd() {
        List<String> domains = IntStream.range(0, 3000).mapToObj(i -> "d" + i + ".test").toList();
        records.care(MAIL, domains);
        assertThat(dns.asked).hasSize(MxRecords.MAX_LOOKUPS);
        dns.always = domain -> CompletableFuture.completedFuture(List.of(new Dns.Mx(0, "mx." + domain)));
        domains.subList(0, MxRecords.MAX_LOOKUPS).forEach(domain -> dns.answer(domain, "mx." + domain));
        Awaitility.await().untilAsserted(() -> assertThat(records.care(MAIL, domains).values()).allMatch(MxAnswer.Hosts.class::isInstance));
        assertThat(dns.asked).hasSize(3000);
    }

    @Test
    void whatNobodyCaresForIsForgotten() {
        known("a.test", "mx1.a.test");
        records.care(MAIL, List.of("b.test"));
        dns.answer("b.test", "mx1.b.test");
        awaitTold(MAIL);
        records.forget(MAIL);
        now = now.plus(MxRecords.LASTING);
        records.sweep();
        assertThat(dns.asked).containsExactly("a.test", "b.test");
    }

    @Test
    void thereIsALimitToWhatIsKept() {
        dns.always = domain -> new CompletableFuture<>();
        List<String> many = IntStream.range(0, MxRecords.MAX_DOMAINS).mapToObj(i -> "d" + i + ".test").toList();
        records.care(OTHER, many);
        assertThat(records.care(MAIL, List.of("a.test")).get("a.test")).isInstanceOf(MxAnswer.Failed.class);
        records.forget(OTHER);
        assertThat(records.care(MAIL, List.of("a.test")).get("a.test")).isInstanceOf(MxAnswer.Pending.class);
    }

    @Test
    void nobodyIsAskedWhereThatIsOff() {
        try (var off = new MxRecords(null, () -> now, told::add)) {
            assertThat(off.care(MAIL, List.of("a.test"))).containsExactly(Map.entry("a.test", new MxAnswer.Off()));
            off.forget(MAIL);
            off.sweep();
        }
    }

    private MxAnswer answer(String domain) {
        return records.care(MAIL, List.of(domain)).get(domain);
    }

    private void known(String domain, String... hosts) {
        records.care(MAIL, List.of(domain));
        dns.answer(domain, hosts);
        awaitTold(MAIL);
    }

    private void awaitTold(ResourceID... who) {
        Awaitility.await().untilAsserted(() -> assertThat(told).containsExactlyInAnyOrder(who));
        told.clear();
    }

    /** Time goes on until that many lookups were made. */
    private void awaitAsked(int times) {
        Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> {
            now = now.plus(MxRecords.RETRY);
            records.sweep();
            return dns.asked.size() == times;
        });
    }

    /** Answers when it is told to. */
    private static final class FakeDns extends NoDns {
        private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
        private final Map<String, CompletableFuture<List<Mx>>> open = new ConcurrentHashMap<>();
        private volatile Function<String, CompletionStage<List<Mx>>> always;

        @Override
        public CompletionStage<List<Mx>> mx(String domain) {
            asked.add(domain);
            return always != null ? always.apply(domain) : open.computeIfAbsent(domain, key -> new CompletableFuture<>());
        }

        void answer(String domain, String... hosts) {
            open.remove(domain).complete(List.of(hosts).stream().map(host -> new Mx(10, host)).toList());
        }

        void fail(String domain, DnsException.Kind kind) {
            open.remove(domain).completeExceptionally(new DnsException(kind, kind.name()));
        }
    }
}
