package dev.postern.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What a request came to. Numbers are of messages.
 *
 * @param matched       that the filter meant
 * @param changed       changed, durably; of a rehearsal: that would be tried
 * @param recipients    DELETE: recipients that were taken out
 * @param unchanged     that were so already
 * @param underWay      being delivered at that moment, and left alone
 * @param underWayMids  the first of them
 * @param elsewhere     REROUTE: with recipients that the filter does not mean, and left alone
 * @param gone          delivered or removed in between
 * @param failed        that could not be changed
 * @param failure       why, of the first
 * @param destinations  FLUSH of whole queues: how many
 * @param dryRun        whether nothing was changed
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record QueueSummary(long matched, long changed, long recipients, long unchanged, long underWay, List<Long> underWayMids, long elsewhere, long gone, long failed,
        String failure, long destinations, boolean dryRun) {
}
