package dev.postern.gateway.mtasts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.mtasts.StsAnswer.Failure;
import dev.postern.gateway.mtasts.StsPolicy.Mode;
import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent.Notice;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.tls.TestPki;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept, how long, and when it is fetched; the web server is Python's, the clock the test's. */
class PublishedPoliciesTest {
    private static final NioEventLoopGroup GROUP = new NioEventLoopGroup(1);
    private static final String DAY = "version: STSv1\nmode: enforce\nmx: mx.a.test\nmax_age: 86400\n";
    private static final String WEEK = "version: STSv1\nmode: enforce\nmx: mx.a.test\nmax_age: 604800\n";

    @TempDir
    Path web;
    @TempDir
    Path folder;
    private final List<MailEvent> log = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private volatile Instant now = Instant.now();
    private final InstantSource clock = () -> now;
    private final List<PublishedPolicies> opened = new ArrayList<>();
    private PolicyHost host;
    private PublishedPolicies policies;

    @BeforeEach
    void start() throws Exception {
        host = new PolicyHost(web);
        policies = open();
    }

    @AfterEach
    void stop() {
        opened.forEach(PublishedPolicies::close);
        host.close();
    }

    @AfterAll
    static void end() {
        GROUP.shutdownGracefully();
    }

    /** As after a restart. */
    private PublishedPolicies open() {
        return open(folder, PublishedPolicies.BOUND, PublishedPolicies.LONGEST);
    }

    private PublishedPolicies open(Path folder, int bound, long longest) {
        var made = new PublishedPolicies(folder, host, host.fetcher(GROUP), log::add, meters, clock, bound, longest);
        opened.add(made);
        return made;
    }

