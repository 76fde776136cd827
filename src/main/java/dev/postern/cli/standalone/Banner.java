package dev.postern.cli.standalone;

import dev.postern.api.ListenerSpec.Type;
import dev.postern.cli.catcher.Catcher;
import dev.postern.gateway.Gateway;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.PolicyPlan;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What is printed once all is up: what listens where, and what to paste. */
final class Banner {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private final Standalone.Options options;
    private final Gateway gateway;
    private final Catcher catcher;

    Banner(Standalone.Options options, Gateway gateway, Catcher catcher) {
        this.options = options;
        this.gateway = gateway;
        this.catcher = catcher;
    }

    void print(PrintStream out) {
        List<ListenerPlan> listeners = gateway.plan().plan().listeners();
        awaitListeners(listeners.size());
        Map<String, InetSocketAddress> addresses = gateway.addresses();
        Map<String, String> errors = gateway.report("").listeners().entrySet().stream().filter(e -> e.getValue().error() != null)
                .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, e -> e.getValue().error()));
        StringBuilder text = new StringBuilder("\nPostern serves ").append(options.folder()).append("; a change there takes effect at once\n\n");
        for (ListenerPlan listener : listeners) {
            InetSocketAddress address = addresses.get(listener.name());
            text.append("  %-10s %-22s %s%n".formatted(listener.name(), address == null ? "not open" : host(address) + ":" + address.getPort(),
                    address == null ? errors.getOrDefault(listener.name(), "") : listener.type() + ", " + tls(listener)));
        }
        if (catcher != null) {
            catcher.destinations().forEach(d -> text.append("  %-10s %-22s %s: %s%n".formatted("catcher", "127.0.0.1:" + d.server().port(), d.domain(), d.what())));
        }
        text.append("  %-10s %s/q/health, /q/metrics%n".formatted("health", options.http()));
        text.append("  %-10s %s%n".formatted("data", options.data())).append('\n');
        listeners.stream().filter(l -> l.type() == Type.Public && addresses.containsKey(l.name())).findFirst().ifPresent(l -> example(text, l, addresses));
        out.print(text);
        out.flush();
    }

    private void example(StringBuilder text, ListenerPlan listener, Map<String, InetSocketAddress> addresses) {
        InetSocketAddress address = addresses.get(listener.name());
        String server = host(address) + ":" + address.getPort();
        List<String> domains = catcher != null ? catcher.destinations().stream().map(Catcher.Destination::domain).toList()
                : listener.recipientAccess().stream().flatMap(r -> r.recipients().stream()).filter(r -> r.matches("[A-Za-z0-9][A-Za-z0-9.-]+")).limit(1).toList();
        for (String domain : domains) {
            text.append("  swaks --server ").append(server).append(" --tls --from you@example.com --to someone@").append(domain).append('\n');
        }
        text.append("  openssl s_client -starttls smtp -crlf -connect ").append(server).append("\n\n");
        if (catcher != null) {
            text.append("  What arrives is in ").append(options.data().resolve("caught")).append(". Ctrl-C stops it.\n\n");
        }
    }

    private String tls(ListenerPlan listener) {
        if (listener.certificates().isEmpty()) {
            return "no TLS";
        }
        Map<String, PolicyPlan> policies = gateway.plan().plan().policies().stream().collect(java.util.stream.Collectors.toMap(PolicyPlan::name, p -> p));
        return "TLS " + String.join(", ", listener.hostAccess().stream().map(g -> policies.get(g.policy()).tls().mode() + " for " + g.name()).toList());
    }

    private void awaitListeners(int wanted) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (gateway.addresses().size() < wanted && gateway.report("").listeners().values().stream().allMatch(l -> l.error() == null)
                    && System.nanoTime() < deadline) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String host(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return host.contains(":") ? "[" + host + "]" : host;
    }
}
