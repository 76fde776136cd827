package dev.postern.gateway.admin;

import dev.postern.pki.HostNames;

/** The way of a message as an administrator writes it: HOST, HOST:PORT, ADDRESS, ADDRESS:PORT or [IPV6]:PORT. */
final class Route {
    private static final int MAX_PORT = 65_535;

    private Route() {
    }

    /** @throws IllegalArgumentException saying what was wrong and what is allowed */
    static String checked(String text) {
        int bracket = text.startsWith("[") ? text.indexOf(']') : -1;
        int colon = text.indexOf(':', Math.max(0, bracket));
        String host = bracket > 0 ? text.substring(1, bracket) : colon < 0 ? text : text.substring(0, colon);
        String between = bracket > 0 ? text.substring(bracket + 1, colon < 0 ? text.length() : colon) : "";
        if (!between.isEmpty() || bracket > 0 && !host.contains(":") || HostNames.address(host).isEmpty() && !isName(host) || colon >= 0 && !isPort(text.substring(colon + 1))) {
            throw new IllegalArgumentException("route: '" + text + "'; allowed are HOST, HOST:PORT and [IPV6]:PORT, with ports from 1 to " + MAX_PORT);
        }
        return text;
    }

    private static boolean isName(String host) {
        try {
            HostNames.normal(host);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isPort(String text) {
        return text.matches("[0-9]{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= MAX_PORT;
    }
}
