package dev.postern.dns;

import dev.postern.pki.HostNames;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;

/** The name servers that are asked: over UDP, and over TCP where an answer does not fit. */
final class NameServers {

    private NameServers() {
    }

    /**
     * Asks these servers in turn.
     *
     * @param servers {@code ADDRESS}, {@code IPV4:PORT} or {@code [IPV6]:PORT}; empty: the system's
     * @param wait    for one answer of one server
     * @param limit   for a whole question, over all servers and retries
     * @throws IllegalArgumentException naming the server that is none
     */
    static Resolver resolver(List<String> servers, Duration wait, Duration limit) {
        List<Resolver> resolvers = new ArrayList<>();
        List<InetSocketAddress> addresses = servers.isEmpty() ? ResolverConfig.getCurrentConfig().servers() : servers.stream().map(NameServers::server).toList();
        for (InetSocketAddress address : addresses) {
            NameServer one = new NameServer(address);
            one.setTimeout(wait);
            resolvers.add(one);
        }
        ExtendedResolver all = new ExtendedResolver(resolvers);
        all.setTimeout(limit);   // over all servers and retries
        all.setRetries(2);
        return all;
    }

    private static InetSocketAddress server(String text) {
        int port = 53;
        String host = text;
        int colon = text.lastIndexOf(':');
        if (text.startsWith("[") && text.contains("]") || colon > 0 && colon == text.indexOf(':')) {
            int end = text.startsWith("[") ? text.indexOf(']') : colon;
            host = text.substring(text.startsWith("[") ? 1 : 0, end);
            String rest = text.substring(text.startsWith("[") ? end + 1 : end);
            try {
                port = rest.isEmpty() ? port : Integer.parseInt(rest.substring(1));
            } catch (NumberFormatException e) {
                port = -1;
            }
        }
        InetAddress address = HostNames.address(host).orElse(null);
        if (address == null || port < 1 || port > 65535) {
            throw new IllegalArgumentException("'" + text + "' is not a name server; allowed are ADDRESS, IPV4:PORT and [IPV6]:PORT");
        }
        return new InetSocketAddress(address, port);
    }
}
