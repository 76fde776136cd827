package dev.postern.cli.cert;

import dev.postern.cli.cert.look.LiveServer;
import dev.postern.cli.cert.look.Presented;
import dev.postern.cli.cert.look.Starttls;
import dev.postern.cli.tool.ToolException;
import dev.postern.pki.HostNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server: {@code mail.example.com:25}, {@code 192.0.2.1:25} or {@code [2001:db8::1]:25}. */
record HostPort(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)\\]|([^:\\[\\]/]+)):([0-9]{1,5})");

    /** @throws ToolException where it is none, and no file either */
    static HostPort parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > 65535) {
            throw new ToolException("there is no file '" + text + "', and it is no server; a server is written HOST:PORT, such as mail.example.com:25 or [2001:db8::1]:25");
        }
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        try {
            return new HostPort(HostNames.address(host).isPresent() ? host : HostNames.normal(host), Integer.parseInt(matcher.group(3)));
        } catch (IllegalArgumentException e) {
            throw new ToolException(e.getMessage());
        }
    }

    /** @param name asked for by SNI */
    Presented look(LiveServer looker, String name, Starttls starttls) {
        try {
            return looker.look(List.of(InetAddress.getAllByName(host)), port, name, starttls);
        } catch (UnknownHostException e) {
            throw new ToolException("the host " + host + " has no address");
        } catch (IOException e) {
            throw new ToolException("there is no connection to " + host + " port " + port + ": " + e.getMessage());
        }
    }
}
