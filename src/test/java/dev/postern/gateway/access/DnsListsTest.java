package dev.postern.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.dns.Dns.DnsException;
import dev.postern.gateway.report.MailEvent;
import dev.postern.testing.NoDns;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsListsTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.99");

    private final Map<String, CompletionStage<List<InetAddress>>> answers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<MailEvent> log = Collections.synchronizedList(new ArrayList<>());
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final DnsLists lists = new DnsLists(new NoDns() {
        @Override
        public CompletionStage<List<InetAddress>> ipv4(String name) {
            asked.add(name);
            return answers.getOrDefault(name, CompletableFuture.completedFuture(List.of()));
        }
    }, log::add, () -> now, Duration.ofMillis(50));

    @ParameterizedTest
    @CsvSource({"192.0.2.99, 99.2.0.192.zen.test", "10.0.0.255, 255.0.0.10.zen.test", "2001:db8:1:2:3:4:567:89ab, b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.zen.test"})
    void theNameHasTheOctetsOrNibblesLastFirst(String address, String name) {
        assertThat(DnsLists.name(InetAddress.ofLiteral(address), "zen.test")).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"127.0.0.2,true,-", "127.0.0.4 127.0.0.10,true,-", "127.1.2.3,true,-", "-,false,-",
        "192.0.2.7,false,'DNS list zen.test answers 192.0.2.7, which is no listing (they are in 127.0.0.0/8); clients count as not listed there'",
        "127.255.255.254,false,DNS list zen.test answers 127.255.255.254: it does not serve this resolver; clients count as not listed there"})
    void onlyAnAnswerIn127IsAListing(String found, boolean listed, String told) {
        answer("zen.test", found == null ? List.of() : Stream.of(found.split(" ")).map(InetAddress::ofLiteral).toList());
        assertThat(listing("zen.test")).isEqualTo(listed ? Set.of("zen.test") : Set.of());
        assertThat(log).containsExactlyElementsOf(told == null ? List.of() : List.of(new MailEvent.Notice(MailEvent.Level.Warning, told)));
    }

    @Test
    void eachListAnswersForItself() {
        answer("one.test", List.of(InetAddress.ofLiteral("127.0.0.2")));
        answer("three.test", List.of(InetAddress.ofLiteral("127.0.0.3")));
        assertThat(listing("one.test", "two.test", "three.test")).containsExactlyInAnyOrder("one.test", "three.test");
        assertThat(asked).containsExactly("99.2.0.192.one.test", "99.2.0.192.two.test", "99.2.0.192.three.test");
        assertThat(lists.listing(CLIENT, List.of()).toCompletableFuture().join()).isEmpty();
    }

    @Test
    void aListThatFailsOrIsSilentListsNobodyAndIsToldOfOnceAnInterval() {
        answers.put("99.2.0.192.broken.test", CompletableFuture.failedFuture(new DnsException(DnsException.Kind.TEMPORARY, "lookup of x failed: SERVFAIL")));
        answers.put("99.2.0.192.silent.test", new CompletableFuture<>());
        answer("good.test", List.of(InetAddress.ofLiteral("127.0.0.2")));
        for (int i = 0; i < 3; i++) {
            assertThat(listing("broken.test", "silent.test", "good.test")).containsExactly("good.test");
        }
        assertThat(log).hasSize(2).contains(new MailEvent.Notice(MailEvent.Level.Warning,
                "DNS list broken.test fails: lookup of x failed: SERVFAIL; clients count as not listed there"));
        assertThat(log).anyMatch(e -> e.toString().contains("DNS list silent.test does not answer within"));
        now = now.plus(DnsLists.QUIET);
        listing("broken.test");
        assertThat(log).hasSize(3);
    }

    private void answer(String zone, List<InetAddress> found) {
        answers.put("99.2.0.192." + zone, CompletableFuture.completedFuture(found));
    }

    private Set<String> listing(String... zones) {
        return lists.listing(CLIENT, List.of(zones)).toCompletableFuture().join();
    }
}
