package dev.postern.plan;

import dev.postern.api.MailGatewaySpec.Retry;
import java.time.Duration;

/** Reads a retry schedule. */
final class RetryTimes {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration MONTH = Duration.ofDays(30);

    private RetryTimes() {
    }

    /** @param path of the schedule, with the dot at its end */
    static DestinationPlan.Retry read(Retry retry, String path, Fields fields, Problems.Scope scope) {
        var initial = fields.duration(retry.initial, path + "initial", SECOND, DAY);
        var max = fields.duration(retry.max, path + "max", SECOND, DAY);
        var maxAge = fields.duration(retry.maxAge, path + "maxAge", SECOND, MONTH);
        if (initial.isPresent() && max.isPresent() && initial.get().compareTo(max.get()) > 0) {
            scope.invalid(path + "initial", "'" + retry.initial + "' is longer than max, '" + retry.max + "'; allowed is up to max");
        }
        if (max.isPresent() && maxAge.isPresent() && max.get().compareTo(maxAge.get()) > 0) {
            scope.invalid(path + "max", "'" + retry.max + "' is longer than maxAge, '" + retry.maxAge + "'; allowed is up to maxAge");
        }
        return new DestinationPlan.Retry(initial.orElse(SECOND).toSeconds(), max.orElse(SECOND).toSeconds(), maxAge.orElse(SECOND).toSeconds());
    }
}
