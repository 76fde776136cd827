package dev.postern.cli.tls;

import dev.postern.cli.tool.ToolException;
import dev.postern.plan.DestinationPlan;
import java.util.ArrayList;
import java.util.List;

/** Hosts of a route as the command line has them: HOST, HOST:PORT, [IPV6]:PORT. */
final class RouteText {
    private static final int SMTP = 25;
    private static final int MAX_PORT = 65535;

    private RouteText() {
    }

    static List<DestinationPlan.Host> parse(List<String> texts) {
        List<DestinationPlan.Host> hosts = new ArrayList<>();
        for (String text : texts) {
            hosts.add(parse(text, hosts.size()));
        }
        return hosts;
    }

    private static DestinationPlan.Host parse(String text, int priority) {
        int end = text.startsWith("[") ? text.indexOf(']') : -1;
        int colon = end > 0 ? text.indexOf(':', end) : text.indexOf(':') == text.lastIndexOf(':') ? text.indexOf(':') : -1;
        String host = end > 0 ? text.substring(1, end) : colon < 0 ? text : text.substring(0, colon);
        int port = SMTP;
        try {
            port = colon < 0 ? SMTP : Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            port = 0;
        }
        if (host.isEmpty() || port < 1 || port > MAX_PORT) {
            throw new ToolException("--route: '" + text + "' is no host; allowed are HOST, HOST:PORT and [IPV6]:PORT");
        }
        return new DestinationPlan.Host(host, port, priority);
    }
}