    private StsAnswer find(String domain) throws Exception {
        return policies.find(domain).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private List<String> said(Level level) {
        return log.stream().map(Notice.class::cast).filter(n -> n.level() == level).map(Notice::message).toList();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aPolicyIsFetchedOnceAndKeptInMemoryAndOnDisk() throws Exception {
        host.publish("a.test", "1", WEEK);

        assertThat(find("a.test").policy().mode()).isEqualTo(Mode.ENFORCE);
        pass(Duration.ofHours(1));
        assertThat(find("a.test").failure()).isNull();

        assertThat(host.requests("a.test")).isEqualTo(1);
        assertThat(files()).containsExactly("a.test.json");
        assertThat(said(Level.Info)).containsExactly("MTA-STS policy of a.test is new: mode enforce, mx mx.a.test, for 604800 s, id 1");
        assertThat(meters.counter("postern.mtasts.fetches", "result", "fetched").count()).isEqualTo(1);
        assertThat(meters.get("postern.mtasts.policies").gauge().value()).isEqualTo(1);
    }

    @Test
    void announcementsAreLookedUpEveryFiveMinutesAtMost() throws Exception {
        host.publish("a.test", "1", WEEK);
        for (int i = 0; i < 10; i++) {
            find("a.test");
            find("without.test");
        }
        assertThat(host.lookups).hasValue(2);

        pass(Duration.ofMinutes(5));
        find("a.test");
        find("without.test");

        assertThat(host.lookups).hasValue(4);
        assertThat(find("without.test")).isEqualTo(StsAnswer.ABSENT);
    }

    @Test
    void aPolicyOutlivesARestart() throws Exception {
        host.publish("a.test", "1", WEEK);
        StsAnswer before = find("a.test");
        host.close();
        policies = open();

        assertThat(find("a.test")).isEqualTo(before);
    }

    @Test
    void anotherIdLeadsToAnotherPolicy() throws Exception {
        host.publish("a.test", "1", WEEK);
        find("a.test");
        host.publish("a.test", "2", WEEK.replace("enforce", "none"));
        pass(Duration.ofMinutes(6));

        assertThat(find("a.test").policy()).extracting(StsPolicy::id, StsPolicy::mode).containsExactly("2", Mode.NONE);
        assertThat(host.requests("a.test")).isEqualTo(2);
        assertThat(said(Level.Info).getLast()).isEqualTo("MTA-STS policy of a.test changed: mode none, mx mx.a.test, for 604800 s, id 2");
        policies = open();
        assertThat(find("a.test").policy().id()).isEqualTo("2");
    }

    @Test
    void thePolicyThatIsKeptHoldsWhileANewerOneCannotBeHad() throws Exception {
        host.publish("a.test", "1", WEEK);
        find("a.test");
        host.announce("a.test", "v=STSv1; id=2");
        host.manner("a.test", "missing");
        pass(Duration.ofMinutes(6));

        StsAnswer answer = find("a.test");

        assertThat(answer.policy().id()).isEqualTo("1");
        assertThat(answer.failure()).isEqualTo(Failure.FETCH);
        assertThat(said(Level.Warning)).singleElement().asString().contains("a.test with id 2 could not be had: mta-sts.a.test: answered with status 404")
                .contains("the one with id 1 holds until");
        assertThat(meters.counter("postern.mtasts.fetches", "result", "sts-policy-fetch-error").count()).isEqualTo(1);
    }

    @Test
    void aFetchThatFailedIsNotTriedAgainForFiveMinutesUnlessTheIdChanges() throws Exception {
        host.publish("a.test", "1", "nonsense");
        assertThat(find("a.test").failure()).isEqualTo(Failure.INVALID);
        pass(Duration.ofMinutes(4));
        assertThat(find("a.test").failure()).isEqualTo(Failure.INVALID);
        assertThat(host.requests("a.test")).isEqualTo(1);

        pass(Duration.ofMinutes(1));
        find("a.test");
        assertThat(host.requests("a.test")).isEqualTo(2);
        policies = open();   // forgets failures
        find("a.test");
        host.publish("a.test", "2", WEEK);
        pass(Duration.ofMinutes(5));
        assertThat(find("a.test").policy().id()).isEqualTo("2");
        assertThat(said(Level.Warning)).hasSize(2).first().asString().contains("could not be had: policy: line 1 'nonsense'").endsWith("mail goes without");
    }

    @Test
    void aWebServerWithABadCertificateIsCountedAsSuch() throws Exception {
        host.publish("a.test", "1", WEEK, TestPki.issue(TestPki.Request.server("x", "b.test"), PolicyHost.ROOT));

        assertThat(find("a.test")).extracting(StsAnswer::policy, StsAnswer::failure).containsExactly(null, Failure.WEBPKI);
        assertThat(meters.counter("postern.mtasts.fetches", "result", "sts-webpki-invalid").count()).isEqualTo(1);
    }

    @Test
    void withoutAnAnnouncementOrDnsThePolicyHoldsUntilItsEnd() throws Exception {
        host.publish("a.test", "1", DAY);
        find("a.test");
        host.announce("a.test");
        pass(Duration.ofHours(12));
        assertThat(find("a.test").policy().id()).isEqualTo("1");
        host.silence("a.test");
        pass(Duration.ofHours(11));
        assertThat(find("a.test").policy().id()).isEqualTo("1");
        var after = open();
        assertThat(after.find("a.test").toCompletableFuture().join().policy().id()).isEqualTo("1");

        pass(Duration.ofHours(2));

        assertThat(find("a.test").policy()).isNull();
        assertThat(files()).isEmpty();
        assertThat(meters.get("postern.mtasts.policies").gauge().value()).isZero();
        assertThat(said(Level.Info)).last().asString().startsWith("MTA-STS policy of a.test is over, as it was fetched at ").endsWith("for 86400 s");
    }

    @Test
    void anAnnouncementThatCannotBeReadIsNoneAndSaysWhy() throws Exception {
        host.announce("a.test", "v=STSv1; id=a-b");

        assertThat(find("a.test")).isEqualTo(new StsAnswer(null, null, "TXT record: id 'a-b' is not allowed; it has 1 to 32 letters and digits"));
    }

    @Test
    void aPolicyIsFetchedAnewDailyOrAtHalfItsTimeThoughNobodyAsks() throws Exception {
        host.publish("a.test", "1", WEEK);
        host.publish("b.test", "1", DAY.replace("a.test", "b.test"));
        find("a.test");
        find("b.test");
        pass(Duration.ofHours(13));
        policies.tend();
        assertThat(host.requests("a.test")).isEqualTo(1);
        assertThat(host.requests("b.test")).isEqualTo(2);
        pass(Duration.ofHours(11));
        policies.tend();
        assertThat(host.requests("a.test")).isEqualTo(2);

        for (int day = 0; day < 10; day++) {
            pass(Duration.ofHours(25));
            policies.tend();
        }

        policies = open();
        assertThat(find("a.test").policy().id()).isEqualTo("1");
        assertThat(host.requests("a.test")).isEqualTo(12);
    }

    @Test
    void aRefreshThatFailsIsTriedAgainHourlyAndSaidOnce() throws Exception {
        host.publish("a.test", "1", WEEK);
        find("a.test");
        host.manner("a.test", "missing");
        pass(Duration.ofHours(24));
        for (int minute = 0; minute < 90; minute++) {
            policies.tend();
            pass(Duration.ofMinutes(1));
        }

        assertThat(host.requests("a.test")).isEqualTo(3);
        assertThat(said(Level.Warning)).hasSize(1);
        assertThat(find("a.test")).extracting(StsAnswer::failure, a -> a.policy().id()).containsExactly(Failure.FETCH, "1");
    }

    @Test
    void whatNoMailAskedForAMonthIsLetGoAtItsEnd() throws Exception {
        host.publish("a.test", "1", DAY);
        find("a.test");
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofHours(12));
            policies.tend();
        }

        assertThat(host.requests("a.test")).isBetween(60L, 64L);
        assertThat(files()).isEmpty();
    }

