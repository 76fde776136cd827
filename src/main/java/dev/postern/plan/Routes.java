package dev.postern.plan;

import dev.postern.api.DestinationControlSpec.Route;
import dev.postern.pki.HostNames;
import java.util.ArrayList;
import java.util.List;

/** Hosts that mail goes to in the place of MX hosts. */
final class Routes {
    private static final int MAX_PORT = 65535;
    private static final int DEFAULT_PORT = 25;

    private Routes() {
    }

    /** Empty where {@code route} is null. */
    static List<DestinationPlan.Host> read(Route route, String field, Fields fields, Problems.Scope scope) {
        List<DestinationPlan.Host> hosts = new ArrayList<>();
        if (route == null) {
            return hosts;
        }
        if (route.hosts.isEmpty()) {
            scope.invalid(field + ".hosts", "is empty; give at least one host, or remove " + field + " to deliver by MX");
        }
        for (int i = 0; i < route.hosts.size(); i++) {
            var host = route.hosts.get(i);
            String path = field + ".hosts[" + i + "].";
            int port = fields.number(host.port == null ? Integer.valueOf(DEFAULT_PORT) : host.port, path + "port", 1, MAX_PORT);
            int priority = fields.number(host.priority, path + "priority", 0, MAX_PORT);
            fields.read(path + "host", host.host, Routes::host).ifPresent(h -> hosts.add(new DestinationPlan.Host(h, port, priority)));
        }
        return hosts;
    }

    /** A host name in A-labels, or an IP address. */
    private static String host(String text) {
        if (HostNames.address(text).isPresent()) {
            return text;
        }
        String name;
        try {
            name = HostNames.normal(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is neither a host name nor an IP address; allowed are such as relay.example.com, 192.0.2.1 or 2001:db8::1", e);
        }
        if (name.matches("(.*\\.)?[0-9]+")) {
            throw new IllegalArgumentException("'" + text + "' is neither a host name nor a whole IP address; allowed are such as relay.example.com, 192.0.2.1 or 2001:db8::1");
        }
        return name;
    }
}
