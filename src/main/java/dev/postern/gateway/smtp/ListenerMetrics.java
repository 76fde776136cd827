package dev.postern.gateway.smtp;

import dev.postern.api.ListenerSpec.Mechanism;
import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.access.RecipientAccess;
import dev.postern.gateway.proxy.ProxyHeader;
import dev.postern.gateway.tls.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Meters of one listener, looked up once. Safe for use by many threads. */
final class ListenerMetrics {
    private final MeterRegistry registry;
    private final String listener;
    private final AtomicInteger connections = new AtomicInteger();
    private final Counter messages;
    private final Counter bytes;
    private final Counter tlsFailed;
    private final Map<Rejection, Counter> rejected;
    private final Map<String, Counter> tlsByProtocol = new ConcurrentHashMap<>();
    private final Map<String, Counter> certificates = new ConcurrentHashMap<>();
    private final Map<String, Counter> logins = new ConcurrentHashMap<>();

    /** Why mail, or a client, was turned away. */
    enum Rejection {
        HostAccess, DelayedReject, ConnectionLimit, TlsRequired, ClientCertificate, Authentication, ProxyHeader, RecipientAccess, RoutedRecipient, RecipientLimit,
        RecipientsPerHour, InvalidRecipients, MessageLimit, MessageSize, Content, Loop, SpoolFull, SpoolError, Errors, Abuse, TarpitFull, Timeout
    }

    ListenerMetrics(MeterRegistry registry, String listener) {
        this.registry = registry;
        this.listener = listener;
        Gauge.builder("postern.inbound.connections", connections, AtomicInteger::get).tag("listener", listener)
                .description("Open connections").register(registry);
        messages = Counter.builder("postern.inbound.messages").tag("listener", listener).description("Messages accepted").register(registry);
        bytes = Counter.builder("postern.inbound.bytes").tag("listener", listener).baseUnit("bytes")
                .description("Size of the messages accepted").register(registry);
        tlsFailed = tls("failed", "none");
        rejected = Stream.of(Rejection.values()).collect(Collectors.toUnmodifiableMap(r -> r,
                r -> Counter.builder("postern.inbound.rejected").tag("listener", listener).tag("reason", r.name())
                        .description("Clients, messages and recipients turned away").register(registry)));
    }

    void opened() {
        connections.incrementAndGet();
    }

    void closed() {
        connections.decrementAndGet();
    }

    void accepted(long size) {
        messages.increment();
        bytes.increment(size);
    }

    void rejected(Rejection reason) {
        rejected.get(reason).increment();
    }

    void tlsSucceeded(String protocol) {
        tlsByProtocol.computeIfAbsent(protocol, p -> tls("success", p)).increment();
    }

    void tlsFailed() {
        tlsFailed.increment();
    }

    /** A client was asked for its certificate. */
    void certificate(Verdict verdict) {
        String result = verdict.verified() ? "verified" : verdict.reason().name();
        certificates.computeIfAbsent(result, r -> Counter.builder("postern.inbound.client.certificates").tag("listener", listener).tag("result", r)
                .description("Clients that were asked for a certificate").register(registry)).increment();
    }

    void login(Mechanism mechanism, boolean succeeded) {
        logins.computeIfAbsent(mechanism.iana() + (succeeded ? " success" : " failed"), k -> Counter.builder("postern.inbound.logins").tag("listener", listener)
                .tag("mechanism", mechanism.iana()).tag("result", succeeded ? "success" : "failed").description("Logins (SMTP AUTH)").register(registry)).increment();
    }

    private Counter tls(String result, String protocol) {
        return Counter.builder("postern.inbound.tls").tag("listener", listener).tag("result", result).tag("protocol", protocol)
                .description("TLS handshakes").register(registry);
    }
}
