package dev.postern.gateway.alert;

import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsFailures.Failure;
import java.time.Instant;
import java.util.List;

/**
 * What one mail tells of one domain, or of one listener and sender group.
 *
 * @param latest  the last failure
 * @param hosts   peers that failed, the first ones
 * @param count   failures since the last mail
 * @param first   when the first of these was
 * @param last    when the last was
 * @param again   whether an earlier mail told of this
 */
record Alert(Failure latest, List<String> hosts, long count, Instant first, Instant last, boolean again) {
    Alert {
        hosts = List.copyOf(hosts);
    }

    boolean outbound() {
        return latest.direction() == Direction.Outbound;
    }
}
