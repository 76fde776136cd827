package dev.postern.dns;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.Master;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.dnssec.ValidatingResolver;

/** Validation of DNSSEC in process (RFC 4035 section 5), from trust anchors down. */
final class Validation {

    private Validation() {
    }

    /**
     * A resolver whose answers have the AD bit where they are proven, and are SERVFAIL where they are bogus.
     *
     * @param servers that give signatures where they are asked to
     * @param anchors DS records in text; empty: the root's
     * @throws IllegalArgumentException naming the anchor that is none
     */
    static Resolver of(Resolver servers, List<String> anchors) {
        return of(servers, anchors, Clock.systemUTC());
    }

    static Resolver of(Resolver servers, List<String> anchors, Clock clock) {
        List<String> lines = anchors.isEmpty() ? RootAnchors.DS : anchors;
        List<Name> names = new ArrayList<>();
        for (String line : lines) {
            names.add(read(line).getName());
        }
        ValidatingResolver validator = new ValidatingResolver(new SignerFilter(servers, names), clock);
        try {
            validator.loadTrustAnchors(new ByteArrayInputStream(zone(String.join("\n", lines.stream().map(String::strip).toList()))));
        } catch (IOException e) {
            throw new IllegalStateException("each anchor was read before", e);
        }
        return validator;
    }

    private static Record read(String line) {
        try (Master master = new Master(new ByteArrayInputStream(zone(line.strip())), Name.root, 0)) {
            if (master.nextRecord() instanceof DSRecord anchor && master.nextRecord() == null) {
                return anchor;
            }
        } catch (IOException e) {
            // said below
        }
        throw new IllegalArgumentException("'" + line + "' is not a trust anchor; allowed is a DS record such as '. IN DS 20326 8 2 E06D44B8…'");
    }

    private static byte[] zone(String text) {
        return (text + "\n").getBytes(StandardCharsets.US_ASCII);
    }
}
