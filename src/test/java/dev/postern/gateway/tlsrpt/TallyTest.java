package dev.postern.gateway.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.report.TlsResult.Outcome;
import dev.postern.gateway.report.TlsResult.Policy;
import dev.postern.gateway.report.TlsResult.Type;
import dev.postern.gateway.report.TlsResult;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TallyTest {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 21);

    private static DayCounts count(Tally.Bounds bounds, TlsResult... results) {
        Tally tally = new Tally(DAY, bounds);
        for (TlsResult result : results) {
            Session.of(result).ifPresent(tally::add);
        }
        return tally.counts();
    }

    private static DayCounts count(TlsResult... results) {
        return count(Tally.Bounds.STANDARD, results);
    }

    @Test
    void sessionsAreCountedByDomainPolicyAndLikeFailures() {
        DayCounts day = count(Results.verified("a.example", Results.STS), Results.verified("a.example", Results.STS), Results.encrypted("b.example"),
                Results.failed("a.example", "Expired", Results.STS), Results.failed("a.example", "Expired", Results.STS),
                Results.failed("a.example", "NameMismatch", Results.STS), Results.failed("a.example", "DaneMismatch", Results.TLSA));

        assertThat(day.domains()).extracting(DayCounts.DomainCounts::domain).containsExactly("a.example", "b.example");
        var sts = day.domains().getFirst().policies().stream().filter(p -> p.policy().type() == Type.STS).findFirst().orElseThrow();
        assertThat(sts.successes()).isEqualTo(2);
        assertThat(sts.failures()).isEqualTo(3);
        assertThat(sts.details()).extracting(DayCounts.DetailCount::count).containsExactlyInAnyOrder(2L, 1L);
        assertThat(sts.details().getFirst().detail()).isEqualTo(new DayCounts.Detail("certificate-expired", "2001:db8:abcd:12::1", "mx1.a.example", "203.0.113.56", "Expired"));
    }

    @Test
    void mailInClearThatWantedTlsIsAFailureAndMailThatDidNotWantItIsNothing() {
        assertThat(count(Results.of("a.example", Outcome.CLEAR, "NotOffered", Policy.NONE, false)).domains().getFirst().policies().getFirst().failures()).isEqualTo(1);
        assertThat(count(Results.of("a.example", Outcome.CLEAR, null, Policy.NONE, false)).domains()).isEmpty();
    }

    @Test
    void routesAddressesAndMessagesThatLeavePoliciesOutTellNothingOfTheDomain() {
        assertThat(count(Results.of("a.example", Outcome.VERIFIED, null, Policy.NONE, true), Results.encrypted("[192.0.2.1]"),
                Results.of("a.example", Outcome.ENCRYPTED, null, Policy.UNHEEDED, false), Results.failed("a.example", "MxNotProven", Results.STS)).domains()).isEmpty();
    }

    @Test
    void anUnverifiedPeerFailsUnderMtaStsOnlyAsNothingElseAsksForMoreThanWasHad() {
        assertThat(count(Results.of("a.example", Outcome.ENCRYPTED, "NameMismatch", Results.STS, false)).domains().getFirst().policies().getFirst().failures()).isEqualTo(1);
        assertThat(count(Results.of("a.example", Outcome.ENCRYPTED, "NameMismatch", Policy.NONE, false)).domains().getFirst().policies().getFirst().successes()).isEqualTo(1);
    }

    @Test
    void whatIsWrongWithThePolicyItselfIsTheFailure() {
        var broken = new Policy(Type.STS, List.of(), List.of(), "sts-policy-fetch-error");
        var policy = count(Results.of("a.example", Outcome.ENCRYPTED, null, broken, false)).domains().getFirst().policies().getFirst();
        assertThat(policy.details()).singleElement().satisfies(d -> assertThat(d.detail().resultType()).isEqualTo("sts-policy-fetch-error"));
        assertThat(policy.successes()).isZero();
    }

    @Test
    void beyondTheBoundOfDomainsTheSessionsAreOnlyNumbered() {
        DayCounts day = count(new Tally.Bounds(2, 8, 100, 10_000), Results.encrypted("a.example"), Results.encrypted("b.example"), Results.encrypted("c.example"),
                Results.encrypted("d.example"), Results.encrypted("a.example"));
        assertThat(day.domains()).hasSize(2);
        assertThat(day.leftOut()).isEqualTo(2);
    }

    @Test
    void beyondTheBoundOfDetailsFailuresAreCountedByTheirTypeAlone() {
        TlsResult[] many = IntStream.range(0, 1000).mapToObj(i -> Results.from(Results.failed("a.example", i % 2 == 0 ? "Expired" : "NameMismatch", Results.STS),
                "mx" + i + ".a.example", "192.0.2." + i % 250)).toArray(TlsResult[]::new);
        var policy = count(new Tally.Bounds(10, 8, 100, 1 << 20), many).domains().getFirst().policies().getFirst();
        assertThat(policy.failures()).isEqualTo(1000);
        assertThat(policy.details()).hasSize(102);
        assertThat(policy.details()).filteredOn(d -> d.detail().mxHost() == null).extracting(DayCounts.DetailCount::count).containsExactly(450L, 450L);
    }

    @Test
    void beyondTheBoundOfPoliciesSessionsAreCountedByTheirKind() {
        TlsResult[] many = IntStream.range(0, 50).mapToObj(i -> Results.verified("a.example", new Policy(Type.STS, List.of("mx: mx" + i), List.of("mx" + i), null)))
                .toArray(TlsResult[]::new);
        var policies = count(new Tally.Bounds(10, 8, 100, 1 << 20), many).domains().getFirst().policies();
        assertThat(policies).hasSize(9);
        assertThat(policies).filteredOn(p -> p.policy().lines().isEmpty()).singleElement().satisfies(p -> assertThat(p.successes()).isEqualTo(42));
    }

    @Test
    void allTextsTogetherAreBoundedWhateverComes() {
        String line = "x".repeat(100_000);
        TlsResult[] many = IntStream.range(0, 200).mapToObj(i -> Results.failed("d" + i + ".example", "Expired",
                new Policy(Type.STS, java.util.Collections.nCopies(500, i + line), List.of(), null))).toArray(TlsResult[]::new);
        DayCounts day = count(new Tally.Bounds(1000, 8, 100, 500_000), many);
        long characters = day.domains().stream().flatMap(d -> d.policies().stream()).mapToLong(p -> p.policy().length()).sum();
        assertThat(characters).isPositive().isLessThanOrEqualTo(500_000);
        assertThat(day.domains().stream().flatMap(d -> d.policies().stream()).mapToLong(DayCounts.PolicyCounts::failures).sum() + day.leftOut()).isEqualTo(200);
    }

    @Test
    void countingGoesOnFromASnapshot() {
        TlsResult[] some = {Results.verified("a.example", Results.STS), Results.failed("a.example", "Expired", Results.STS), Results.encrypted("b.example")};
        Tally again = Tally.of(count(some), Tally.Bounds.STANDARD);
        assertThat(again.counts()).isEqualTo(count(some));
        for (TlsResult result : some) {
            again.add(Session.of(result).orElseThrow());
        }
        assertThat(again.counts()).isEqualTo(count(some[0], some[1], some[2], some[0], some[1], some[2]));
    }
}
