package dev.postern.gateway.smtp;

import dev.postern.dns.Dns;
import dev.postern.gateway.auth.LoginWork;
import dev.postern.gateway.auth.Logins;
import dev.postern.gateway.config.PlanHolder;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.testing.NoDns;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/** A real server on a port of its own; its spool, names and clock are the test's. */
final class ServerFixture implements AutoCloseable {
    static final EventLoopGroup LOOPS = Epoll.isAvailable() ? new EpollEventLoopGroup(2) : new NioEventLoopGroup(2);
    static final SmtpLimits LIMITS = new SmtpLimits(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofMinutes(1),
            Duration.ofSeconds(30), Duration.ofSeconds(5), 5, 100);

    final TestPlan plan = new TestPlan();
    final PlanHolder holder = new PlanHolder();
    final RecordingSpool spool = new RecordingSpool();
    final List<MailEvent> log = new CopyOnWriteArrayList<>();
    final List<TlsFailures.Failure> failures = new CopyOnWriteArrayList<>();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");
    /** Of failed logins nobody waits for the answer. */
    final Logins logins = new Logins(LoginWork.bounded(), false);
    final SmtpServices services;
    final SmtpServer server;
    volatile CompletionStage<Optional<String>> confirmedName = CompletableFuture.completedFuture(Optional.empty());

    /** What DNS says of a name that a DNS list is asked for. */
    volatile Function<String, CompletionStage<List<InetAddress>>> listed = name -> CompletableFuture.completedFuture(List.of());

    ServerFixture(Consumer<TestPlan> change) {
        this("public", change, LIMITS, LOOPS);
    }

    ServerFixture(String listener, Consumer<TestPlan> change) {
        this(listener, change, LIMITS, LOOPS);
    }

    ServerFixture(Consumer<TestPlan> change, SmtpLimits limits, EventLoopGroup loops) {
        this("public", change, limits, loops);
    }

    private ServerFixture(String listener, Consumer<TestPlan> change, SmtpLimits limits, EventLoopGroup loops) {
        change.accept(plan);
        holder.swap(plan.build());
        services = new SmtpServices(holder, spool, dns(), log::add, failures::add, meters, () -> now,
                limits, new AtomicLong(), SmtpServices.verifiers(), logins);
        server = SmtpServer.open(listener, new InetSocketAddress("127.0.0.1", 0), services, loops, loops).join();
    }

    void swap(Consumer<TestPlan> change) {
        change.accept(plan);
        holder.swap(plan.build());
    }

    RawClient client() {
        return new RawClient(server.address());
    }

    /** A client that was greeted and said EHLO. */
    RawClient ehlo() {
        RawClient client = client();
        client.expect("220 mail.example.com ESMTP Postern");
        client.send("EHLO client.test\r\n");
        client.reply();
        return client;
    }

    /** A client whose transaction waits for DATA. */
    RawClient transaction() {
        RawClient client = ehlo();
        client.command("MAIL FROM:<a@sender.test>", "250 2.1.0 sender <a@sender.test> ok");
        client.command("RCPT TO:<b@example.com>", "250 2.1.5 recipient <b@example.com> ok");
        return client;
    }

    <T extends MailEvent> List<T> logged(Class<T> type) {
        return log.stream().filter(type::isInstance).map(type::cast).toList();
    }

    double count(String meter, String... tags) {
        var found = meters.find(meter).tags(tags).counter();
        return found == null ? 0 : found.count();
    }

    @Override
    public void close() {
        server.drain(Duration.ZERO).orTimeout(20, TimeUnit.SECONDS).join();
    }

    private Dns dns() {
        return new NoDns() {
            @Override
            public CompletionStage<Optional<String>> confirmedName(InetAddress address) {
                return confirmedName;
            }

            @Override
            public CompletionStage<List<InetAddress>> ipv4(String name) {
                return listed.apply(name);
            }
        };
    }
}