    @Test
    void lookupsAtTheSameTimeAreOne() throws Exception {
        host.publish("a.test", "1", WEEK);
        var held = new CompletableFuture<List<String>>();
        host.txt.put("_mta-sts.a.test", held);

        List<CompletableFuture<StsAnswer>> all = Stream.generate(() -> policies.find("a.test").toCompletableFuture()).limit(50).toList();
        all.getFirst().cancel(true);   // its own business
        assertThat(all.get(1)).isNotDone();
        held.complete(List.of("v=STSv1; id=1"));

        await().until(() -> all.stream().allMatch(CompletableFuture::isDone));
        assertThat(all.stream().skip(1).map(f -> f.join().policy().id())).containsOnly("1");
        assertThat(host.requests("a.test")).isEqualTo(1);
        assertThat(host.lookups).hasValue(1);
    }

    @Test
    void aPolicyOfNoTimeHoldsForTheMailThatAskedForIt() throws Exception {
        host.publish("a.test", "1", WEEK.replace("604800", "0"));

        assertThat(find("a.test").policy().id()).isEqualTo("1");
        find("a.test");
        assertThat(host.requests("a.test")).isEqualTo(2);
        policies.tend();
        assertThat(files()).isEmpty();
    }

    @Test
    void damagedFilesAreRemovedAndSaidAndTheOthersHold() throws Exception {
        host.publish("a.test", "1", WEEK);
        find("a.test");
        String good = Files.readString(folder.resolve("a.test.json"));
        Files.writeString(folder.resolve("broken.test.json"), good.substring(0, 40));
        Files.writeString(folder.resolve("empty.test.json"), "");
        Files.writeString(folder.resolve("null.test.json"), "null");
        Files.writeString(folder.resolve("other.test.json"), good);
        Files.writeString(folder.resolve("policy.test.json"), good.replace("a.test", "policy.test").replace("mode: enforce", "mode: perhaps"));
        Files.writeString(folder.resolve("time.test.json"), good.replace("a.test", "time.test").replaceAll("\"fetched\" : \"[^\"]*\"", "\"fetched\" : \"soon\""));
        Files.writeString(folder.resolve("b.test.json.new"), "left behind");
        Files.writeString(folder.resolve("README"), "a person's");

        policies = open();

        assertThat(files()).containsExactly("README", "a.test.json");
        assertThat(said(Level.Warning)).hasSize(6).allMatch(l -> l.startsWith("MTA-STS policies: file ") && l.contains(".json is damaged and was removed: "))
                .anyMatch(l -> l.contains("it is about a.test")).anyMatch(l -> l.contains("mode 'perhaps' is not known"));
        assertThat(find("a.test").policy().id()).isEqualTo("1");
    }

