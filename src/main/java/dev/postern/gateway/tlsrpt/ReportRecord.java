package dev.postern.gateway.tlsrpt;

import dev.postern.plan.MailAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a domain publishes at {@code _smtp._tls} (RFC 8460 section 3). Pure.
 *
 * @param destinations where its reports are to go; what cannot be used is left out
 */
record ReportRecord(List<Destination> destinations) {
    private static final String VERSION = "v=TLSRPTv1";
    /** Of one record; a report is not to become a flood. */
    private static final int MOST = 10;

    /** Where a report goes. */
    sealed interface Destination {
        /** As it is written in a record. */
        String uri();

        /** By POST. */
        record Https(URI target) implements Destination {
            @Override
            public String uri() {
                return target.toString();
            }
        }

        /** By mail. */
        record Mail(String address) implements Destination {
            @Override
            public String uri() {
                return "mailto:" + address;
            }
        }
    }

    ReportRecord {
        destinations = List.copyOf(destinations);
    }

    /** The record among the TXT records of the name; empty where there is none, or more than one. */
    static Optional<ReportRecord> find(List<String> txt) {
        List<String> ours = txt.stream().filter(ReportRecord::versioned).toList();
        return ours.size() == 1 ? Optional.of(parse(ours.getFirst())) : Optional.empty();
    }

    private static boolean versioned(String text) {
        return text.startsWith(VERSION) && text.substring(VERSION.length()).stripLeading().startsWith(";");
    }

    private static ReportRecord parse(String text) {
        List<Destination> destinations = new ArrayList<>();
        for (String field : text.split(";")) {
            int equals = field.indexOf('=');
            if (equals < 0 || !field.substring(0, equals).strip().equals("rua")) {
                continue;   // the version, or an extension
            }
            for (String uri : field.substring(equals + 1).split(",")) {
                destination(uri.strip()).filter(d -> destinations.size() < MOST && !destinations.contains(d)).ifPresent(destinations::add);
            }
        }
        return new ReportRecord(destinations);
    }

    /** Reads one URI; empty for what is of another scheme, or is not well-formed. */
    static Optional<Destination> destination(String text) {
        try {
            URI uri = new URI(text);
            return switch (uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT)) {
                case "https" -> uri.getHost() == null || uri.getUserInfo() != null ? Optional.empty() : Optional.of(new Destination.Https(uri));
                case "mailto" -> Optional.of(new Destination.Mail(address(uri.getRawSchemeSpecificPart())));
                default -> Optional.empty();
            };
        } catch (URISyntaxException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** One address; header fields behind it (RFC 6068) are nobody's to set here. */
    private static String address(String raw) {
        int query = raw.indexOf('?');
        return MailAddress.parse(URLDecoder.decode((query < 0 ? raw : raw.substring(0, query)).replace("+", "%2B"), StandardCharsets.UTF_8));
    }
}