    @Test
    void aFileOfTheFutureHoldsFromNowOn() throws Exception {
        host.publish("a.test", "1", DAY);
        find("a.test");
        now = now.minus(Duration.ofDays(400));
        policies = open();
        host.announce("a.test");
        assertThat(find("a.test").policy()).isNotNull();
        pass(Duration.ofDays(2));

        assertThat(find("a.test").policy()).isNull();
    }

    @Test
    void theBoundHoldsInMemoryAndOnDisk() throws Exception {
        policies = open(folder, 3, PublishedPolicies.LONGEST);
        for (String domain : List.of("a.test", "b.test", "c.test", "a.test", "d.test")) {
            host.publish(domain, "1", WEEK);
            find(domain);
            find("without-" + domain);
            pass(Duration.ofSeconds(1));
        }
        assertThat(files()).containsExactly("a.test.json", "c.test.json", "d.test.json");
        for (int i = 0; i < 10; i++) {
            find("without" + i + ".test");
        }
        host.close();
        assertThat(find("a.test").policy()).isNotNull();
        assertThat(said(Level.Warning)).isEmpty();
    }

    @Test
    void longPoliciesMakeRoomForOneAnotherAndALongMistakeIsCut() throws Exception {
        policies = open(folder, 10, 100_000);
        for (String domain : List.of("a.test", "b.test", "c.test", "d.test")) {
            host.publish(domain, "1", WEEK + "x: " + "x".repeat(45_000) + "\n");
            find(domain);
        }
        assertThat(files()).containsExactly("c.test.json", "d.test.json");
        host.publish("e.test", "1", "x".repeat(60_000));

        assertThat(find("e.test").detail()).hasSize(500).startsWith("policy: line 1 'xxx").endsWith("…");
        assertThat(find("d.test").policy()).isNotNull();
    }

    @Test
    void aFolderThatCannotBeUsedIsSaidAndStopsNothing() throws Exception {
        policies = open(Files.writeString(folder.resolve("file"), ""), 10, 1000);
        host.publish("a.test", "1", WEEK);

        assertThat(find("a.test").policy().id()).isEqualTo("1");
        assertThat(said(Level.Warning)).singleElement().asString().contains("cannot be used, so that they are forgotten at a restart");
    }

    @Test
    void whatIsNoDomainIsNotLookedUp() throws Exception {
        for (String domain : List.of("", "localhost", "[192.0.2.1]", "a..test", "../etc/passwd.x", "A.test", "a.test/", "ä.test", "x".repeat(64) + ".test")) {
            assertThat(find(domain)).isEqualTo(StsAnswer.ABSENT);
        }
        assertThat(host.lookups).hasValue(0);
        String longest = ("x".repeat(55) + ".").repeat(4) + "test";
        host.publish(longest, "1", WEEK);
        assertThat(find(longest).policy().id()).isEqualTo("1");
        assertThat(files()).singleElement().asString().matches("[0-9a-f]{64}\\.json");
        policies = open();
        assertThat(find(longest).policy().id()).isEqualTo("1");
    }
}
